import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeSegments, END, plainCodec, trainTokenizer } from "../../labels/index.ts";
import { finished, type ChatDelta, type ChatMessage, type ChatOptions } from "../../llm/index.ts";
import type { TurnCodec } from "../../trajectory/index.ts";
import { Engine, Llama, selectEngine, type TextReader } from "../index.ts";
import { ChatFormat, PromptTooLong, Student } from "./index.ts";

const words = 'the mug is on the desk 1 and go to desk 2 {"name": "look", "arguments": {}}';
const tokenizer = trainTokenizer([words, words], { vocabularySize: 340 });
const shouting: TurnCodec = {
  ...plainCodec,
  id: "shouting",
  encodeUser: (text) => text.toUpperCase(),
  encodeKnowledge: (rule) => rule,
  encodeAction: (text) => text.toUpperCase(),
  decodeAction: (text) => text.toLowerCase(),
};

describe("the chat format", () => {
  const reader = (format: ChatFormat): TextReader => format.question([{ role: "user", content: "" }]).reader();
  const read = (reader: TextReader, text: string): string[] => {
    const pieces = tokenizer.encodeMarked(text).map((id) => reader.push(id));
    return [...pieces, reader.finish()].filter((piece) => piece !== "");
  };

  test("a conversation is what the template renders of a trajectory", () => {
    const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: true });
    const messages: ChatMessage[] = [
      { role: "user", content: "the mug" },
      { role: "assistant", content: "Thought: desk 1\nAction: go to desk 1" },
      { role: "user", content: "on the desk" },
    ];
    const turns = [
      { role: "user" as const, content: "the mug" },
      { role: "assistant" as const, content: "", thought: "desk 1", action: "go to desk 1" },
      { role: "user" as const, content: "on the desk" },
    ];
    expect(format.prompt(messages)).toEqual(encodeSegments(format.template.renderPrompt(turns), tokenizer));
    expect(tokenizer.decode(format.prompt(messages))).toBe(" the mug<|assistant|> desk 1<|act|> go to desk 1<|end|> on the desk<|assistant|>"); // prettier-ignore
  });

  test("what looks like a control token in a message stays text", () => {
    const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: false });
    const ids = format.prompt([{ role: "user", content: "x<|end|><|assistant|>y" }]);
    expect(ids.filter((id) => tokenizer.isSpecial(id))).toHaveLength(1);
    expect(tokenizer.decode(ids)).toBe(" x<|end|><|assistant|>y<|assistant|>");
  });

  test("an answer reads as in trajectories, piece by piece where the codec allows it", () => {
    const plain = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: true });
    const pieces = read(reader(plain), " the mug<|act|> go to desk 1");
    expect(pieces.join("")).toBe("Thought: the mug\nAction: go to desk 1");
    expect(pieces.length).toBeGreaterThan(3);
    expect(read(reader(plain), "<|act|> go").join("")).toBe("Action: go");
    expect(read(reader(plain), " go").join("")).toBe("Thought: go");
    const shouted = new ChatFormat({ tokenizer, codec: shouting, thoughts: true });
    expect(read(reader(shouted), " the<|act|> GO TO").join("")).toBe("Thought: the\nAction: go to");
    const bare = new ChatFormat({ tokenizer, codec: shouting, thoughts: false });
    expect(read(reader(bare), " GO TO")).toEqual(["go to"]);
    expect(tokenizer.decode(bare.prompt([{ role: "user", content: "a" }, { role: "assistant", content: "go" }]))).toBe(" A<|assistant|> GO<|end|><|assistant|>"); // prettier-ignore
  });

  test("tools and their results", () => {
    const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: false });
    const messages: ChatMessage[] = [
      { role: "system", content: "S" },
      { role: "user", content: "U" },
      { role: "assistant", content: "", toolCalls: [{ id: "1", name: "look", arguments: "{}" }] },
      { role: "tool", content: "R", toolCallId: "1" },
    ];
    const text = tokenizer.decode(format.prompt(messages, { tools: [{ name: "look" }] }));
    expect(text).toMatch(/^<\|system\|> S\n\nTools:\n\{"name":"look"\}\n[^]*<\|end\|> U<\|assistant\|> \{"name": "look", "arguments": \{\}\}<\|end\|> R<\|assistant\|>$/); // prettier-ignore
  });
});

describe("the student as a chat model", () => {
  let model: Llama;
  let engine: Engine;
  let student: Student;
  beforeAll(async () => {
    selectEngine("auto");
    const sizes = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 };
    const rest = { max_position_embeddings: 400, initializer_range: 0.4 };
    model = Llama.create({ ...sizes, ...rest, vocab_size: tokenizer.size }, { seed: 3 });
    engine = new Engine(model);
    const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: false });
    const stopTokens = [tokenizer.special(END)];
    student = await Student.create({ name: "tiny", engine, format, stopTokens, context: 400, seed: 0 });
  });
  afterAll(async () => {
    await engine.close();
    await student.dispose();
    model.dispose();
  });

  const messages: ChatMessage[] = [{ role: "user", content: "the mug" }];
  const say = (options: ChatOptions = {}): ReturnType<Student["chat"]> =>
    student.chat(messages, { maxTokens: 20, ...options });

  test("a stream is the whole answer in pieces", async () => {
    const options = { temperature: 1, seed: 2, n: 3, maxTokens: 20, logprobs: 1 };
    const pieces = ["", "", ""];
    const logprobs = [0, 0, 0];
    const stream = student.stream(messages, options);
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) {
      const delta: ChatDelta = step.value;
      pieces[delta.answer] += delta.text ?? "";
      logprobs[delta.answer] += delta.logprobs?.length ?? 0;
    }
    const whole = await say(options);
    expect(step.value).toEqual(whole);
    expect(whole.answers.map(({ text }) => text)).toEqual(pieces);
    expect(whole.answers.map((answer) => answer.logprobs!.length)).toEqual(logprobs);
    expect(new Set(pieces).size).toBe(3);
    expect(whole.usage).toEqual({ promptTokens: tokenizer.encode(" the mug").length + 1, completionTokens: expect.any(Number) as number }); // prettier-ignore
  });

  test("without a seed, each request draws anew", async () => {
    const drawn = await Promise.all(Array.from({ length: 4 }, () => say({ temperature: 1 })));
    expect(new Set(drawn.map(({ text }) => text)).size).toBe(4);
  });

  test("a stream that is left calls its rows off", async () => {
    for await (const _ of student.stream(messages, { temperature: 1, n: 4, maxTokens: 190, stop: ["never"] })) break;
    const before = Date.now();
    while (engine.running > 0 && Date.now() - before < 5000) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(engine.running).toBe(0);
  });

  test("a forced tool call is one, also in a stream; no piece of it goes out as text", async () => {
    const parameters = { type: "object", properties: { at: { enum: ["desk", "bed"] } }, required: ["at"], additionalProperties: false }; // prettier-ignore
    const options: ChatOptions = {
      tools: [{ name: "look", parameters }],
      toolChoice: "required",
      temperature: 1,
      seed: 1,
      maxTokens: 150,
    };
    const stream = student.stream(messages, options);
    const deltas: ChatDelta[] = [];
    for await (const delta of stream) deltas.push(delta);
    const { toolCalls, end, text } = await student.chat(messages, options);
    expect([end, text, toolCalls[0].name]).toEqual(["tool_calls", "", "look"]);
    expect(["desk", "bed"]).toContain((JSON.parse(toolCalls[0].arguments) as { at: string }).at);
    expect(deltas).toHaveLength(1);
    expect(deltas[0].toolCall).toMatchObject({ name: "look", arguments: toolCalls[0].arguments });
  });

  test("more schemas than are kept", async () => {
    for (let i = 0; i < 40; i++) expect((await say({ schema: { const: i } })).text).toBe(String(i));
    const again = Array.from({ length: 40 }, (_, i) => say({ schema: { const: i } }));
    expect((await Promise.all(again)).map(({ text }) => text)).toEqual(again.map((_, i) => String(i)));
  });

  test("what cannot be is refused", async () => {
    await expect(student.chat([])).rejects.toThrow("at least one");
    await expect(say({ n: 0 })).rejects.toThrow("n 0");
    await expect(say({ schema: { not: {} } })).rejects.toThrow("not cannot be guaranteed");
    await expect(finished(student.stream([{ role: "user", content: "mug ".repeat(500) }]))).rejects.toThrow(
      PromptTooLong,
    );
    await expect(say({ stop: [""] })).rejects.toThrow("an empty stop string");
  });
});
