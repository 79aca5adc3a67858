import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createHouseholdCodec } from "../environments/index.ts";
import { SOURCES, type Trajectory, type Turn } from "../trajectory/index.ts";
import { labelTrajectory, type LabelledExample, type LabelOptions } from "./examples.ts";
import { labelFile, readExamples } from "./label-file.ts";
import { ChatTemplate } from "./template.ts";
import { trainTokenizer } from "./tokenizer/index.ts";
import { lossWeights } from "./weights.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-labels-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const TURNS: Turn[] = [
  {
    role: "user",
    content:
      "-= Welcome to TextWorld, ALFRED! =-\n\nYou are in the middle of a room. Looking quickly around you, you see a desk 2, and a desk 1.\n\nYour task is to: put a mug in desk.",
  },
  { role: "assistant", content: "", thought: "I need mug", action: "go to desk 1" },
  { role: "user", content: "You arrive at loc 4. On the desk 1, you see nothing." },
  { role: "assistant", content: "", thought: "I need mug", action: "look", loss: false },
  { role: "user", content: "Nothing happens." },
  { role: "assistant", content: "", action: "go to desk 2" },
];

function trajectory(turns: Turn[], id = "episode-1"): Trajectory {
  const task = {
    id: "t",
    type: "pick_and_place_simple",
    source: "generated",
    split: "train",
    goal: "put a mug in desk",
  };
  const result = { reward: 1, success: true, steps: 3, invalid: 1, stop: "success" as const };
  return { id, environment: "household", task, agent: "scripted", seed: 1, turns, ...result };
}

const units = " see desk 2 desk 1 task put a mug in desk mug go desk 1 on nothing mug look noop go desk 2";
const options: LabelOptions = {
  tokenizer: trainTokenizer([units], { vocabularySize: 1000 }),
  template: new ChatTemplate({ codec: createHouseholdCodec(), thoughts: true }),
  weights: lossWeights({ user: 0, observation: 0.1, context: 0.2, delimiter: 0.5, thought: 0.7 }),
  maxLength: 64,
};

function example(turns: Turn[], changes: Partial<LabelOptions> = {}): LabelledExample {
  const result = labelTrajectory(trajectory(turns), { ...options, ...changes });
  if (result.kind !== "example") throw new Error("too long");
  return result.example;
}

test("token, weight and source of every position", () => {
  const { ids, weights, sources } = example(TURNS);
  const rows = ids.map((id, t) => [options.tokenizer.tokenText(id), weights[t], SOURCES[sources[t]]]);
  expect(rows).toEqual([
    [" see", 0, "user"],
    [" desk 2", 0, "user"],
    [" desk 1", 0, "user"],
    [" task", 0, "user"],
    [" put", 0, "user"],
    [" a", 0, "user"],
    [" mug", 0, "user"],
    [" in", 0, "user"],
    [" desk", 0, "user"],
    ["<|assistant|>", 0, "delimiter"],
    [" mug", 0.7, "thought"],
    ["<|act|>", 0.5, "delimiter"],
    [" go", 1, "action"],
    [" desk 1", 1, "action"],
    ["<|end|>", 0.5, "delimiter"],
    [" on", 0.1, "observation"],
    [" nothing", 0.1, "observation"],
    ["<|assistant|>", 0, "delimiter"],
    [" mug", 0.2, "thought"],
    ["<|act|>", 0.2, "delimiter"],
    [" look", 0.2, "action"],
    ["<|end|>", 0.2, "delimiter"],
    [" noop", 0.1, "observation"],
    ["<|assistant|>", 0, "delimiter"],
    ["<|act|>", 0.5, "delimiter"],
    [" go", 1, "action"],
    [" desk 2", 1, "action"],
    ["<|end|>", 0.5, "delimiter"],
  ]);
});

test("the first token has weight 0, since nothing predicts it", () => {
  const weights = lossWeights({ user: 0.3 });
  expect(example(TURNS, { weights }).weights.slice(0, 3)).toEqual([0, 0.3, 0.3]);
});

test("without thoughts the template leaves them and their delimiter out", () => {
  const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: false });
  const { ids } = example(TURNS.slice(0, 2), { template });
  expect(ids.slice(9).map((id) => options.tokenizer.tokenText(id))).toEqual([
    "<|assistant|>",
    " go",
    " desk 1",
    "<|end|>",
  ]);
});

describe("nothing to learn is an error that names the trajectory", () => {
  test.each([
    ["no agent turn", TURNS.slice(0, 1), {}],
    ["only slips", [TURNS[0], TURNS[3]], {}],
    ["weights of 0", TURNS, { weights: lossWeights({ thought: 0, action: 0 }) }],
  ])("%s", (_, turns, changes) => {
    expect(() => example(turns, changes)).toThrow(/trajectory episode-1: empty loss mask/);
  });
});

test("a longer trajectory is reported, not cut", () => {
  expect(labelTrajectory(trajectory(TURNS), { ...options, maxLength: 27 })).toEqual({
    kind: "too_long",
    id: "episode-1",
    length: 28,
  });
});

test("an unknown source in the recipe's weights is refused", () => {
  expect(() => lossWeights({ actions: 1 } as object)).toThrow(/actions/);
  expect(() => lossWeights({ action: -1 })).toThrow(/action/);
});

describe("files", () => {
  const write = (name: string, rows: unknown[]): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, rows.map((row) => JSON.stringify(row)).join("\n"));
    return file;
  };

  test("labelled, counted and read back", async () => {
    const long = [...TURNS, ...TURNS.slice(1), ...TURNS.slice(1)];
    const input = write("in.jsonl", [
      trajectory(TURNS, "a"),
      trajectory(long, "b"),
      trajectory(TURNS.slice(0, 2), "c"),
    ]);
    const output = path.join(folder, "out.jsonl.gz");
    const result = await labelFile({ ...options, maxLength: 40, input, output });
    expect(result).toEqual({ examples: 2, tokens: 43, trained: 21, tooLong: 1, longest: 66 });
    const rows: LabelledExample[] = [];
    for await (const row of readExamples(output)) rows.push(row);
    expect(rows.map((row) => row.id)).toEqual(["a", "c"]);
    expect(rows[0]).toEqual({ ...example(TURNS), id: "a" });
  });

  test("a file without a usable trajectory is an error", async () => {
    const input = write("long.jsonl", [trajectory(TURNS)]);
    const output = path.join(folder, "none.jsonl");
    await expect(labelFile({ ...options, maxLength: 5, input, output })).rejects.toThrow(/1 longer than maxLength 5/);
  });

  test.each([
    ["a missing field", { id: "a", ids: [1] }, /bad\.jsonl:1: not a labelled example: weights/],
    ["unequal lengths", { id: "a", ids: [1], weights: [], sources: [1] }, /1 ids, 0 weights and 1 sources/],
    ["an unknown source", { id: "a", ids: [1], weights: [1], sources: [99] }, /sources\.0/],
  ])("%s is named with file and line", async (_, row, message) => {
    await expect(readExamples(write("bad.jsonl", [row])).next()).rejects.toThrow(message);
  });
});
