import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { Interrupted, UserError } from "../../base/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { householdPairs } from "./household-pairs.ts";
import { readStepPairs, type PairFiles } from "./pair-journal.ts";
import { HOUSEHOLD_INSTRUCTION, instructed } from "./prompts.ts";
import { samplePairs, type SamplePairsOptions } from "./sample-pairs.ts";
import type { TaskOutcome } from "./task-outcome.ts";
import { gameOf, goldGames, slippingModel } from "./test-target.ts";

const gold = goldGames(40);
/** Goes astray with the object in hand, in about half of the tasks. */
const { model } = slippingModel((action, turn, task) =>
  turn > 1 && task.length % 2 === 0 && /^(go|put)/.test(action) ? "go to bed 77" : null,
);
const sample = (trajectory: Trajectory, index: number): Promise<TaskOutcome> =>
  householdPairs(trajectory, index, {
    target: { model },
    environment: gameOf,
    prompt: () => instructed(HOUSEHOLD_INSTRUCTION),
    noFind: true,
  });

function files(): PairFiles {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pairs-"));
  return { pairs: path.join(folder, "pairs.json"), noFind: path.join(folder, "no_find.json") };
}
const run = (options: Partial<SamplePairsOptions> = {}) => samplePairs({ gold, sample, ...options });

describe("samplePairs", () => {
  it("gives the same whatever is worked on at once, in the order of the gold", async () => {
    const one = await run();
    expect(one.pairs.length).toBeGreaterThan(20);
    expect(one.used).toBe(gold.length);
    const slow = async (trajectory: Trajectory, index: number): Promise<TaskOutcome> => {
      await new Promise((resolve) => setTimeout(resolve, (index * 7) % 5));
      return sample(trajectory, index);
    };
    const updates: number[] = [];
    expect(await run({ sample: slow, parallel: 8, onProgress: ({ done }) => updates.push(done) })).toEqual(one);
    expect(updates).toEqual(Array.from({ length: 41 }, (_, i) => i));
    expect(await run({ sample: slow, parallel: 8, perType: 3 })).toEqual(await run({ perType: 3 }));
  });

  it("keeps to a number of pairs for each type, and to one for all", async () => {
    const { byType, pairs } = await run({ perType: 3 });
    expect(Object.values(byType).every((count) => count <= 3)).toBe(true);
    expect(Object.values(byType).filter((count) => count === 3).length).toBeGreaterThan(3);
    expect(pairs.length).toBe(Object.values(byType).reduce((a, b) => a + b, 0));
    expect((await run({ limit: 5 })).pairs.length).toBe(5);
  });

  it("leaves ignored trajectories alone and counts those that are no gold", async () => {
    const bad = gold.slice(0, 3).map((trajectory) => ({ ...trajectory, turns: trajectory.turns.slice(0, 2) }));
    const report = await samplePairs({ gold: bad, sample, ignored: new Set([bad[1].id]) });
    expect(report.dropped.map(({ id }) => id)).toEqual([bad[0].id, bad[2].id]);
    expect(report.used).toBe(0);
  });

  it("goes on where a killed run ended, without asking again", async () => {
    const whole = await run({ files: files() });
    const broken = files();
    let asked = 0;
    const failing = async (trajectory: Trajectory, index: number): Promise<TaskOutcome> => {
      if (++asked === 25) throw new Error("no budget left");
      return sample(trajectory, index);
    };
    await expect(run({ files: broken, sample: failing, parallel: 3 })).rejects.toThrow("no budget left");
    expect(fs.existsSync(broken.pairs)).toBe(false);
    // A line that a killed writer left unfinished.
    fs.appendFileSync(`${broken.pairs}.partial.jsonl`, '{"idx":23,"id":"x');
    let again = 0;
    const counting = (trajectory: Trajectory, index: number): Promise<TaskOutcome> => {
      again++;
      return sample(trajectory, index);
    };
    expect(await run({ files: broken, sample: counting })).toEqual(whole);
    expect(again).toBeLessThanOrEqual(40 - 22);
    expect(readStepPairs(broken.pairs)).toEqual(whole.pairs);
    expect(readStepPairs(broken.noFind!)).toEqual(whole.noFind);
    expect(fs.readdirSync(path.dirname(broken.pairs)).sort()).toEqual(["no_find.json", "pairs.json"]);
  });

  it("does not go on with other settings", async () => {
    const broken = files();
    const signal = AbortSignal.abort();
    await expect(run({ files: broken, settings: { model: "a" }, signal })).rejects.toThrow(Interrupted);
    await expect(run({ files: broken, settings: { model: "b" } })).rejects.toThrow(UserError);
    await expect(run({ files: broken, settings: { model: "a" } })).resolves.toMatchObject({ used: 40 });
  });

  it("names file and record of what is no pair", () => {
    const { pairs } = files();
    fs.writeFileSync(pairs, '[{"id": 1, "step": -1}]');
    expect(() => readStepPairs(pairs)).toThrow(/pairs\.json: record 0: not a pair of steps: step/);
    fs.writeFileSync(pairs, "{}");
    expect(() => readStepPairs(pairs)).toThrow("a JSON list");
    fs.writeFileSync(pairs, "[");
    expect(() => readStepPairs(pairs)).toThrow(UserError);
  });
});
