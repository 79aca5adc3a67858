import * as path from "node:path";
import type { AnyFormat, Trajectory, TrajectoryPair } from "../../trajectory/index.ts";
import { hashTable, type RunFacts } from "./facts.ts";

/** Counts of what was exported, from the first file that is written; the others hold the same. */
export class DataStatistics {
  #counting = true;
  trajectories = 0;
  turns = 0;
  learnt = 0;
  context = 0;
  readonly agents = new Map<string, number>();
  readonly sources = new Map<string, number>();
  readonly types = new Map<string, number>();

  async *count(trajectories: AsyncIterable<Trajectory>): AsyncGenerator<Trajectory> {
    for await (const trajectory of trajectories) {
      this.#add(trajectory);
      yield trajectory;
    }
  }

  async *countPairs(pairs: AsyncIterable<TrajectoryPair>): AsyncGenerator<TrajectoryPair> {
    for await (const pair of pairs) {
      this.#add(pair.chosen);
      this.#add(pair.rejected);
      yield pair;
    }
  }

  /** Nothing is counted any more. */
  close(): void {
    this.#counting = false;
  }

  #add({ agent, task, turns }: Trajectory): void {
    if (!this.#counting) return;
    this.trajectories++;
    this.turns += turns.length;
    for (const { role, loss } of turns)
      if (role === "assistant" && loss === false) this.context++;
      else if (role === "assistant") this.learnt++;
    const plus = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
    plus(this.agents, agent);
    plus(this.sources, `${task.source}, split ${task.split}`);
    plus(this.types, task.type);
  }
}

interface WrittenFile {
  readonly file: string;
  readonly records: number;
  readonly format: AnyFormat;
}

/** The card (README.md) of exported data. */
export function dataCard(
  folder: string,
  files: readonly WrittenFile[],
  statistics: DataStatistics,
  facts: RunFacts | null,
): string {
  const list = (title: string, counts: ReadonlyMap<string, number>): string =>
    `- ${title}: ${[...counts].map(([name, count]) => `${name} (${count})`).join(", ")}`;
  const stage = facts?.stages.get("trajectories");
  return [
    "# Agent trajectories exported by Waymark",
    "",
    `- ${statistics.trajectories} trajectories with ${statistics.turns} turns, of which ${statistics.learnt} are the agent's and to be learnt, ${statistics.context} are context`,
    list("agents", statistics.agents),
    list("tasks from", statistics.sources),
    list("task types", statistics.types),
    ...(stage
      ? [
          `- made by the run ${facts!.name}, seed ${stage.seed}, artefact \`${stage.artefact}\`, commit ${stage.made.commit ?? "unknown"}`,
          `- kept ${String(stage.summary.kept)} of ${String(stage.summary.episodes)} episodes: those that succeeded`,
        ]
      : []),
    "",
    "An agent named `search-teacher` is a scripted program, no language model and no person. Tasks from `generated` were made",
    "by Waymark's own generator; tasks from elsewhere are under their publisher's licence.",
    "",
    "## Files",
    "",
    "| file | records | format |",
    "| --- | --: | --- |",
    ...files.map(({ file, records, format }) => `| \`${path.basename(file)}\` | ${records} | ${format.title} |`),
    "",
    "An agent turn that is context only (a slip) has `loss: false` where the format has such a field. Of the programs that read",
    "these formats most pay no attention to it: LLaMA-Factory and TRL learn such turns too. The text field `waymark` holds what",
    "the format has no place for, as a JSON Patch (RFC 6902) with a hash of the texts: `npm run import` gives the same",
    "trajectories back, and other programs need not read it.",
    "",
    hashTable(
      folder,
      files.map(({ file }) => path.basename(file)),
    ),
    "",
  ].join("\n");
}
