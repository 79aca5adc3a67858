import fc from "fast-check";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { Interrupted, sha256File, UserError, type ProgressUpdate } from "../../base/index.ts";
import { taskCount } from "./plan.ts";
import { rollOut, type RolloutOptions } from "./roll-out.ts";
import { FakeExecutor, fakeRow, randomPlan } from "./testing.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "rollout-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const newFolder = (): string => fs.mkdtempSync(path.join(root, "x-"));

/** A rollout in a folder of its own; the second match goes to another file. */
function setUp(games: readonly number[], folder = newFolder()) {
  const file = (match: number): string => path.join(folder, match === 1 ? "second.jsonl.gz" : "others.jsonl");
  const plan = randomPlan(games, file);
  const play = (executor: FakeExecutor, options: Partial<RolloutOptions> = {}): ReturnType<typeof rollOut> =>
    rollOut(plan, { folder, startWorkers: () => executor, ...options });
  const expected = plan.matches.flatMap((match, i) => (i === 1 ? [] : match.games.ids.map((id) => `${fakeRow(id)}\n`)));
  const others = (): string => fs.readFileSync(file(0), "utf8");
  return { folder, plan, play, file, expected: expected.join(""), others };
}

it("writes the same files whatever the workers, the shards and the losses", async () => {
  const reference = setUp([7, 5, 4]);
  await reference.play(new FakeExecutor(1));
  expect(reference.others()).toBe(reference.expected);
  const hashes = [0, 1].map((match) => sha256File(reference.file(match)));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 8 }),
      fc.uniqueArray(fc.nat(20), { maxLength: 6 }),
      async (workers, shardSize, losses) => {
        const { play, file, folder } = setUp([7, 5, 4]);
        // Two calls in a row may be of one shard; a third is never lost.
        const lost = new Set(losses.filter((call) => !(losses.includes(call - 1) && losses.includes(call - 2))));
        const counts = new Map<string, number>();
        const executor = new FakeExecutor(workers, (call, { games }) => {
          const before = counts.get(games.ids[0]) ?? 0;
          counts.set(games.ids[0], before + 1);
          return lost.has(call) && before < 2 ? "lost" : "answer";
        });
        const record = await play(executor, { shardSize });
        expect([0, 1].map((match) => sha256File(file(match)))).toEqual(hashes);
        expect(Object.values(record.files).sort()).toEqual([...hashes].sort());
        expect(executor.most).toBeLessThanOrEqual(workers);
        expect(executor.closed).toBe(true);
        expect(fs.readdirSync(folder).sort()).toEqual(["others.jsonl", "rollout.json", "second.jsonl.gz"]);
      },
    ),
    { numRuns: 40 },
  );
});

it("goes on where it was stopped, and leaves a finished rollout alone", async () => {
  const { play, plan, others, expected, file } = setUp([20, 10]);
  const controller = new AbortController();
  const first = new FakeExecutor(2);
  const onProgress = ({ done }: ProgressUpdate): void => {
    if (done >= 12) controller.abort();
  };
  const stopped = play(first, { shardSize: 3, signal: controller.signal, onProgress });
  await expect(stopped).rejects.toThrow(Interrupted);
  expect(first.closed).toBe(true);
  expect(fs.existsSync(file(0))).toBe(false);

  const second = new FakeExecutor(2);
  const updates: ProgressUpdate[] = [];
  await play(second, { shardSize: 3, onProgress: (update) => updates.push(update) });
  expect(updates[0].done).toBeGreaterThanOrEqual(12);
  expect(updates.at(-1)).toMatchObject({ done: 30, total: taskCount(plan) });
  expect(second.given.flat()).toHaveLength(30 - updates[0].done);
  expect(others()).toBe(expected);

  const third = new FakeExecutor(1);
  await play(third);
  expect(third.given).toEqual([]);
  fs.appendFileSync(file(0), "something else\n"); // then the record does not count
  await play(third);
  expect(third.given.flat()).toHaveLength(30);
  expect(others()).toBe(expected);
});

it("plays what is left in shards of another size, and drops what comes twice", async () => {
  const { play, others, expected } = setUp([10, 0]);
  const failing = new FakeExecutor(1, (call) => (call === 1 ? new Error("enough") : "answer"));
  await expect(play(failing, { shardSize: 4 })).rejects.toThrow("enough");
  const rest = new FakeExecutor(1);
  await play(rest, { shardSize: 3 });
  expect(rest.given.map((ids) => ids.length)).toEqual([3, 3, 1]); // the first was whole already; the second was not
  expect(others()).toBe(expected);
});

it("names the tasks of a shard that is lost again and again", async () => {
  const { play } = setUp([6]);
  const executor = new FakeExecutor(2, (_, { games }) => (games.ids[0] === "generated-test-0-3" ? "lost" : "answer"));
  const failed = play(executor, { shardSize: 3 });
  await expect(failed).rejects.toThrow(UserError);
  await expect(failed).rejects.toThrow(
    /tasks 3 to 5 \(random in generated-test-0-3, .*\): lost with 3 workers, the last: the machine went away/,
  );
  expect(executor.given.filter(([id]) => id === "generated-test-0-3")).toHaveLength(3);
});

it("can be stopped while the workers are still starting; these are closed when they come", async () => {
  const { play } = setUp([6]);
  const controller = new AbortController();
  const executor = new FakeExecutor(1);
  let arrive: (workers: FakeExecutor) => void = () => undefined;
  const startWorkers = (): Promise<FakeExecutor> => new Promise((resolve) => (arrive = resolve));
  const stopped = play(executor, { startWorkers, signal: controller.signal });
  controller.abort();
  await expect(stopped).rejects.toThrow(Interrupted);
  arrive(executor);
  await vi.waitFor(() => expect(executor.closed).toBe(true));
  expect(executor.given).toEqual([]);
});

it("a worker's own error is not tried again", async () => {
  const { play } = setUp([6]);
  const executor = new FakeExecutor(1, () => new UserError("no such model"));
  await expect(play(executor)).rejects.toThrow("no such model");
  expect(executor.given).toHaveLength(1);
  expect(executor.closed).toBe(true);
});
