import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { EndpointPlayer } from "./plan.ts";
import { ShardPlayer } from "./shard-player.ts";
import { shardsOf } from "./shards.ts";
import { randomPlan } from "./testing.ts";

interface Request {
  readonly key: string | undefined;
  readonly body: { readonly model: string; readonly seed: number; readonly messages: readonly { content: string }[] };
}

const requests: Request[] = [];
/** Statuses of the next answers; 200 when there are none. */
const trouble: number[] = [];
const server = http.createServer((request, response) => {
  void (async () => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const body = JSON.parse(text) as Request["body"];
    requests.push({ key: request.headers.authorization, body });
    const status = trouble.shift() ?? 200;
    const message = { role: "assistant", content: `Thought: I look.\nAction: look` };
    const answer = { id: "1", object: "chat.completion", model: body.model, choices: [{ index: 0, message }] };
    response.writeHead(status, { "content-type": "application/json", "retry-after": "0" });
    response.end(JSON.stringify(status === 200 ? answer : { error: { message: "not now" } }));
  })();
});

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
  vi.unstubAllEnvs();
});

function work(changes: Partial<EndpointPlayer> = {}) {
  const player: EndpointPlayer = {
    ...{ kind: "endpoint", name: "served", model: "tiny", temperature: 0, maxTokens: 40, parallel: 2 },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    ...changes,
  };
  return { ...shardsOf(randomPlan([3], () => ""))[0].work, player };
}

it("plays games with a model behind an endpoint, and tries again where that has passing trouble", async () => {
  vi.stubEnv("TEST_KEY", "secret");
  trouble.push(503, 429);
  const played = await new ShardPlayer().play(work({ apiKeyVariable: "TEST_KEY" }));
  expect(played.map(({ task, agent, steps, stop }) => [task.id, agent, steps, stop])).toEqual(
    [0, 1, 2].map((game) => [`generated-test-0-${game}`, "served", 5, "step_limit"]),
  );
  expect(requests).toHaveLength(3 * 5 + 2);
  expect(requests.every(({ key, body }) => key === "Bearer secret" && body.model === "tiny" && body.seed === 0)).toBe(
    true,
  );
  const longest = requests.map(({ body }) => body.messages).sort((a, b) => b.length - a.length)[0];
  expect(longest).toHaveLength(1 + 1 + 4 * 2);
});

it("says which endpoint failed, and which key is missing", async () => {
  trouble.push(401, 401);
  const failing = work();
  await expect(new ShardPlayer().play(failing)).rejects.toThrow(
    `tiny at ${(failing.player as EndpointPlayer).url}: 401 not now`,
  );
  await expect(new ShardPlayer().play(work({ apiKeyVariable: "NO_SUCH_KEY" }))).rejects.toThrow(
    "is expected in NO_SUCH_KEY, which is not set",
  );
});
