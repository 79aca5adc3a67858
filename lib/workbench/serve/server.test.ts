import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  chatMlFormat,
  finished,
  openAiChatModel,
  openAiCompletionsModel,
  plainFormat,
  tgiModel,
} from "../../llm/index.ts";
import { checkConformance, type ConformanceRow } from "./conformance/conformance.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startTestServer({ adapters: ["planner", "actor"] });
  client = new OpenAI({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  expect(server.errors).toEqual([]);
  await server.close();
});

const messages = [{ role: "user" as const, content: "Your task is to: put the mug" }];
const ask = (
  rest: Partial<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming> = {},
): Promise<OpenAI.Chat.ChatCompletion> =>
  client.chat.completions.create({ model: "tiny", messages, max_tokens: 16, ...rest });
const textOf = ({ choices }: OpenAI.Chat.ChatCompletion): string => choices[0].message.content ?? "";

async function streamOf(
  rest: Partial<OpenAI.Chat.ChatCompletionCreateParamsStreaming>,
): Promise<{ text: string; chunks: number }> {
  let text = "";
  let chunks = 0;
  const request = { model: "tiny", messages, max_tokens: 16, ...rest, stream: true as const };
  for await (const { choices } of await client.chat.completions.create(request)) {
    text += choices[0]?.delta.content ?? "";
    chunks++;
  }
  return { text, chunks };
}

describe("OpenAI's own clients", () => {
  test("npm: all that is promised", async () => {
    const rows = await checkConformance(server.url, "tiny");
    expect(rows.filter(({ kept }) => !kept)).toEqual([]);
    expect(rows).toHaveLength(15);
  });

  test("PyPI: the same", (context) => {
    const pythons = [process.env.WAYMARK_OPENAI_PYTHON, ".venv-deepspeed/bin/python"];
    const python = pythons.find((file) => file !== undefined && fs.existsSync(file));
    const hasClient = (): boolean => {
      try {
        execFileSync(python!, ["-c", "import openai"], { stdio: "ignore" });
        return true;
      } catch {
        return false;
      }
    };
    if (python === undefined || !hasClient()) return context.skip("no Python with OpenAI's client");
    return runPython(python).then((rows) => {
      expect(rows.filter(({ kept }) => !kept)).toEqual([]);
      expect(rows).toHaveLength(15);
    });
  });
});

/** In a process of its own, while this one serves. */
async function runPython(python: string): Promise<ConformanceRow[]> {
  const { spawn } = await import("node:child_process");
  const script = path.join(import.meta.dirname, "conformance", "conformance.py");
  const child = spawn(python, [script, server.url, "tiny"], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect(status).toBe(0);
  return output.trim().split("\n").map((line) => JSON.parse(line) as ConformanceRow); // prettier-ignore
}

describe("many at once", () => {
  test("96 streams: nothing is lost or mixed, each is what the model says alone", async () => {
    const requests = Array.from({ length: 96 }, (_, i) => ({
      model: ["tiny", "planner", "actor"][i % 3],
      messages: [{ role: "user" as const, content: `go to desk ${i} and take mug ${i * 7}` }],
      temperature: i % 2,
      seed: i,
      max_tokens: 8 + (i % 40),
    }));
    const streamed = await Promise.all(requests.map((request) => streamOf(request)));
    for (const [i, request] of requests.entries())
      expect([i, textOf(await ask(request))]).toEqual([i, streamed[i].text]);
    expect(new Set(streamed.map(({ text }) => text)).size).toBeGreaterThan(90);
    expect(Math.max(...streamed.map(({ chunks }) => chunks))).toBeGreaterThan(20); // they do come in pieces
  });

  test("a client that goes away frees its place", async () => {
    const controller = new AbortController();
    const request = { model: "tiny", messages, max_tokens: 400, temperature: 1, n: 4, stream: true as const };
    const stream = await client.chat.completions.create(request, { signal: controller.signal });
    for await (const _ of stream) break;
    controller.abort();
    const waiting = client.chat.completions.create({ ...request, stream: false }, { signal: AbortSignal.timeout(100) });
    await expect(waiting).rejects.toThrow();
    const { engine } = server.served.models.get("tiny")!;
    const end = Date.now() + 10_000;
    while (engine.running > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(engine.running).toBe(0);
    const metrics = await (await fetch(`${server.root}/metrics`)).text();
    expect(metrics).toContain("waymark_open_answers{} 0");
  });
});

describe("what is served", () => {
  test("adapters are models of their own", async () => {
    const { data } = await client.models.list();
    expect(data.map(({ id }) => id)).toEqual(["tiny", "planner", "actor"]);
    expect((await client.models.retrieve("actor")).id).toBe("actor");
    const texts = await Promise.all(["tiny", "planner", "actor"].map((model) => ask({ model, temperature: 0 })));
    expect(new Set(texts.map(textOf)).size).toBe(3);
    expect(textOf(await ask({ temperature: 0 }))).toBe(textOf(texts[0]));
  });

  test("a tool call in a stream, as the client puts it together", async () => {
    const parameters = { type: "object", properties: { at: { enum: ["desk", "bed"] } }, required: ["at"] };
    const tools = [{ type: "function" as const, function: { name: "look", parameters } }];
    const runner = client.chat.completions.stream({
      model: "tiny",
      messages,
      tools,
      tool_choice: "required",
      max_tokens: 200,
    });
    const final = await runner.finalChatCompletion();
    const [call] = final.choices[0].message.tool_calls!;
    expect([final.choices[0].finish_reason, call.type === "function" && call.function.name]).toEqual([
      "tool_calls",
      "look",
    ]);
  });

  test("completions: prompts as text or ids, several, with n, logprobs and a schema", async () => {
    const request = { model: "tiny", max_tokens: 4, temperature: 1, seed: 1, n: 2, logprobs: 2 };
    const { choices, usage } = await client.completions.create({ ...request, prompt: ["go to", "take"] });
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(choices[0].logprobs!.tokens!.join("")).toBe(choices[0].text);
    expect(Object.keys(choices[0].logprobs!.top_logprobs![0])).toHaveLength(2);
    expect(usage!.completion_tokens).toBeLessThanOrEqual(16);
    const ids = server.served.models.get("tiny")!.student.encode("take");
    const again = await client.completions.create({ ...request, prompt: ids });
    expect(again.choices.map(({ text }) => text)).toEqual(choices.slice(2).map(({ text }) => text));
    const structured = {
      ...request,
      n: 1,
      max_tokens: 50,
      prompt: "go",
      structured_outputs: { json: { enum: ["yes", "no"] } },
    };
    expect(["yes", "no"]).toContain(JSON.parse((await client.completions.create(structured)).choices[0].text));
  });

  test("the llm port speaks to it in three dialects, which agree", async () => {
    const chat = [{ role: "user" as const, content: "go to" }];
    const options = { temperature: 0, maxTokens: 10 };
    const completions = openAiCompletionsModel({ url: server.url, model: "tiny", format: plainFormat });
    const tgi = tgiModel({ url: server.root, name: "tiny", format: plainFormat });
    const { text, usage } = await completions.chat(chat, options);
    expect(usage!.completionTokens).toBe(10);
    expect((await finished(completions.stream(chat, options))).text).toBe(text);
    expect((await tgi.chat(chat, options)).text).toBe(text);
    expect((await finished(tgi.stream(chat, options))).text).toBe(text);
    const openai = openAiChatModel({ url: server.url, model: "tiny" });
    const schema = { type: "object", properties: { sure: { type: "boolean" } }, required: ["sure"] };
    const given = await openai.chat(chat, { schema, seed: 1, n: 2, logprobs: 1, maxTokens: 60 });
    for (const answer of given.answers)
      expect(typeof (JSON.parse(answer.text) as { sure: unknown }).sure).toBe("boolean");
    expect(given.logprobs!.length).toBeGreaterThan(3);
    const marked = openAiCompletionsModel({ url: server.url, model: "tiny", format: chatMlFormat });
    await expect(marked.chat(chat, { n: 200 })).rejects.toMatchObject({ kind: "request", status: 400 });
  });

  test("metrics count what was written", async () => {
    const text = async (): Promise<string> => (await fetch(`${server.root}/metrics`)).text();
    const written = async (): Promise<number> =>
      Number(/waymark_generated_tokens_total\{model="tiny"\} (\d+)/.exec(await text())?.[1]);
    const before = await written();
    await ask({ max_tokens: 5, temperature: 0 });
    expect((await written()) - before).toBe(5);
    expect(await text()).toMatch(/waymark_requests_total\{route="\/v1\/chat\/completions",status="200"\} \d+/);
  });
});
