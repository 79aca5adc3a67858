import * as path from "node:path";
import { dataFolder, readJsonlRows, sha256, writeJson, type OnProgress } from "../../base/index.ts";
import type { PublishedSplit } from "../../environments/index.ts";
import { resultRows, tokenCounter, type ResultRow } from "../../evaluation/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { evaluationSets, gamesFingerprint, trainingSplits, type GameSet } from "../games.ts";
import {
  rollOut,
  startWorkers,
  studentPlayer,
  teacherPlayer,
  workerCode,
  type GameList,
  type Player,
} from "../rollouts/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readLabels, TOKENIZER_FILES } from "./labels.ts";
import { snapshotsOf, studentFolder } from "./training.ts";
import { priorFile } from "./trajectories.ts";

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
  const before = finishedManifest(stageFolder(run, "training"));
  const prior = finishedManifest(stageFolder(run, "trajectories"));
  const sets = evaluationSets(run);
  const { curveGames } = run.settings.evaluation;
  return runStage({
    name: "evaluation",
    code: sha256(stageCode(import.meta.url) + workerCode()),
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
    // Files of the rollout that say where and how far it has come.
    scratch: ["rollout.json", "rollout-journal.jsonl"],
    run: async ({ folder, signal }) => {
      const curve = curveGames > 0 ? [{ name: sets[0].name, games: sets[0].games.slice(0, curveGames) }] : [];
      const matches: Match[] = [
        ...sets.flatMap((set) => (Object.keys(ARMS) as Arm[]).map((arm): Match => ({ set, arm }))),
        ...curve.flatMap((set) => snapshotsOf(run).map((snapshot): Match => ({ set, arm: "free", snapshot }))),
      ];
      const planned = matches.map((match) => ({
        player: playerOf(run, match),
        games: gameList(match.set),
        output: path.join(folder, matchFile(match)),
      }));
      const { stepLimit } = run.settings.evaluation;
      await rollOut(
        { matches: planned, stepLimit, seed: run.seed },
        { startWorkers: () => startWorkers(run.settings.runner), folder, signal, onProgress },
      );
      const rows: EvaluationRow[] = [];
      for (const [i, match] of matches.entries())
        rows.push(...rowsOf(run, match, await readEpisodesFile(planned[i].output)));
      writeJson(path.join(folder, "rows.json"), rows);
      const episodes = matches.reduce((sum, { set }) => sum + set.games.length, 0);
      return { episodes, sets: Object.fromEntries(sets.map(({ name, games }) => [name, games.length])) };
    },
  });
}

interface Match {
  readonly set: GameSet;
  readonly arm: Arm;
  readonly snapshot?: number;
}

function playerOf(run: Run, { arm, snapshot }: Match): Player {
  if (arm === "teacher") return teacherPlayer(priorFile(run));
  if (arm === "random") return { kind: "random" };
  return studentPlayer({
    name: ARMS[arm],
    folder: studentFolder(run, snapshot),
    tokenizer: stageFolder(run, "labels", TOKENIZER_FILES[0]),
    thoughts: run.settings.labels.thoughts,
    admissibleOnly: arm === "admissible",
  });
}

/** The games of a set by their ids; all of a set are from one place. */
function gameList({ games }: GameSet): GameList {
  const ids = games.map(({ id }) => id);
  if (games[0].source === "generated") return { source: "generated", ids };
  return { source: "published", folder: dataFolder()!, split: games[0].split as PublishedSplit, ids };
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
  return readEpisodesFile(stageFolder(run, "evaluation", matchFile({ set: { name: set, games: [] }, arm })));
}

const readEpisodesFile = (file: string): Promise<Trajectory[]> => readJsonlRows(file, parseTrajectory);
