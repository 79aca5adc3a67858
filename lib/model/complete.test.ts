import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom, Interrupted, readJson, UserError } from "../base/index.ts";
import { END, trainTokenizer } from "../labels/index.ts";
import {
  complete,
  Llama,
  readConfig,
  readSafetensors,
  selectEngine,
  tf,
  TokenTrie,
  type CompleteOptions,
  type Completion,
} from "./index.ts";

const words = "the mug is on the desk and the desk is in the room";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 300 });
const end = tokenizer.special(END);
const decode = (ids: readonly number[]): string => tokenizer.decode(ids);

test("torch's greedy continuation", async () => {
  selectEngine("auto");
  const file = (name: string): string => path.join(import.meta.dirname, "fixtures", "parity", name);
  const { greedy } = readJson<{ greedy: { prompt: number[]; continuation: number[] } }>(file("fixture.json"));
  const tiny = Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file("policy.safetensors")));
  const maxTokens = greedy.continuation.length;
  const [, completion] = await complete(tiny, [[1, 2, 3], greedy.prompt], { maxTokens, stopTokens: [] });
  expect(completion).toEqual({ ids: greedy.continuation, end: "length" });
  tiny.dispose();
});

describe("complete", () => {
  let model: Llama;
  let tensors: number;
  beforeAll(() => {
    selectEngine("auto");
    const sizes = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 };
    const rest = { max_position_embeddings: 64, initializer_range: 0.4, eos_token_id: end };
    model = Llama.create({ ...sizes, ...rest, vocab_size: tokenizer.size }, { seed: 3 });
    tensors = tf.memory().numTensors;
  });
  afterAll(() => {
    expect(tf.memory().numTensors).toBe(tensors);
    model.dispose();
  });

  const prompts = ["the", "the mug is on the desk", "a room", "on", "in the room and"].map((text) =>
    tokenizer.encode(text),
  );
  const sampling = { temperature: 1, seed: 4 };
  const run = (options: Partial<CompleteOptions> = {}, some = prompts): Promise<Completion[]> =>
    complete(model, some, { maxTokens: 12, stopTokens: [], decode, ...options });

  test("the same seed gives the same, alone or in a crowd; another gives another; so does each prompt", async () => {
    const drawn = await run({ sampling });
    expect(await run({ sampling, rows: 2 })).toEqual(drawn);
    const [alone] = await run({ sampling }, [prompts[0]]);
    expect(alone).toEqual(drawn[0]);
    const other = await run({ sampling: { ...sampling, seed: 5 } });
    drawn.forEach(({ ids, text }, i) => {
      expect(text).toBe(tokenizer.decode(ids));
      expect(other[i].ids).not.toEqual(ids);
    });
    const many = await run({ sampling }, new Array<number[]>(20).fill(prompts[1]));
    expect(new Set(many.map(({ text }) => text)).size).toBe(20);
  });

  test("temperature 0 is greedy, whatever the seed", async () => {
    const greedy = await run();
    expect(await run({ sampling: { temperature: 0, topK: 3, topP: 0.1, seed: 9 } })).toEqual(greedy);
    expect(await run({ sampling: { temperature: 1, topK: 1, seed: 9 } })).toEqual(greedy);
  });

  test("a stop token ends it; it is among the ids and not in the text", async () => {
    const free = await run({ sampling });
    const stop = free[1].ids[6];
    const stopped = await run({ sampling, stopTokens: [end, stop] });
    stopped.forEach(({ ids, text, ...rest }, i) => {
      const at = free[i].ids.findIndex((id) => id === stop || id === end);
      if (at < 0) return expect({ ids, text, ...rest }).toEqual(free[i]);
      expect(ids).toEqual(free[i].ids.slice(0, at + 1));
      expect(text).toBe(tokenizer.decode(ids.slice(0, -1)));
      expect(rest).toEqual({ end: "stop", stoppedBy: ids[at] });
    });
    expect(stopped[1].ids.length).toBeLessThanOrEqual(7);
  });

  test("the configuration's end token is the default", async () => {
    const only = new TokenTrie([[5, end]]);
    const options = { maxTokens: 4, constraint: () => only.constraint() };
    expect(await complete(model, prompts.slice(0, 1), options)).toEqual([
      { ids: [5, end], end: "stop", stoppedBy: end },
    ]);
  });

  test("a stop string over the borders of tokens ends the text before it", async () => {
    const text = "say\nObservation: the";
    const ids = tokenizer.encode(text);
    const trie = new TokenTrie([ids]);
    const pieces: string[] = [];
    const tokens: number[] = [];
    const [completion] = await run(
      {
        maxTokens: 40,
        stopStrings: ["unused", "vation:"],
        constraint: () => trie.constraint(),
        onText: (_, piece) => pieces.push(piece),
        onToken: (prompt, { id }) => tokens.push(prompt, id),
      },
      [prompts[2]],
    );
    expect(completion).toMatchObject({ text: "say\nObser", end: "stop", stoppedBy: "vation:" });
    const { length } = completion.ids;
    expect(completion.ids).toEqual(ids.slice(0, length));
    expect(tokenizer.decode(ids.slice(0, length))).toContain("vation:");
    expect(tokenizer.decode(ids.slice(0, length - 1))).not.toContain("vation:");
    expect(length - tokenizer.encode("say\nObser").length).toBeGreaterThan(1); // it does lie over several tokens
    expect(pieces.join("")).toBe("say\nObser");
    expect(tokens).toEqual(completion.ids.flatMap((id) => [0, id]));
  });

  test("the streamed pieces are the text, whatever ends it", async () => {
    const pieces = prompts.map(() => "");
    const onText = (prompt: number, text: string): void => void (pieces[prompt] += text);
    const completions = await run({ sampling: { temperature: 2, seed: 1 }, maxTokens: 70, onText });
    expect(completions.map(({ text }) => text)).toEqual(pieces);
    completions.forEach(({ ids, text, end: reason }, i) => {
      expect(text).toBe(tokenizer.decode(ids));
      expect(reason).toBe("context");
      expect(ids).toHaveLength(64 - prompts[i].length + 1);
    });
  });

  test("admissible strings only: one of them, and a trie's end is a stop", async () => {
    const choices = ["the mug", "the desk", "a room"].map((text) => tokenizer.encode(text));
    const trie = new TokenTrie(choices);
    const options = { constraint: () => trie.constraint(), sampling: { temperature: 3, seed: 1 } };
    const completions = await run(options, new Array<number[]>(30).fill(prompts[0]));
    for (const { ids, end: reason, stoppedBy } of completions) {
      expect(choices).toContainEqual(ids);
      expect([reason, stoppedBy]).toEqual(["stop", undefined]);
    }
    expect(new Set(completions.map(({ text }) => text)).size).toBe(3);
  });

  test("log-probabilities go with the ids", async () => {
    const [{ ids, logprobs, alternatives }] = await run({ logprobs: 2, maxTokens: 3 }, [prompts[0]]);
    expect([ids.length, logprobs!.length, alternatives!.length]).toEqual([3, 3, 3]);
    ids.forEach((id, i) => expect(alternatives![i][0]).toEqual({ id, logprob: logprobs![i] })); // greedy
    expect(await run({}, [prompts[0]])).not.toHaveProperty("logprobs");
  });

  test("a prompt as long as the context has no completion", async () => {
    const random = createRandom(0, "test");
    const long = Array.from({ length: 65 }, () => random.int(tokenizer.size));
    expect(await run({}, [long, long.slice(0, 64)])).toMatchObject([
      { ids: [], text: "", end: "context" },
      { ids: [expect.any(Number)], end: "context" },
    ]);
  });

  test("what cannot work is refused", async () => {
    const refuse = async (message: string, options: Partial<CompleteOptions>, some?: number[][]): Promise<void> => {
      await expect(run(options, some)).rejects.toThrow(UserError);
      await expect(run(options, some)).rejects.toThrow(message);
    };
    await refuse("prompt 1 is empty", {}, [[1], []]);
    await refuse(`prompt 0: token ${tokenizer.size} is outside the vocabulary`, {}, [[tokenizer.size]]);
    await refuse("prompt 0: token -1", {}, [[-1]]);
    await refuse("need `decode`", { decode: undefined, stopStrings: ["x"] });
    await refuse("an empty stop string", { stopStrings: ["x", ""] });
    await refuse("maxTokens 0: a whole number of 1 or more is expected", { maxTokens: 0 });
    await expect(run({ signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });
});
