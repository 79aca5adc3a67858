import { describe, expect, test } from "vitest";
import { Interrupted } from "../base/index.ts";
import {
  finished,
  llama2Format,
  llamaCppModel,
  openAiChatModel,
  openAiCompletionsModel,
  plainFormat,
  tgiModel,
  type ChatDelta,
  type ChatMessage,
  type ChatModel,
  type ChatOptions,
} from "./index.ts";
import { eventAnswer, fakeFetch, jsonAnswer } from "./test-fetch.ts";

const messages: ChatMessage[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "hi" },
];
const options: ChatOptions = { stop: ["END"], seed: 3, temperature: 0.5, topP: 0.9, maxTokens: 7 };
const url = "http://server";

async function deltas(model: ChatModel, given: ChatOptions = {}): Promise<{ seen: ChatDelta[]; text: string }> {
  const seen: ChatDelta[] = [];
  const stream = model.stream(messages, given);
  for (;;) {
    const { done, value } = await stream.next();
    if (done) return { seen, text: value.text };
    seen.push(value);
  }
}

describe("OpenAI's chat", () => {
  const answer = {
    ...{ id: "1", object: "chat.completion", created: 0, model: "served" },
    choices: [
      {
        index: 0,
        finish_reason: "length",
        message: { role: "assistant", content: "hello" },
        logprobs: { content: [{ token: "hello", logprob: -0.5, top_logprobs: [{ token: "hi", logprob: -1 }] }] },
      },
      { index: 1, finish_reason: "stop", message: { role: "assistant", content: "hey" } },
    ],
    usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 },
  };

  test("the request and the answer, field by field", async () => {
    const { fetch, seen } = fakeFetch(jsonAnswer(answer));
    const model = openAiChatModel({ url, model: "m", apiKey: "k", fetch });
    const schema = { type: "object", properties: {} };
    const completion = await model.chat(messages, { ...options, n: 2, logprobs: 1, schema });
    expect(seen[0].url).toBe("http://server/chat/completions");
    expect(seen[0].headers.authorization).toBe("Bearer k");
    expect(seen[0].body).toEqual({
      ...{ model: "m", messages, stop: ["END"], seed: 3, temperature: 0.5, top_p: 0.9, max_tokens: 7, n: 2 },
      ...{ logprobs: true, top_logprobs: 1 },
      response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } },
    });
    expect(completion).toMatchObject({ text: "hello", end: "length", model: "served", usage: { promptTokens: 4, completionTokens: 2 } }); // prettier-ignore
    expect(completion.answers.map(({ text }) => text)).toEqual(["hello", "hey"]);
    expect(completion.logprobs).toEqual([
      { text: "hello", logprob: -0.5, alternatives: [{ text: "hi", logprob: -1 }] },
    ]);
  });

  test("tool calls, there and back", async () => {
    const call = { id: "c1", type: "function", function: { name: "look", arguments: '{"at":"desk"}' } };
    const message = { role: "assistant", content: null, tool_calls: [call] };
    const { fetch, seen } = fakeFetch(
      jsonAnswer({ model: "m", choices: [{ index: 0, finish_reason: "stop", message }] }),
    );
    const model = openAiChatModel({ url, model: "m", fetch });
    const tools = [{ name: "look", description: "Looks" }];
    const toolCalls = [{ id: "c1", name: "look", arguments: '{"at":"desk"}' }];
    const history: ChatMessage[] = [
      { role: "user", content: "x" },
      { role: "assistant", content: "", toolCalls },
      { role: "tool", content: "a pen", toolCallId: "c1" },
    ];
    expect(await model.chat(history, { tools, toolChoice: { name: "look" } })).toMatchObject({
      toolCalls,
      end: "tool_calls",
    });
    expect(seen[0].body.messages).toEqual([
      { role: "user", content: "x" },
      { role: "assistant", content: null, tool_calls: [call] },
      { role: "tool", content: "a pen", tool_call_id: "c1" },
    ]);
    expect(seen[0].body.tool_choice).toEqual({ type: "function", function: { name: "look" } });
  });

  test("a stream, of text and of calls", async () => {
    const chunk = (delta: object, rest: object = {}): object => ({
      model: "m",
      choices: [{ index: 0, delta, ...rest }],
    });
    const piece = (given: object): object => chunk({ tool_calls: [{ index: 0, ...given }] });
    const text = [chunk({ role: "assistant" }), chunk({ content: "he" }), chunk({ content: "y" }, { finish_reason: "stop" }), { model: "m", choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } }, "[DONE]"]; // prettier-ignore
    const calls = [piece({ id: "c", function: { name: "look", arguments: "" } }), piece({ function: { arguments: '{"a"' } }), piece({ function: { arguments: ":1}" } })]; // prettier-ignore
    const { fetch } = fakeFetch(eventAnswer(...text), eventAnswer(...calls, "[DONE]"));
    const model = openAiChatModel({ url, model: "m", fetch });
    const { seen, text: whole } = await deltas(model);
    expect(seen).toEqual([{ answer: 0, text: "he" }, { answer: 0, text: "y" }]); // prettier-ignore
    expect(whole).toBe("hey");
    const completion = await finished(model.stream(messages, { tools: [{ name: "look" }] }));
    expect(completion).toMatchObject({
      toolCalls: [{ id: "c", name: "look", arguments: '{"a":1}' }],
      end: "tool_calls",
    });
  });
});

test("OpenAI's completions: the prompt in the model's format", async () => {
  const choice = { index: 0, text: " hello", finish_reason: "stop", logprobs: { tokens: [" hello"], token_logprobs: [-1], top_logprobs: [{ " hello": -1, " hi": -0.5 }] } }; // prettier-ignore
  const { fetch, seen } = fakeFetch(jsonAnswer({ model: "m", choices: [choice] }));
  const model = openAiCompletionsModel({ url, model: "m", format: llama2Format, fetch });
  const completion = await model.chat(messages, { ...options, logprobs: 2 });
  expect(seen[0].body).toMatchObject({ prompt: "[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nhi [/INST]", stop: ["END", "</s>"], max_tokens: 7, logprobs: 2 }); // prettier-ignore
  expect(completion.text).toBe(" hello");
  expect(completion.usage).toBeUndefined();
  expect(completion.logprobs?.[0].alternatives.map(({ text }) => text)).toEqual([" hi", " hello"]);
});

test("TGI: /generate, n as calls with seeds that follow, stop strings taken off", async () => {
  const details = { finish_reason: "stop_sequence", generated_tokens: 2, seed: 3, tokens: [{ id: 5, text: "hello", logprob: -1, special: false }] }; // prettier-ignore
  const answers = [0, 1].map(() => jsonAnswer({ generated_text: "helloEND", details }));
  const { fetch, seen } = fakeFetch(...answers);
  const model = tgiModel({ url, name: "agentlm", format: plainFormat, fetch });
  const completion = await model.chat(messages, { ...options, n: 2, logprobs: 0 });
  expect(seen.map(({ url }) => url)).toEqual(["http://server/generate", "http://server/generate"]);
  expect(seen[0].body).toEqual({
    inputs: "Be brief.\nhi",
    parameters: {
      do_sample: true,
      details: true,
      stop: ["END"],
      temperature: 0.5,
      top_p: 0.9,
      seed: 3,
      max_new_tokens: 7,
    },
  });
  expect((seen[1].body.parameters as { seed: number }).seed).toBe(4);
  expect(completion.answers.map(({ text, end }) => [text, end])).toEqual([["hello", "stop"], ["hello", "stop"]]); // prettier-ignore
  expect(completion.logprobs).toEqual([{ id: 5, text: "hello", logprob: -1, alternatives: [] }]);
});

test("TGI's stream", async () => {
  const token = (text: string): object => ({ id: 1, text, logprob: -1, special: false });
  const details = { finish_reason: "eos_token", generated_tokens: 3, input_length: 4 };
  const { fetch } = fakeFetch(
    eventAnswer({ token: token("he"), generated_text: null, details: null }, { token: token("y") }, { token: token("</s>"), generated_text: "hey", details }), // prettier-ignore
  );
  const { seen, text } = await deltas(tgiModel({ url, name: "t", format: plainFormat, fetch }), { temperature: 0 });
  expect(seen.map((delta) => delta.text)).toEqual(["he", "y"]);
  expect(text).toBe("hey");
});

test("llama.cpp: /completion with a grammar of the schema", async () => {
  const { fetch, seen } = fakeFetch(
    jsonAnswer({ content: '{"a":1}', stop_type: "limit", tokens_evaluated: 9, tokens_predicted: 4, completion_probabilities: [{ id: 1, token: "{", logprob: -0.1, top_logprobs: [{ id: 1, token: "{", logprob: -0.1 }] }] }), // prettier-ignore
    eventAnswer({ content: "he", stop: false }, { content: "y", stop: false }, { content: "", stop: true, stop_type: "eos", tokens_evaluated: 1, tokens_predicted: 2 }), // prettier-ignore
  );
  const model = llamaCppModel({ url, name: "gguf", format: plainFormat, fetch });
  const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const completion = await model.chat(messages, { ...options, schema, logprobs: 1 });
  expect(seen[0].url).toBe("http://server/completion");
  expect(seen[0].body).toMatchObject({ prompt: "Be brief.\nhi", n_predict: 7, top_p: 0.9, n_probs: 1, stop: ["END"] });
  expect(seen[0].body.grammar).toMatch(/^root ::= .*\\"a\\"/s);
  expect(completion).toMatchObject({ text: '{"a":1}', end: "length", usage: { promptTokens: 9, completionTokens: 4 } });
  expect(await deltas(model)).toEqual({ seen: [{ answer: 0, text: "he" }, { answer: 0, text: "y" }], text: "hey" }); // prettier-ignore
});

describe.each([
  ["OpenAI chat", (fetch: typeof globalThis.fetch) => openAiChatModel({ url, model: "m", fetch })],
  ["OpenAI completions", (fetch: typeof globalThis.fetch) => openAiCompletionsModel({ url, model: "m", format: plainFormat, fetch })], // prettier-ignore
  ["TGI", (fetch: typeof globalThis.fetch) => tgiModel({ url, name: "m", format: plainFormat, fetch })],
  ["llama.cpp", (fetch: typeof globalThis.fetch) => llamaCppModel({ url, name: "m", format: plainFormat, fetch })],
] as const)("errors of %s", (_, create) => {
  test.each([
    [429, "rate_limit", 2000],
    [503, "overloaded", undefined],
    [500, "server", undefined],
    [401, "authentication", undefined],
    [400, "request", undefined],
  ])("status %i is %s", async (status, kind, retryAfterMs) => {
    const headers: Record<string, string> = retryAfterMs ? { "retry-after": "2" } : {};
    const failure = (): Response => jsonAnswer({ error: { message: "no" } }, status, headers);
    const { fetch, seen } = fakeFetch(failure(), failure());
    const model = create(fetch);
    const wanted = { name: "ModelError", kind, status, retryAfterMs };
    await expect(model.chat(messages)).rejects.toMatchObject(wanted);
    await expect(finished(model.stream(messages))).rejects.toMatchObject(wanted);
    expect(seen).toHaveLength(2); // nobody has tried again
  });

  test("a lost connection, an answer that is none, a call that is given up", async () => {
    const { fetch } = fakeFetch(new TypeError("fetch failed"), jsonAnswer({ nothing: true }));
    const model = create(fetch);
    await expect(model.chat(messages)).rejects.toMatchObject({ kind: "connection" });
    await expect(model.chat(messages)).rejects.toMatchObject({ kind: "answer" });
    const hanging = create((_, init) => new Promise((__, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("aborted"))))); // prettier-ignore
    const controller = new AbortController();
    const call = hanging.chat(messages, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(call).rejects.toThrow(Interrupted);
  });
});
