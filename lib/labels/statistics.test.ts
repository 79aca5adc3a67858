import { expect, test } from "vitest";
import { createHouseholdCodec } from "../environments/index.ts";
import { SOURCES, type Trajectory } from "../trajectory/index.ts";
import { compressionRows, sourceRows, tokenRows } from "./statistics.ts";
import { ChatTemplate } from "./template.ts";
import { trainTokenizer } from "./tokenizer/index.ts";

const [observation, action] = [SOURCES.indexOf("observation"), SOURCES.indexOf("action")];
const examples = [
  { id: "a", ids: [300, 2, 1], weights: [0, 0.5, 1], sources: [observation, observation, action] },
  { id: "b", ids: [2], weights: [0], sources: [observation] },
];

test("tokens and share of the loss by source", () => {
  expect(sourceRows(examples)).toEqual([
    { source: "observation", tokens: 3, share: 0.75, trained: 1, lossShare: 0.5 / 1.5 },
    { source: "action", tokens: 1, share: 0.25, trained: 1, lossShare: 1 / 1.5 },
  ]);
});

test("every token with its count, also those never used", () => {
  const tokenizer = trainTokenizer([" go"], { vocabularySize: 300 });
  const rows = tokenRows([{ ...examples[0], ids: [2, 2, 1] }], tokenizer);
  expect(rows).toHaveLength(tokenizer.size);
  expect(rows.slice(0, 3)).toEqual([
    { id: 2, token: "<|assistant|>", count: 2 },
    { id: 1, token: "<|end|>", count: 1 },
    { id: 0, token: "<|pad|>", count: 0 },
  ]);
});

test("characters and units against tokens", () => {
  const turns: Trajectory["turns"] = [
    { role: "user", content: "You arrive at loc 4. On the desk 1, you see a pen 2." },
    { role: "assistant", content: "Action: open box 1", action: "open box 1" },
  ];
  const tokenizer = trainTokenizer([" on pen 2 open"], { vocabularySize: 300 });
  const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: false });
  const trajectory = { id: "a", turns } as Trajectory;
  // " on| pen 2" "<|assistant|>" " open| |b|o|x| |1" "<|end|>"
  expect(compressionRows([trajectory], template, tokenizer)).toEqual([
    {
      trajectory: "a",
      characters: 70,
      compactCharacters: 20,
      tokens: 11,
      charactersPerToken: 70 / 11,
      compactCharactersPerToken: 20 / 11,
      units: 4,
      wholeUnits: 3,
    },
  ]);
});
