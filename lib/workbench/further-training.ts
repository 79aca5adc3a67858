import * as path from "node:path";
import { UserError, type OnProgress } from "../base/index.ts";
import type { LabelledExample } from "../labels/index.ts";
import { complete, type Llama } from "../model/index.ts";
import {
  deepSpeedPython,
  launchDeepSpeed,
  readMetrics,
  tokenLosses,
  type DeepSpeedJob,
  type PreferencePair,
} from "../training/index.ts";
import { SOURCES } from "../trajectory/index.ts";
import { stageFolder, type Run } from "./run.ts";
import { readLabels, readRows } from "./stages/labels.ts";
import { snapshotsOf, studentFolder } from "./stages/training.ts";
import { readTrajectories } from "./stages/trajectories.ts";

/** What the training notebook tries out on a student that the main walk has trained. */

/** Folder of the first snapshot, a student with much to learn yet; of the finished one where none was kept. */
export const youngStudent = (run: Run): string => studentFolder(run, snapshotsOf(run)[0]);

/** Where a trial writes; apart from the stages, whose artefacts it must not touch. */
export const trialFolder = (run: Run, name: string): string => stageFolder(run, "trials", name);

/** The run's first `count` rows of tasks of this type (`other: false`) or of any other type. */
export async function rowsOfType(run: Run, type: string, count: number, other = false): Promise<LabelledExample[]> {
  const wanted = new Set<string>();
  const rows: LabelledExample[] = [];
  for await (const { id, task } of readTrajectories(run)) {
    if ((task.type === type) !== other) wanted.add(id);
    if (wanted.size === count) break;
  }
  for await (const row of readRows(run)) {
    if (wanted.delete(row.id)) rows.push(row);
    if (wanted.size === 0) break;
  }
  return rows;
}

export interface TokenLossRow {
  readonly text: string;
  readonly source: string;
  /** Loss weight: 1 for what the agent says itself. */
  readonly weight: number;
  /** Nats. */
  readonly loss: number;
}

/** What the model would have lost at each token of a row. */
export function tokenLossRows(run: Run, model: Llama, row: LabelledExample): TokenLossRow[] {
  const { tokenizer } = readLabels(run);
  return [...tokenLosses(model, row)].map((loss, t) => ({
    text: tokenizer.decode([row.ids[t + 1]]),
    source: SOURCES[row.sources[t + 1]],
    weight: row.weights[t + 1],
    loss,
  }));
}

const LONGEST_TURN = 24;

/**
 * Pairs from where a student and its teacher disagree: at each of the agent's turns the student, told the episode so far,
 * answers at temperature 1; where that is not the teacher's turn, the teacher's is chosen and the student's rejected.
 */
export async function disagreements(
  rows: readonly LabelledExample[],
  student: Llama,
  seed: number,
): Promise<PreferencePair[]> {
  const turns = rows.flatMap(ownTurns);
  const answers = await complete(
    student,
    turns.map(({ row, from }) => row.ids.slice(0, from)),
    { maxTokens: LONGEST_TURN, sampling: { temperature: 1, seed } },
  );
  return turns.flatMap(({ row, from, to }, i): PreferencePair[] => {
    const { ids, end } = answers[i];
    const teachers = row.ids.slice(from, to);
    if (end !== "stop" || ids.join() === teachers.join()) return [];
    const answer = (tokens: readonly number[]): LabelledExample => ({
      id: row.id,
      ids: [...row.ids.slice(0, from), ...tokens],
      weights: [...row.ids.slice(0, from).map(() => 0), ...tokens.map(() => 1)],
      sources: [...row.sources.slice(0, from), ...tokens.map(() => row.sources[from])],
    });
    return [{ id: `${row.id}/${from}`, chosen: answer(teachers), rejected: answer(ids) }];
  });
}

/** The runs of weight 1 in a row: thought, action and end of each of the agent's turns. */
function ownTurns(row: LabelledExample): { row: LabelledExample; from: number; to: number }[] {
  const turns: { row: LabelledExample; from: number; to: number }[] = [];
  row.weights.forEach((weight, t) => {
    const open = turns.at(-1);
    if (weight !== 1) return;
    if (open?.to === t) open.to = t + 1;
    else turns.push({ row, from: t, to: t + 1 });
  });
  return turns;
}

/** Pairs as text, the shared beginning left out. */
export function pairRows(run: Run, pairs: readonly PreferencePair[]): { chosen: string; rejected: string }[] {
  const { tokenizer } = readLabels(run);
  const answer = ({ ids, weights }: LabelledExample): string =>
    tokenizer.decode(ids.filter((_, t) => weights[t] === 1));
  return pairs.map(({ chosen, rejected }) => ({ chosen: answer(chosen), rejected: answer(rejected) }));
}

/** Runs the job here where DeepSpeed is set up; else says in a sentence what is missing. */
export async function launchIfSetUp(job: DeepSpeedJob, onProgress: OnProgress): Promise<string> {
  try {
    deepSpeedPython();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  const { processes, seconds } = await launchDeepSpeed(job, { onProgress });
  return `${processes} processes, ${seconds.toFixed(0)} s`;
}

/** Losses step by step of two trainings of the same rows; of the second as far as it has run. */
export function lossesSideBySide(first: string, second: string): Record<string, number | string>[] {
  const [a, b] = [first, second].map((folder) => readMetrics(path.join(folder, "metrics.jsonl")));
  return a.map(({ step, loss }, i) => {
    const other = b.at(i)?.loss;
    const difference = other === undefined ? "" : Math.abs(other / loss - 1).toExponential(1);
    return { step, "TensorFlow.js": loss.toFixed(6), DeepSpeed: other?.toFixed(6) ?? "", difference };
  });
}
