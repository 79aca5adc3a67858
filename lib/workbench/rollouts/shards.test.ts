import fc from "fast-check";
import { expect, it } from "vitest";
import type { RolloutPlan, StudentPlayer } from "./plan.ts";
import { planHash, taskCount } from "./plan.ts";
import { shardsOf, taskNames } from "./shards.ts";
import { randomPlan } from "./testing.ts";

const student = (batch: number): StudentPlayer => ({
  ...{ kind: "student", name: "student", folder: "/m", weights: "0", tokenizer: "/t", tokenizerHash: "1", batch },
  ...{ thoughts: true, admissibleOnly: false, engine: "cpu", tensorflowVersion: "2" },
});

const withStudent = (games: readonly number[], batch: number): RolloutPlan => {
  const plan = randomPlan(games, () => "all.jsonl");
  return {
    ...plan,
    matches: plan.matches.map((match, i) => (i % 2 === 0 ? { ...match, player: student(batch) } : match)),
  };
};

it("covers every task once, in order, whatever the size; a student's batches are always the same", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 5 }),
      fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined }),
      fc.integer({ min: 1, max: 20 }),
      (games, size, batch) => {
        const plan = withStudent(games, batch);
        const shards = shardsOf(plan, size);
        const ids = plan.matches.flatMap((match) => match.games.ids);
        expect(shards.flatMap(({ work }) => work.games.ids)).toEqual(ids);
        let next = 0;
        for (const { first, tasks, work } of shards) {
          expect([first, tasks]).toEqual([next, work.games.ids.length]);
          expect(tasks).toBeGreaterThan(0);
          next += tasks;
          if (work.player.kind !== "student") {
            if (size !== undefined) expect(tasks).toBeLessThanOrEqual(size);
            continue;
          }
          // A game's number in its match says at which place of a batch it is played.
          const number = Number(work.games.ids[0].split("-").at(-1));
          expect(number % batch).toBe(0);
          const match = plan.matches[Number(work.games.ids[0].split("-").at(-2))];
          expect(tasks % batch === 0 || number + tasks === match.games.ids.length).toBe(true);
        }
        expect(next).toBe(taskCount(plan));
      },
    ),
  );
});

it("refuses a size that is none", () => {
  const plan = randomPlan([3], () => "all.jsonl");
  expect(() => shardsOf(plan, 0)).toThrow("0 games a shard");
  expect(() => shardsOf(plan, 2.5)).toThrow("2.5 games a shard");
});

it("names tasks for messages", () => {
  const [, second] = shardsOf(
    randomPlan([10], () => "all.jsonl"),
    5,
  );
  expect(taskNames(second)).toBe(
    "tasks 5 to 9 (random in generated-test-0-5, generated-test-0-6, generated-test-0-7 and 2 more)",
  );
});

it("a plan's hash is about what is played, not about where the results go", () => {
  const plan = randomPlan([3, 2], () => "a.jsonl");
  expect(planHash(randomPlan([3, 2], () => "b.jsonl"))).toBe(planHash(plan));
  for (const other of [{ ...plan, seed: 1 }, { ...plan, stepLimit: 6 }, randomPlan([3, 3], () => "a.jsonl")])
    expect(planHash(other)).not.toBe(planHash(plan));
});
