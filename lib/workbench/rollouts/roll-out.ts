import * as fs from "node:fs";
import * as path from "node:path";
import { JsonlWriter, readJson, sha256File, writeJson, type OnProgress } from "../../base/index.ts";
import type { Executor } from "./executor.ts";
import { Journal } from "./journal.ts";
import { planHash, playerName, taskCount, type RolloutPlan } from "./plan.ts";
import { runShards, stoppable } from "./run-shards.ts";
import { shardsOf } from "./shards.ts";

export interface RolloutOptions {
  /** Asked for workers once there is something to play; they are closed at the end. */
  readonly startWorkers: () => Promise<Executor> | Executor;
  /** Keeps the journal and the record of a finished rollout; both are no part of the results. */
  readonly folder: string;
  /** Games a shard; changes no result. */
  readonly shardSize?: number;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown; the same call goes on from there. */
  readonly signal?: AbortSignal;
}

/** What was made: the plan by its hash, and the files with theirs. */
export interface RolloutRecord {
  readonly plan: string;
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Plays every task of a plan and writes the matches' files: one line for each task, in the order of the tasks, whatever
 * the workers were and however often the call was stopped on the way. What is done already is not done again.
 */
export async function rollOut(plan: RolloutPlan, options: RolloutOptions): Promise<RolloutRecord> {
  const { folder, shardSize, onProgress, signal } = options;
  const hash = planHash(plan);
  const recordFile = path.join(folder, "rollout.json");
  const finished = readRecord(recordFile);
  if (finished?.plan === hash && isWhole(plan, finished)) return finished;

  const total = taskCount(plan);
  const journal = Journal.open(path.join(folder, "rollout-journal.jsonl"), hash, total);
  try {
    const left = shardsOf(plan, shardSize).filter((shard) => !journal.has(shard));
    onProgress?.({ done: journal.done, total });
    if (left.length > 0) {
      const starting = Promise.resolve(options.startWorkers());
      const executor = await stoppable(starting, signal).catch((error: unknown) => {
        void starting.then((late) => late.close()).catch(() => undefined);
        throw error;
      });
      try {
        await runShards({
          shards: left,
          executor,
          signal,
          onDone: (shard, lines) => {
            journal.add(shard.first, lines);
            onProgress?.({ done: journal.done, total, note: playerName(shard.work.player) });
          },
        });
      } finally {
        await executor.close();
      }
    }
    const files = await writeResults(plan, journal);
    const record = { plan: hash, files };
    writeJson(recordFile, record);
    journal.remove();
    return record;
  } catch (error) {
    journal.close();
    throw error;
  }
}

async function writeResults(plan: RolloutPlan, journal: Journal): Promise<Record<string, string>> {
  const parts = new Map<string, [from: number, to: number][]>();
  let first = 0;
  for (const { output, games } of plan.matches) {
    parts.set(output, [...(parts.get(output) ?? []), [first, (first += games.ids.length)]]);
  }
  const files: Record<string, string> = {};
  for (const [file, ranges] of parts) {
    const writer = new JsonlWriter(file);
    for (const [from, to] of ranges) for (const row of journal.rows(from, to)) await writer.write(JSON.parse(row));
    await writer.close();
    files[file] = sha256File(file);
  }
  return files;
}

const readRecord = (file: string): RolloutRecord | null => (fs.existsSync(file) ? readJson<RolloutRecord>(file) : null);

const isWhole = ({ matches }: RolloutPlan, { files }: RolloutRecord): boolean =>
  matches.every(
    ({ output }) => files[output] !== undefined && fs.existsSync(output) && sha256File(output) === files[output],
  );
