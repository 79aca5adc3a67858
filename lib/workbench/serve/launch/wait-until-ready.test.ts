import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { UserError } from "../../../base/index.ts";
import { waitUntilReady } from "./index.ts";

const clock = (): { now: () => number; sleep: (ms: number) => Promise<void> } => {
  let now = 0;
  return { now: () => now, sleep: (ms) => ((now += ms), Promise.resolve()) };
};
const answers =
  (...statuses: readonly (number | Error)[]): typeof fetch =>
  () => {
    const next = (statuses as (number | Error)[]).shift() ?? 503;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(new Response("", { status: next }));
  };

test("a real server that needs its time", async () => {
  let requests = 0;
  const server = http.createServer((_, response) => response.writeHead(++requests < 3 ? 503 : 200).end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  expect(await waitUntilReady(`http://127.0.0.1:${port}`, { everyMs: 5 })).toBeGreaterThan(5);
  expect(requests).toBe(3);
  server.close();
});

test("waits while nobody listens and while the model loads", async () => {
  const fetch = answers(new Error("refused"), new Error("refused"), 503, 200);
  expect(await waitUntilReady("http://x", { fetch, clock: clock(), everyMs: 100 })).toBe(300);
});

test("says what it saw last when it gives up", async () => {
  const waiting = waitUntilReady("http://x", { fetch: answers(), clock: clock(), timeoutMs: 2000 });
  await expect(waiting).rejects.toThrow(UserError);
  await expect(waiting).rejects.toThrow("http://x: not ready after 2 s (status 503)");
});

test("a wrong key and a process that ended end the waiting", async () => {
  await expect(waitUntilReady("http://x", { fetch: answers(401), clock: clock() })).rejects.toThrow(
    "the API key is wrong",
  );
  const dead = waitUntilReady("http://x", { fetch: answers(), clock: clock(), isAlive: () => false });
  await expect(dead).rejects.toThrow("process has ended");
});
