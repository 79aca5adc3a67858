import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect, test } from "vitest";
import type { Planner } from "../../agents/index.ts";
import { Interrupted, testDataFolder, UserError } from "../../base/index.ts";
import { ModelError } from "../../llm/index.ts";
import { scriptedTeacher } from "../../synthesis/index.ts";
import { spanReader } from "./answer-reader.ts";
import { hotpotFolder, readHotpotQuestions } from "./hotpotqa.ts";
import {
  answerQuestions,
  formatGeneralisation,
  generalisationTable,
  type AnsweredQuestion,
} from "./planner-generalisation.ts";
import { hotpotSets, searchOncePlanner, worldQuestions } from "./planner-questions.ts";

const now = (): number => Date.UTC(2026, 0, 1);
const worlds = worldQuestions({ seed: 5, split: "test", single: 8, batches: 6, now });

test("the scripted teacher answers every held-out question with the real tools", async () => {
  const set = worlds;
  expect(set.questions.length).toBeGreaterThan(15);
  expect(new Set(set.questions.map(({ type }) => type)).size).toBeGreaterThan(3);
  const answered = await answerQuestions({
    ...{ set, series: "teacher", seed: 0, concurrency: 4 },
    planner: ({ request }) => scriptedTeacher(request),
  });
  expect(answered.filter(({ exact }) => exact === 0)).toEqual([]);
  expect(answered.map(({ id }) => id)).toEqual(set.questions.map(({ id }) => id));
  const [row] = generalisationTable(answered);
  expect(row).toMatchObject({ set: "fact base, held out", source: "generated", type: null, supports: null });
  expect([row.exact.value, row.f1.value, row.found?.value]).toEqual([1, 1, 1]);
  expect(row.f1.low).toBeLessThan(1); // all right is no certainty
});

test("a single search answers questions of one step only", async () => {
  const answered = await answerQuestions({
    ...{ set: worlds, series: "one search", seed: 0 },
    planner: () => searchOncePlanner,
  });
  const byType = generalisationTable(answered, true);
  expect(byType.map(({ type }) => type)).toEqual([...new Set(byType.map(({ type }) => type!))].sort());
  const [one, ...others] = byType;
  expect(one.type).toBe("1 step");
  expect(one.exact.value).toBeGreaterThan(0.2);
  expect(others.map(({ exact }) => exact.value)).toEqual(others.map(() => 0));
  expect(formatGeneralisation(byType)[0]).toMatchObject({
    series: "one search",
    type: "1 step",
    "finished %": expect.stringMatching(/^100\.0 \(/) as string,
  });
});

test("whatever a planner does is a result with its reason; what is from memory alone counts as not answered", async () => {
  const says = (selected_tool: string): Planner => ({
    name: "stubborn",
    plan: () => Promise.resolve({ context_information_summary: "", thoughts: "", task: "What?", selected_tool }),
  });
  const planners: Record<string, Planner> = {
    direct: says("final_answer"),
    unknown: says("telepathy"),
    endless: says("search_wikipedia"),
    silent: { name: "silent", plan: () => Promise.reject(new ModelError("answer", "no JSON")) },
  };
  const set = { ...worlds, questions: worlds.questions.slice(0, 1) };
  const stops: Record<string, Partial<AnsweredQuestion>> = {
    direct: { stop: "final_answer", answer: "", exact: 0, f1: 0 },
    unknown: { stop: "unknown_tool", answer: null, detail: "telepathy" },
    endless: { stop: "step_limit", answer: null },
    silent: { stop: "no_plan", answer: null, detail: "no JSON", steps: [] },
  };
  for (const [series, planner] of Object.entries(planners)) {
    const [one] = await answerQuestions({ set, series, seed: 0, planner: () => planner, maxSteps: 3 });
    expect(one).toMatchObject({ exact: 0, ...stops[series] });
  }
  const signal = AbortSignal.abort();
  const stopped = answerQuestions({ set, series: "", seed: 0, planner: () => planners.direct, signal });
  await expect(stopped).rejects.toThrow(Interrupted);
});

test("several seeds are drawn as clusters, yes and no need not be found", () => {
  const one = (id: string, seed: number, exact: 0 | 1, isFound: boolean | null): AnsweredQuestion => ({
    ...{ set: "s", source: "x", reader: "r", series: "a", seed, id, type: "t", gold: "g", answer: "g" },
    ...{ exact, f1: exact, isFound, supports: 0.5, stop: "final_answer", steps: [] },
  });
  const [row] = generalisationTable([
    one("1", 0, 1, true),
    one("1", 1, 0, false),
    one("2", 0, 1, null),
    one("2", 1, 1, null),
  ]);
  expect(row).toMatchObject({ questions: 2, seeds: 2, exact: { value: 0.75 }, found: { value: 0.5 } });
  expect(row.exact.low).toBeLessThan(row.exact.high);
  expect(formatGeneralisation([row])[0]).toMatchObject({ n: "2 × 2", "paragraphs found %": "50.0 (50.0–50.0)" });
});

const question = (answer: string, titles: readonly string[]) => ({
  ...{
    id: answer,
    question: "Where was Ada Vale, the composer of Lantern, born?",
    answer,
    type: "bridge",
    level: "easy",
  },
  supporting_facts: titles.map((title) => [title, 0]),
  context: [
    ["Lantern", ["Lantern is an opera.", " It was first given in 1931."]],
    ["Ada Vale", ["Ada Vale, the composer, was born in Norwick."]],
    ["Chess", ["Chess is a game."]],
  ],
});

test("HotpotQA: real search over the paragraphs, with those noted that it brings", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hotpot-"));
  const rows = [question("Norwick", ["Lantern", "Ada Vale"]), question("Oslo", ["Ada Vale", "Bergen"])];
  for (const level of ["easy", "medium", "hard"])
    fs.writeFileSync(path.join(folder, `${level}.jsonl`), rows.map((row) => JSON.stringify(row)).join("\n"));
  const { searched, perfect } = await hotpotSets({ folder, each: 2, levels: ["easy"], now });
  const ask = (set: typeof searched) =>
    answerQuestions({ set, series: "one search", seed: 0, planner: () => searchOncePlanner });
  const [right, wrong] = await ask(searched);
  expect(right).toMatchObject({ source: "HotpotQA", reader: spanReader.name, supports: 1, isFound: true });
  expect(wrong).toMatchObject({ supports: 0.5, isFound: false, exact: 0 });
  expect((await ask(perfect))[0]).toMatchObject({ answer: "Norwick", supports: null, isFound: true });
  fs.writeFileSync(path.join(folder, "hard.jsonl"), '{"id": 3}');
  await expect(readHotpotQuestions(folder)).rejects.toThrow(UserError);
  fs.rmSync(folder, { recursive: true });
});

test("the published questions are read, and the right paragraphs hold the answers", async (context) => {
  const folder = hotpotFolder(testDataFolder());
  if (folder === null) return context.skip("no autoact/hotpotqa in the data folder");
  const { perfect } = await hotpotSets({ folder, each: 20, now });
  expect(perfect.questions).toHaveLength(60);
  const planner = (): Planner => searchOncePlanner;
  const [row] = generalisationTable(await answerQuestions({ set: perfect, series: "given", seed: 0, planner }));
  expect(row.found!.value).toBeGreaterThan(0.9);
  expect(row.f1.value).toBeGreaterThan(0.1);
});
