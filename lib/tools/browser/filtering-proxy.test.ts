import * as http from "node:http";
import type { Duplex } from "node:stream";
import { expect, it } from "vitest";
import { html, testServer } from "../test-server.ts";
import { startFilteringProxy } from "./filtering-proxy.ts";

it("lets through only what a page asked for and the policy allows", async () => {
  const secret = await testServer({ "/": html("secret") });
  const web = await testServer({ "/": html("page") });
  const proxy = await startFilteringProxy({ allow: [web.host] }, 1000);
  const get = (url: string): Promise<string> =>
    new Promise((resolve, reject) => {
      http.get({ host: "127.0.0.1", port: proxy.port, path: url, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (part: Buffer) => (text += part.toString())).on("end", () => resolve(text));
      }).on("error", reject); // prettier-ignore
    });
  const connect = (host: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const request = http.request({
        host: "127.0.0.1",
        port: proxy.port,
        method: "CONNECT",
        path: host,
        agent: false,
      });
      request.on("connect", (answer: http.IncomingMessage, socket: Duplex) => {
        socket.destroy();
        resolve(answer.statusCode ?? 0);
      });
      request.on("error", reject).end();
    });
  try {
    expect(await get(`${web.url}/`)).toBe("not_requested");
    for (const { url, host } of [web, secret]) proxy.requested.add(url).add(`https://${host}`);
    expect(await get(`${web.url}/`)).toBe("page");
    expect(await get(`${secret.url}/`)).toBe("private_address");
    expect(await get("/")).toBe("connection_failed");
    expect(await connect(web.host)).toBe(200);
    expect(await connect(secret.host)).toBe(403);
    expect(await connect("169.254.169.254:443")).toBe(403);
    expect(proxy.refusals.get(secret.host)).toBe("private_address");
    expect(secret.asked).toEqual([]);
  } finally {
    await Promise.all([proxy.close(), web.close(), secret.close()]);
  }
});
