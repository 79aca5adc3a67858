import * as fs from "node:fs";
import { readJsonlRows, type OnProgress } from "../../base/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { EXPERIENCED, TOLD, type AgentId } from "./agents.ts";
import { playStored, writeEpisodes } from "./episode-store.ts";
import { readExperience } from "./experience.ts";
import { readRules } from "./knowledge.ts";
import { chatOf, explained, identitiesOf, openRoles } from "./models.ts";
import { playerOf } from "./players.ts";
import { tasksFingerprint, testSets } from "./sets.ts";

const SCRATCH = ["tasks"];

export const playName = (agent: AgentId): string => `play/${agent}`;

/** The stages whose artefacts an agent needs. */
const needsOf = (agent: AgentId): string[] => [
  ...(TOLD.includes(agent) ? ["knowledge"] : []),
  ...(EXPERIENCED.includes(agent) ? ["experience"] : []),
];

/** One agent plays all test tasks. */
export function playStage(run: Run, agent: AgentId, onProgress?: OnProgress): Promise<Manifest> {
  const { prompt, maxTokens, examples, rules, stepLimit, trials, games, parallel } = chatOf(run);
  const needs = needsOf(agent).map((stage) => [stage, finishedManifest(stageFolder(run, stage)).artefact] as const);
  return runStage({
    name: playName(agent),
    code: stageCode(import.meta.url),
    folder: stageFolder(run, playName(agent)),
    seed: run.seed,
    settings: {
      ...{ agent, prompt, maxTokens, examples, stepLimit, games, models: identitiesOf(run) },
      ...(agent === "reflexion" && { trials }),
      ...(rules === "published" && { knowledge: rules }),
    },
    inputs: { ...tasksFingerprint(), ...Object.fromEntries(needs) },
    scratch: SCRATCH,
    run: ({ file, signal }) =>
      explained(signal, async () => {
        const roles = openRoles(run);
        const sets = testSets(run);
        const total = sets.reduce((sum, { tasks }) => sum + tasks.length, 0);
        const summary: Record<string, unknown> = {};
        let before = 0;
        for (const { id, name, domain, tasks } of sets) {
          const experience = needsOf(agent).includes("experience") ? await readExperience(run, domain) : null;
          const ruleList = needsOf(agent).includes("knowledge") ? readRules(run, domain) : [];
          const played = await playStored(
            {
              ...{ environments: tasks, folder: file(`tasks/${id}`), parallel, signal },
              onProgress: ({ done }) => onProgress?.({ done: before + done, total, note: name }),
            },
            playerOf(agent, { run, domain, roles, rules: ruleList, experience, signal }),
          );
          await writeEpisodes(file(`${id}.jsonl`), played);
          before += tasks.length;
          summary[name] = { episodes: played.length, won: played.filter(({ success }) => success).length };
        }
        fs.rmSync(file("tasks"), { recursive: true, force: true });
        return summary;
      }),
  });
}

/** The episodes of a finished stage, in the order of the tasks. */
export const readPlayed = (run: Run, agent: AgentId, set: string): Promise<Trajectory[]> =>
  readJsonlRows(stageFolder(run, playName(agent), `${set}.jsonl`), parseTrajectory);
