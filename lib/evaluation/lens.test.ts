import { beforeAll, describe, expect, test } from "vitest";
import { ChatTemplate, plainCodec, SITUATED_SPECIAL_TOKENS, trainTokenizer } from "../labels/index.ts";
import { Llama, selectEngine, tf } from "../model/index.ts";
import { KNOWLEDGE, REFLECTION, situatedText, type Trajectory, type Turn } from "../trajectory/index.ts";
import { lensRows, LENS_TOKENS, type LensRow } from "./lens.ts";
import { episode } from "./test-episodes.ts";

const template = new ChatTemplate({ codec: plainCodec, thoughts: true, situations: true });
const said = (turn: Pick<Turn, "thought" | "knowledge" | "reconsidered" | "prompted" | "loss">): Turn => {
  const spoken = { action: "go to shelf 1", ...turn };
  return { role: "assistant", content: situatedText(spoken), ...spoken };
};
const seen: Turn = { role: "user", content: "On the shelf 1, you see a mug 1." };
const RULE = "When looking for mug, go to shelf";
const turns: Turn[] = [
  { role: "user", content: "put a mug in desk" },
  ...[said({ thought: "I need mug." }), seen, said({ thought: "I need mug.", knowledge: RULE }), seen],
  ...[said({ thought: "I see mug.", reconsidered: { action: "look", reflection: "I need mug." } }), seen],
  ...[said({ knowledge: RULE, reconsidered: { action: "look", reflection: "" } }), seen],
  ...[said({ thought: "I need mug.", prompted: true, knowledge: RULE }), seen],
  ...[said({ thought: "I need mug.", loss: false }), seen, said({ thought: "I need mug." }), seen],
];
const trajectory: Trajectory = { ...episode({ id: "a" }), turns };
const corpus = turns.map(({ content }) => ` ${content}`);
const tokenizer = trainTokenizer(corpus, { vocabularySize: 300, specials: SITUATED_SPECIAL_TOKENS });
const newModel = (context = 300): Llama =>
  Llama.create(
    {
      vocab_size: tokenizer.size,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      num_key_value_heads: 2,
      max_position_embeddings: context,
      initializer_range: 0.3,
    },
    { seed: 1 },
  );

beforeAll(() => {
  selectEngine("auto");
});

describe("lensRows", () => {
  test("a row for each moment, situation, token and layer, with the turns that there are", async () => {
    const model = newModel();
    const rows = await lensRows({ model, tokenizer, template, trajectories: [trajectory, trajectory] });
    model.dispose();
    const counts = new Map(rows.map((row) => [`${row.moment}, ${row.situation}`, row.n]));
    expect(Object.fromEntries(counts)).toEqual({
      "first token, fast": 4,
      "first token, knowledgeable": 4,
      "first token, slow": 2,
      "after the action, fast": 4,
      "after the action, knowledgeable": 2,
      "after the action, slow": 4,
    });
    const of = (moment: LensRow["moment"]): string[] =>
      rows
        .filter((row) => row.moment === moment && row.situation === "slow")
        .map(({ token, layer }) => `${token} ${layer}`)
        .sort();
    for (const [moment, tokens] of Object.entries(LENS_TOKENS))
      expect(of(moment as LensRow["moment"])).toEqual([1, 2].flatMap((k) => tokens.map((t) => `${t} ${k}`)).sort());
    for (const { value, low, high, tasks } of rows) {
      expect(tasks).toBe(2);
      expect(value).toBeGreaterThan(0);
      expect(high - low).toBeLessThan(1e-6); // the two trajectories are the same
    }
  });

  test("the last layer is the student's own probability at the very place", async () => {
    const model = newModel();
    const one = { ...trajectory, turns: turns.slice(0, 7) };
    const rows = await lensRows({ model, tokenizer, template, trajectories: [one] });
    const find = (moment: LensRow["moment"], situation: string, token: string): number =>
      rows.find(
        (row) => row.moment === moment && row.situation === situation && row.token === token && row.layer === 2,
      )!.value;
    const ids = (text: readonly (string | { text: string })[]): number[] =>
      text.flatMap((part) => (typeof part === "string" ? [tokenizer.special(part)] : tokenizer.encode(part.text)));
    const next = (read: number[], token: number): number =>
      tf.tidy(() => {
        const logits = model.logits([read]).dataSync().slice(-tokenizer.size);
        return tf.softmax(tf.tensor1d(logits)).dataSync()[token];
      });
    const begin = ids([{ text: " put a mug in desk" }, "<|assistant|>"]);
    const fast = [...begin, ...ids([{ text: " I need mug." }, "<|act|>", { text: " go to shelf 1" }])];
    const observed = ids([{ text: ` ${seen.content}` }, "<|assistant|>"]);
    const asked = [...fast, ...ids(["<|end|>"]), ...observed];
    const [knowledge, reflection, end] = [KNOWLEDGE, REFLECTION, "<|end|>"].map((token) => tokenizer.special(token));
    expect(find("first token", "fast", KNOWLEDGE)).toBeCloseTo(next(begin, knowledge), 6);
    expect(find("first token", "fast", "ordinary")).toBeCloseTo(next(begin, tokenizer.encode(" I need mug.")[0]), 6);
    expect(find("after the action", "fast", REFLECTION)).toBeCloseTo(next(fast, reflection), 6);
    expect(find("after the action", "fast", "ordinary")).toBeCloseTo(next(fast, end), 6);
    expect(find("first token", "knowledgeable", KNOWLEDGE)).toBeCloseTo(next(asked, knowledge), 6);
    expect(find("first token", "knowledgeable", "ordinary")).toBeCloseTo(next(asked, tokenizer.encode(" I")[0]), 6);
    const told = ids(["[Knowledge]", "<knowledge>", { text: ` ${RULE}` }, "</knowledge>"]);
    const spoken = ids([{ text: " I need mug." }, "<|act|>", { text: " go to shelf 1" }, "<|end|>"]);
    const slow = [...asked, ...told, ...spoken, ...observed];
    const doubted = [...slow, ...ids([{ text: " I see mug." }, "<|act|>", { text: " look" }])];
    expect(find("first token", "slow", REFLECTION)).toBeCloseTo(next(slow, reflection), 6);
    expect(find("after the action", "slow", REFLECTION)).toBeCloseTo(next(doubted, reflection), 6);
    model.dispose();
  });

  test("a trajectory that is longer than the context is left out", async () => {
    const model = newModel(40);
    expect(await lensRows({ model, tokenizer, template, trajectories: [trajectory] })).toEqual([]);
    model.dispose();
  });
});
