import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { sendLoad } from "./load.ts";

test("so many at a time, each answer in its place, tokens counted", async () => {
  let open = 0;
  let most = 0;
  const server = http.createServer((request, response) => {
    let body = "";
    most = Math.max(most, ++open);
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const { model, number } = JSON.parse(body) as { model: string; number: number };
      setTimeout(
        () => {
          open--;
          const choices = [{ message: { content: `${model} ${number}` } }];
          if (number === 99) response.writeHead(500).end("broken");
          else response.end(JSON.stringify({ choices, usage: { completion_tokens: 2 } }));
        },
        5 * (number % 3),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const requests = Array.from({ length: 10 }, (_, number) => ({ number }));
  const { texts, generatedTokens } = await sendLoad({ url, model: "m", requests, concurrent: 4 });
  expect(texts).toEqual(requests.map(({ number }) => `m ${number}`));
  expect([generatedTokens, most]).toEqual([20, 4]);
  await expect(sendLoad({ url, model: "m", requests: [{ number: 99 }], concurrent: 1 })).rejects.toThrow("500 broken");
  server.close();
});
