import { arch, cpus, platform } from "node:os";
import { SearchTeacher } from "../agents/index.ts";
import { dataFolder } from "../base/index.ts";
import { gameRow, Household, type GameRow, type HouseholdFacts } from "../environments/index.ts";
import { playAgents, wilson } from "../evaluation/index.ts";
import {
  compressionRows,
  sourceRows,
  tokenRows,
  type CompressionRow,
  type LabelledExample,
  type SourceRow,
  type TokenRow,
} from "../labels/index.ts";
import type { Llama } from "../model/index.ts";
import type { Sample } from "../plots/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { generatedGames, publishedSets, trainingGames } from "./games.ts";
import { gitCommit } from "./project.ts";
import type { Run } from "./run.ts";
import { readLabels, readRows } from "./stages/labels.ts";
import { readTrajectories } from "./stages/trajectories.ts";

/** What the notebooks of the main walk ask for beside the stages. */

/** What is needed to repeat the run. */
export function runFacts(run: Run): { fact: string; value: string }[] {
  const facts: Record<string, string> = {
    experiment: `${run.title} (${run.experiment}, arm ${run.arm})`,
    seed: String(run.seed),
    settings: run.quick ? "quick: a small version that shows the way, not the result" : "full",
    "recipe hash": run.recipeHash.slice(0, 16),
    "published games": dataFolder() === null ? "none: no data folder" : "from the data folder",
    commit: gitCommit() ?? "not a repository",
    machine: `${platform()} ${arch()}, ${cpus().length} cores, Node ${process.version}`,
  };
  return Object.entries(facts).map(([fact, value]) => ({ fact, value }));
}

/** The placement prior that the run's teacher knows; the training games are drawn anew, nothing is read. */
export const priorOf = (run: Run): ReturnType<typeof trainingGames>["prior"] => trainingGames(run).prior;

const TEACHER_GAMES = 300;

/** Success of the teacher with the run's prior, on generated test games and the published ones where they are. */
export async function teacherScores(run: Run): Promise<Record<string, string | number>[]> {
  const prior = priorOf(run);
  const sets = [{ name: "generated test", games: generatedGames("test", TEACHER_GAMES) }, ...publishedSets()];
  const rows: Record<string, string | number>[] = [];
  for (const { name, games } of sets) {
    const environments = games.map((facts) => new Household(facts));
    const { stepLimit } = run.settings.evaluation;
    const createAgent = (): SearchTeacher => new SearchTeacher(prior);
    const episodes = await playAgents({ environments, createAgent, stepLimit, seed: run.seed });
    const won = episodes.filter((episode) => episode.success);
    const { value, low, high } = wilson(won.length, episodes.length);
    const percent = (rate: number): string => (100 * rate).toFixed(1);
    rows.push({
      games: name,
      n: episodes.length,
      "success %": percent(value),
      "95 % interval": `${percent(low)} – ${percent(high)}`,
      "steps if won": (won.reduce((sum, episode) => sum + episode.steps, 0) / won.length).toFixed(1),
    });
  }
  return rows;
}

const COMPARED = ["receptacles", "objects", "objectTypes", "openable", "sharing", "wanted", "targets"] as const;
const COMPARED_GAMES = 1000;

/** Generated training games beside the published ones (or alone): means per game, and samples to lay over each other. */
export function compareHouseholds(run: Run): {
  table: Record<string, string | number>[];
  samples(column: (typeof COMPARED)[number]): Sample[];
} {
  const { source } = trainingGames(run);
  const ours: HouseholdFacts[] = Array.from({ length: COMPARED_GAMES }, (_, index) => source.game(index));
  const theirs = publishedSets().flatMap(({ games }) => games);
  const groups = [
    { name: "training games of this run", rows: ours.map(gameRow) },
    { name: "ALFWorld valid_*", rows: theirs.map(gameRow) },
  ].filter((group) => group.rows.length > 0);
  const mean = (rows: readonly GameRow[], column: (typeof COMPARED)[number]): string =>
    (rows.reduce((sum, row) => sum + row[column], 0) / rows.length).toFixed(1);
  return {
    table: groups.map(({ name, rows }) => ({
      games: name,
      n: rows.length,
      ...Object.fromEntries(COMPARED.map((column) => [column, mean(rows, column)])),
    })),
    samples: (column) => groups.map(({ name, rows }) => ({ name, values: rows.map((row) => row[column]) })),
  };
}

const COMPRESSION_EPISODES = 1000;

/** Tokens by source, by frequency, and how much the codec and the tokenizer shorten the text. */
export async function labelStatistics(run: Run): Promise<{
  sources: SourceRow[];
  tokens: TokenRow[];
  compression: CompressionRow[];
}> {
  const { tokenizer, template } = readLabels(run);
  const examples: LabelledExample[] = [];
  for await (const row of readRows(run)) examples.push(row);
  const some: Trajectory[] = [];
  for await (const trajectory of readTrajectories(run)) {
    some.push(trajectory);
    if (some.length === COMPRESSION_EPISODES) break;
  }
  return {
    sources: sourceRows(examples),
    tokens: tokenRows(examples, tokenizer),
    compression: compressionRows(some, template, tokenizer),
  };
}

/** Parameters of the model by group of weights. */
export function parameterRows(model: Llama): { group: string; parameters: number; share: string }[] {
  const groups = new Map<string, number>();
  for (const { name, size } of model.layout) {
    const group = /norm/.test(name)
      ? "norms"
      : /self_attn/.test(name)
        ? "attention"
        : /mlp/.test(name)
          ? "feed-forward"
          : /embed/.test(name) && !/embed_tokens\.weight$/.test(name)
            ? "shared embedding parts"
            : "embedding of tokens";
    groups.set(group, (groups.get(group) ?? 0) + size);
  }
  return [...groups].map(([group, parameters]) => ({
    group,
    parameters,
    share: `${((100 * parameters) / model.parameterCount).toFixed(1)} %`,
  }));
}
