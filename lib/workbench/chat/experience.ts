import * as fs from "node:fs";
import {
  buildStateKnowledge,
  gatherInsights,
  playReflexion,
  StateKnowledgeBase,
  type Insight,
} from "../../agents/index.ts";
import { readJson, readJsonlRows, writeJson, type OnProgress } from "../../base/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { playStored, writeEpisodes } from "./episode-store.ts";
import { chatOf, CostMeter, explained, identitiesOf, openRoles } from "./models.ts";
import { domainsOf, profileOf, tasksFingerprint, trainingTasks, type Domain } from "./sets.ts";

const STAGE = "experience";
const SCRATCH = ["tasks"];

/** What ExpeL and the WKM-style agent know before they play. */
export interface Experience {
  /** All trials of all tasks. */
  readonly episodes: readonly Trajectory[];
  /** ExpeL's. */
  readonly insights: readonly Insight[];
  /** WKM's. */
  readonly states: StateKnowledgeBase;
}

/** The model tries training tasks, several times where it loses, and says what is to be learnt from that. */
export function experienceStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { experience, agents, examples, stepLimit, parallel } = chatOf(run);
  return runStage({
    name: STAGE,
    code: stageCode(import.meta.url),
    folder: stageFolder(run, STAGE),
    seed: run.seed,
    settings: {
      ...{ experience, examples, stepLimit, domains: domainsOf(run), models: identitiesOf(run) },
      ...{ expel: agents.includes("expel"), wkm: agents.includes("wkm-style") },
    },
    inputs: tasksFingerprint(),
    scratch: SCRATCH,
    run: ({ file, signal }) =>
      explained(signal, async () => {
        const { player } = openRoles(run);
        const summary: Record<string, unknown> = {};
        for (const domain of domainsOf(run)) {
          const told =
            (what: string): OnProgress =>
            (update) =>
              onProgress?.({ ...update, note: `${domain} · ${what}` });
          const profile = profileOf(run, domain);
          const task = trainingTasks(run, domain);
          const episodes = await playStored(
            {
              environments: Array.from({ length: experience.tasks }, (_, index) => () => task(index)),
              ...{ folder: file(`tasks/${domain}`), parallel, signal, onProgress: told("trials") },
            },
            async (environment, meter) => {
              const { trials } = await playReflexion(environment, {
                ...{ name: "experience", model: meter.count(player), profile, trials: experience.trials },
                ...{ stepLimit: stepLimit[domain], seed: run.seed, meter: meter.usage, signal },
              });
              return trials;
            },
          );
          await writeEpisodes(file(`${domain}.jsonl`), episodes);
          const learnt = new CostMeter();
          const learning = { model: learnt.count(player), profile, experience: episodes, signal };
          const { insights, history } = agents.includes("expel")
            ? await gatherInsights({ ...learning, limit: experience.insights, onProgress: told("insights") })
            : { insights: [], history: [] };
          const states = agents.includes("wkm-style")
            ? await buildStateKnowledge({ ...learning, onProgress: told("states") })
            : new StateKnowledgeBase([]);
          writeJson(file(`${domain}-insights.json`), { insights, history });
          writeJson(file(`${domain}-states.json`), states);
          const won = episodes.filter(({ success }) => success).length;
          summary[domain] = {
            episodes: episodes.length,
            won,
            insights: insights.length,
            states: states.entries.length,
          };
        }
        fs.rmSync(file("tasks"), { recursive: true, force: true });
        return summary;
      }),
  });
}

/** The experience of a finished stage. */
export async function readExperience(run: Run, domain: Domain): Promise<Experience> {
  const file = (name: string): string => stageFolder(run, STAGE, name);
  const episodes = await readJsonlRows(file(`${domain}.jsonl`), parseTrajectory);
  const { insights } = readJson<{ insights: readonly Insight[] }>(file(`${domain}-insights.json`));
  return { episodes, insights, states: StateKnowledgeBase.fromJson(readJson(file(`${domain}-states.json`))) };
}
