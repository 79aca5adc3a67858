import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the server saw it. */
export interface RecordedCall {
  readonly path: string;
  readonly body: {
    readonly model: string;
    readonly messages?: readonly { readonly role: string; readonly content: string }[];
    readonly prompt?: string;
    readonly [option: string]: unknown;
  };
}

/** Text, or the status of a failure. */
export type ServerAnswer = string | number;

/** A real HTTP server that speaks as much of OpenAI's API as agents need, and records what it is asked. */
export interface RecordingServer {
  readonly url: string;
  readonly calls: RecordedCall[];
  close(): void;
}

/** Every answer has 10 tokens, every prompt 100. Stop strings are kept to. */
export async function recordingServer(answer: (call: RecordedCall) => ServerAnswer): Promise<RecordingServer> {
  const calls: RecordedCall[] = [];
  const server = http.createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const call = { path: request.url ?? "", body: JSON.parse(text) as RecordedCall["body"] };
      calls.push(call);
      const said = answer(call);
      if (typeof said === "number") {
        response.writeHead(said, { "content-type": "application/json", "retry-after": "0" });
        response.end(JSON.stringify({ error: { message: `status ${said}` } }));
        return;
      }
      const stops = [call.body.stop ?? []].flat() as string[];
      const ends = stops.map((stop) => said.indexOf(stop)).filter((at) => at >= 0);
      const content = said.slice(0, Math.min(said.length, ...ends));
      const isChat = call.path.endsWith("/chat/completions");
      const choice = isChat ? { message: { role: "assistant", content } } : { text: content };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({
          id: String(calls.length),
          object: isChat ? "chat.completion" : "text_completion",
          model: call.body.model,
          choices: [{ index: 0, finish_reason: "stop", ...choice }],
          usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
        }),
      );
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, calls, close: () => server.close() };
}
