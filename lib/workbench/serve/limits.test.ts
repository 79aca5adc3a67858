import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ apiKey: "secret", rows: 2, answers: 3, maxTokens: 100, context: 128 });
});
afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const headers = { "content-type": "application/json", authorization: "Bearer secret" };
const chat = { model: "tiny", messages: [{ role: "user", content: "go" }], max_tokens: 5 };
const post = (
  body: unknown,
  path = "/v1/chat/completions",
  given: Record<string, string> = headers,
): Promise<Response> =>
  fetch(server.root + path, {
    method: "POST",
    headers: given,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}
const errorOf = async (response: Response): Promise<ErrorBody["error"]> => ((await response.json()) as ErrorBody).error;

describe("errors in OpenAI's shape", () => {
  test.each<[string, unknown, number, Partial<ErrorBody["error"]>]>([
    ["no JSON", "{", 400, { param: null, type: "invalid_request_error" }],
    ["no messages", { ...chat, messages: [] }, 400, { param: "messages" }],
    ["another role", { ...chat, messages: [{ role: "king", content: "x" }] }, 400, { param: "messages.0.role" }],
    ["an image", { ...chat, messages: [{ role: "user", content: [{ type: "image_url" }] }] }, 400, { param: "messages.0.content" }], // prettier-ignore
    ["top_p 0", { ...chat, top_p: 0 }, 400, { param: "top_p" }],
    [
      "a penalty",
      { ...chat, frequency_penalty: 1 },
      400,
      { param: "frequency_penalty", code: "unsupported_parameter" },
    ],
    ["too many tokens", { ...chat, max_tokens: 101 }, 400, { param: "max_tokens" }],
    ["a long prompt", { ...chat, messages: [{ role: "user", content: "mug ".repeat(200) }] }, 400, { code: "context_length_exceeded" }], // prettier-ignore
    ["a schema that cannot be", { ...chat, response_format: { type: "json_schema", json_schema: { schema: { not: {} } } } }, 400, {}], // prettier-ignore
    ["a tool that is not there", { ...chat, tool_choice: "required" }, 400, {}],
    ["an unknown model", { ...chat, model: "x" }, 404, { param: "model", code: "model_not_found" }],
    ["a large body", { ...chat, user: "x".repeat(30_000) }, 413, { code: "request_too_large" }],
    ["more answers than there is room for", { ...chat, n: 4 }, 429, { code: "queue_full", type: "rate_limit_error" }],
  ])("%s", async (_, body, status, wanted) => {
    for (const stream of typeof body === "string" ? [false] : [false, true]) {
      const response = await post(typeof body === "string" ? body : { ...(body as object), stream });
      expect(response.status).toBe(status);
      expect(await errorOf(response)).toMatchObject(wanted);
    }
  });

  test("the queue: those beyond it are sent away and told to come again, the others are answered", async () => {
    const responses = await Promise.all(Array.from({ length: 8 }, () => post({ ...chat, max_tokens: 60 })));
    const statuses = responses.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);
    expect(responses.find(({ status }) => status === 429)!.headers.get("retry-after")).toBe("1");
    expect((await post(chat)).status).toBe(200); // and there is room again
  });

  test("the key: missing, wrong, right; health needs none", async () => {
    const { authorization: _, ...without } = headers;
    for (const given of [without, { ...headers, authorization: "Bearer secre" }]) {
      const response = await post(chat, undefined, given);
      expect(response.status).toBe(401);
      expect((await errorOf(response)).code).toBe("invalid_api_key");
    }
    expect((await fetch(`${server.root}/metrics`)).status).toBe(401);
    expect((await fetch(`${server.root}/health`)).status).toBe(200);
    const client = new OpenAI({ baseURL: server.url, apiKey: "wrong", maxRetries: 0 });
    await expect(client.models.list()).rejects.toThrow(OpenAI.AuthenticationError);
  });

  test("a web page's simple request, an unknown route, TGI's own shape", async () => {
    expect((await post(chat, undefined, { ...headers, "content-type": "text/plain" })).status).toBe(415);
    expect((await post(chat, "/v1/embeddings")).status).toBe(404);
    const response = await post({ inputs: "" }, "/generate");
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining("inputs") as string, error_type: expect.any(String) as string }); // prettier-ignore
  });
});
