import * as fs from "node:fs";
import * as path from "node:path";
import { RandomAgent, SearchTeacher } from "../../agents/index.ts";
import { createRandom, JsonlWriter, readJsonl, writeJson, type OnProgress } from "../../base/index.ts";
import { Household } from "../../environments/index.ts";
import { playAgents, playStudent, resultRows, tokenCounter, type ResultRow } from "../../evaluation/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { evaluationSets, gamesFingerprint, trainingSplits, type GameSet } from "../games.ts";
import { stageFolder, type Run } from "../run.ts";
import { readManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readLabels } from "./labels.ts";
import { snapshotsOf, studentFolder } from "./training.ts";
import { readPrior } from "./trajectories.ts";

/** Who plays; the names under which results speak of them. */
export const ARMS = {
  free: "student, free",
  admissible: "student, admissible only",
  teacher: "scripted teacher",
  random: "random admissible",
} as const;
export type Arm = keyof typeof ARMS;

/** A result row, and the snapshot that played for it where it belongs to the learning curve. */
export interface EvaluationRow extends ResultRow {
  /** Name of the game set; overrides the split that the game itself has. */
  readonly split: string;
  readonly snapshotTokens?: number;
}

/** Stage 4: the student, its teacher and a random agent play games that nobody trained on. */
export function evaluationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const before = readManifest(stageFolder(run, "training"));
  const prior = readManifest(stageFolder(run, "trajectories"));
  if (before === null || prior === null) throw new Error("the training stage must be finished before the evaluation");
  selectEngine("auto");
  const sets = evaluationSets(run);
  const { curveGames } = run.settings.evaluation;
  return runStage({
    name: "evaluation",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "evaluation"),
    seed: run.seed,
    settings: {
      ...run.settings.evaluation,
      // What the data folder holds decides too.
      sets: sets.map(({ name, games }) => [name, games.length]),
      source: run.settings.games.source,
    },
    inputs: {
      training: before.artefact,
      trajectories: prior.artefact,
      ...gamesFingerprint([...trainingSplits(run), "valid_seen", "valid_unseen"]),
    },
    run: async ({ folder, signal }) => {
      const curve = curveGames > 0 ? [{ name: sets[0].name, games: sets[0].games.slice(0, curveGames) }] : [];
      const matches: Match[] = [
        ...sets.flatMap((set) => (Object.keys(ARMS) as Arm[]).map((arm): Match => ({ set, arm }))),
        ...curve.flatMap((set) => snapshotsOf(run).map((snapshot): Match => ({ set, arm: "free", snapshot }))),
      ];
      const total = matches.reduce((sum, { set }) => sum + set.games.length, 0);
      let done = 0;
      const rows: EvaluationRow[] = [];
      for (const match of matches) {
        const played = await episodesOf(run, match, folder, signal, (update) =>
          onProgress?.({ done: done + update.done, total, note: `${ARMS[match.arm]}, ${match.set.name}` }),
        );
        rows.push(...rowsOf(run, match, played));
        done += match.set.games.length;
        onProgress?.({ done, total });
      }
      writeJson(path.join(folder, "rows.json"), rows);
      return { episodes: total, sets: Object.fromEntries(sets.map(({ name, games }) => [name, games.length])) };
    },
  });
}

interface Match {
  readonly set: GameSet;
  readonly arm: Arm;
  readonly snapshot?: number;
}

/** Plays a match, or reads it where an earlier attempt has played it already. */
async function episodesOf(
  run: Run,
  match: Match,
  folder: string,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Trajectory[]> {
  const file = path.join(folder, matchFile(match));
  if (fs.existsSync(file)) return readAll(file);
  const played = await play(run, match, signal, onProgress);
  const writer = new JsonlWriter(file);
  for (const trajectory of played) await writer.write(trajectory);
  await writer.close();
  return played;
}

async function play(
  run: Run,
  { set, arm, snapshot }: Match,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<Trajectory[]> {
  const { stepLimit } = run.settings.evaluation;
  const common = { stepLimit, seed: run.seed, signal, onProgress };
  if (arm === "teacher" || arm === "random") {
    const environments = set.games.map((facts) => new Household(facts));
    if (arm === "teacher") {
      const prior = readPrior(run);
      return playAgents({ ...common, environments, createAgent: () => new SearchTeacher(prior) });
    }
    const createAgent = ({ task }: { task: { id: string } }): RandomAgent =>
      new RandomAgent(createRandom(run.seed, `random-agent/${task.id}`));
    return playAgents({ ...common, environments, createAgent });
  }
  const model = Llama.load(studentFolder(run, snapshot));
  try {
    const admissibleOnly = arm === "admissible";
    const maxLength = model.config.max_position_embeddings;
    const environments = set.games.map((facts) => () => new Household(facts));
    const student = { ...readLabels(run), model, admissibleOnly, maxLength, name: ARMS[arm] };
    return await playStudent({ ...common, environments, ...student });
  } finally {
    model.dispose();
  }
}

function rowsOf(run: Run, { set, arm, snapshot }: Match, played: readonly Trajectory[]): EvaluationRow[] {
  const student = arm === "free" || arm === "admissible";
  const { tokenizer, template } = readLabels(run);
  return resultRows(played, {
    run: run.arm,
    arm: ARMS[arm],
    seed: run.seed,
    countTokens: student ? tokenCounter(template, tokenizer) : undefined,
  }).map((row) => ({ ...row, split: set.name, ...(snapshot === undefined ? {} : { snapshotTokens: snapshot }) }));
}

const matchFile = ({ set, arm, snapshot }: Match): string =>
  path.join(
    "episodes",
    snapshot === undefined ? set.name.replace(/ /g, "-") : `snapshot-${snapshot}`,
    `${ARMS[arm].replace(/,? /g, "-")}.jsonl.gz`,
  );

/** The episodes that `arm` played on the set of this name. */
export function readEpisodes(run: Run, set: string, arm: Arm): Promise<Trajectory[]> {
  return readAll(stageFolder(run, "evaluation", matchFile({ set: { name: set, games: [] }, arm })));
}

async function readAll(file: string): Promise<Trajectory[]> {
  const trajectories: Trajectory[] = [];
  for await (const trajectory of readJsonl(file, parseTrajectory)) trajectories.push(trajectory);
  return trajectories;
}
