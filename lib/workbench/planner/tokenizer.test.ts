import { beforeAll, describe, expect, test } from "vitest";
import { trainTokenizer, type Tokenizer } from "../../labels/index.ts";
import {
  episodeRows,
  namesOf,
  offlineRequests,
  scriptedTeacher,
  type PlannerRow,
  type WorldSplit,
} from "../../synthesis/index.ts";
import { playScripted } from "./simulation.ts";
import { testRun } from "./test-run.ts";
import { PLANNER_PATTERN } from "./tokenizer.ts";

async function rowsOf(split: WorldSplit, batches: number): Promise<PlannerRow[]> {
  const requests = [...offlineRequests({ seed: 1, split, batches })];
  const records = await playScripted(testRun(), { requests, planner: scriptedTeacher, seed: 0 });
  return records.flatMap(episodeRows);
}

describe("the planner's tokenizer", () => {
  let tokenizer: Tokenizer;
  let trained: string[];
  const texts = (rows: readonly PlannerRow[]): string[] =>
    rows.flatMap(({ prompt, target }) => [` ${prompt}`, ` ${target}`]);
  const units = (text: string): string[] => tokenizer.encode(text).map((id) => tokenizer.tokenText(id));
  beforeAll(async () => {
    trained = texts(await rowsOf("train", 1500));
    tokenizer = trainTokenizer(trained, { vocabularySize: 4096, pattern: PLANNER_PATTERN });
  }, 60_000);

  test("worlds never seen are written in tokens of the training texts", async () => {
    const seen = new Set(trained.flatMap((text) => tokenizer.encode(text)));
    for (const split of ["valid", "test"] as const) {
      const unseen = texts(await rowsOf(split, 20))
        .flatMap((text) => tokenizer.encode(text))
        .filter((id) => !seen.has(id));
      expect(unseen.map((id) => tokenizer.tokenText(id))).toEqual([]);
    }
  });

  test("towns are cut in two, numbers into pairs of digits; the rest of a name is whole", () => {
    for (const town of namesOf("place", "test")) expect(units(` ${town}`)).toHaveLength(2);
    expect(units(" Oakford")).toEqual([" Oak", "ford"]);
    expect(units(" 1956")).toEqual([" 19", "56"]);
    expect(units(" 672")).toEqual([" 67", "2"]);
    expect(units(" 2026-03-04.")).toEqual([" 2026-03", "-04", "."]);
    expect(units(" ada.brenner@example.com.")).toEqual([" ada.", "brenner", "@example.com", "."]);
    expect(units(" /srv/notes")).toEqual([" /srv", "/notes"]);
  });

  test("what all plans share is one token, behind a space of its own", () => {
    const plan =
      ' {"context_information_summary": "Nothing is known yet.", "thoughts": "", "task": "", "selected_tool": "use_bash"}';
    expect(units(plan)).toEqual([
      ...[" ", '{"context_information_summary": "', "Nothing", " is", " known", " yet", "."],
      ...['", "thoughts": "', '", "task": "', '", "selected_tool": "', "use_bash", '"}'],
    ]);
  });
});
