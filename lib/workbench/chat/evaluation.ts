import { readJson, writeJson, type OnProgress } from "../../base/index.ts";
import { resultRows, type Metric } from "../../evaluation/index.ts";
import type { EpisodeUsage } from "../../agents/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { situationRows } from "../knowself/measures.ts";
import { stageFolder, type Run } from "../run.ts";
import { readManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import type { EvaluationRow } from "../stages/evaluation.ts";
import { AGENTS, type AgentId } from "./agents.ts";
import { chatOf, isScripted } from "./models.ts";
import { playName, readPlayed } from "./play.ts";
import { testSets } from "./sets.ts";

const STAGE = "evaluation";

/** What an agent is called in results: nobody shall take a script for a language model. */
export function agentTitle(run: Pick<Run, "settings">, agent: AgentId): string {
  const settings = chatOf(run);
  const isTrained = agent !== "knowself-prompted" && agent.startsWith("knowself");
  return AGENTS[agent].title + (isScripted((isTrained && settings.trained) || settings) ? " (scripted)" : "");
}

/** What every episode was worth and what it cost. */
export function chatEvaluationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { agents } = chatOf(run);
  const inputs = agents.map((agent): [string, string] => {
    const manifest = readManifest(stageFolder(run, playName(agent)));
    if (!manifest) throw new Error(`${agent} must have played before the evaluation`);
    return [agent, manifest.artefact];
  });
  return runStage({
    name: STAGE,
    code: stageCode(import.meta.url),
    folder: stageFolder(run, STAGE),
    seed: run.seed,
    settings: { agents: agents.map((agent) => agentTitle(run, agent)) },
    inputs: Object.fromEntries(inputs),
    run: async ({ file }) => {
      const rows: EvaluationRow[] = [];
      const sets = testSets(run);
      for (const [done, agent] of agents.entries()) {
        for (const { id, name } of sets) {
          const played = await readPlayed(run, agent, id);
          const key = { run: run.arm, arm: agentTitle(run, agent), seed: run.seed };
          const own = [
            ...resultRows(played, { ...key, countTokens: (each) => tokensOf(usageOf(each)) }),
            ...situationRows(played, key),
            ...played.flatMap((each) => costRows(each, key)),
          ];
          rows.push(...own.map((row) => ({ ...row, split: name })));
        }
        onProgress?.({ done: done + 1, total: agents.length });
      }
      writeJson(file("rows.json"), rows);
      return { rows: rows.length, sets: Object.fromEntries(sets.map(({ name, tasks }) => [name, tasks.length])) };
    },
  });
}

export const readChatRows = (run: Run): EvaluationRow[] => readJson(stageFolder(run, STAGE, "rows.json"));

/** All trials of Reflexion's, not the best one alone. */
function usageOf({ extra }: Trajectory): EpisodeUsage {
  const { usage, reflexion } = extra as { usage: EpisodeUsage; reflexion?: { usage: EpisodeUsage } };
  return reflexion?.usage ?? usage;
}

const tokensOf = ({ promptTokens, completionTokens }: EpisodeUsage): number => promptTokens + completionTokens;

function costRows(trajectory: Trajectory, key: Pick<EvaluationRow, "run" | "arm" | "seed">): EvaluationRow[] {
  const { id: taskId, type: taskType, split, source } = trajectory.task;
  const row = (metric: Metric, value: number): EvaluationRow => ({
    ...{ ...key, taskId, taskType, split, source, metric, value },
  });
  const money = trajectory.extra?.["money"];
  return [
    row("reward", trajectory.reward),
    row("requests", usageOf(trajectory).requests),
    ...(typeof money === "number" ? [row("cost", money)] : []),
  ];
}
