import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { ChatMessage, ChatModel, ChatOptions } from "../../llm/index.ts";

/** A request as the server saw it. */
export interface SeenCall {
  readonly key: string | undefined;
  readonly body: {
    readonly model: string;
    readonly messages: readonly ChatMessage[];
    readonly stop?: readonly string[];
    readonly tools?: ChatOptions["tools"];
    readonly n?: number;
    readonly [option: string]: unknown;
  };
}

/** A real HTTP server with as much of OpenAI's API as agents need, behind which a chat model answers; it records its calls. */
export async function chatServer(model: ChatModel): Promise<{ url: string; calls: SeenCall[]; close: () => void }> {
  const calls: SeenCall[] = [];
  const answer = async (text: string, key: string | undefined): Promise<object> => {
    const body = JSON.parse(text) as SeenCall["body"];
    calls.push({ key, body });
    const { messages, stop, n, tools, response_format: form } = body;
    const schema = form === undefined ? {} : { schema: {} };
    const said = await model.chat(messages, { stop, n, tools, ...schema });
    return {
      ...{ id: String(calls.length), object: "chat.completion", model: body.model },
      choices: said.answers.map(({ text: content, toolCalls }, index) => ({
        ...{ index, finish_reason: toolCalls.length > 0 ? "tool_calls" : "stop" },
        message: {
          ...{ role: "assistant", content },
          ...(toolCalls.length > 0 && {
            tool_calls: toolCalls.map(({ id, name, arguments: given }) => ({
              ...{ id, type: "function", function: { name, arguments: given } },
            })),
          }),
        },
      })),
      usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 },
    };
  };
  const server = http.createServer((request, response) => {
    void (async () => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const value = await answer(text, request.headers.authorization);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, calls, close: () => server.close() };
}
