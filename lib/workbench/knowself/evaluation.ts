import * as path from "node:path";
import { JsonlWriter, readJson, readJsonlRows, writeJson, type OnProgress } from "../../base/index.ts";
import { Household } from "../../environments/index.ts";
import { playAgents, playStudent, resultRows, tokenCounter } from "../../evaluation/index.ts";
import { SearchTeacher } from "../../agents/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { gamesFingerprint, trainingSplits } from "../games.ts";
import { stageFolder, type Run } from "../run.ts";
import { readManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import type { EvaluationRow } from "../stages/evaluation.ts";
import { readLabels } from "../stages/labels.ts";
import { readPrior } from "../stages/trajectories.ts";
import { ARMS, type Arm } from "./arms.ts";
import { goldAgent, knowSelfOf, testSets, type LivedIn } from "./households.ts";
import { situationRows } from "./measures.ts";
import { ruleBy } from "./selectors.ts";
import { armFolder } from "./tuning.ts";

/** The scripted agents that play beside the students. */
export const TEACHERS = { search: "scripted teacher", gold: "scripted gold agent" } as const;

/** Every arm plays the test households: each household's own game, with its rules to be asked for. */
export function knowSelfEvaluationStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const knowself = knowSelfOf(run);
  const arms = knowself.arms.map((id): { id: string; arm: Arm; folder: string } => ({
    id,
    arm: ARMS[id],
    folder: armFolder(run, ARMS[id]),
  }));
  const inputs = arms.map(({ id, folder }): [string, string] => [id, readManifest(folder)?.artefact ?? ""]);
  const missing = inputs.find(([, artefact]) => artefact === "");
  if (missing) throw new Error(`arm ${missing[0]} must be trained before the evaluation`);
  const tests = testSets(run);
  const { stepLimit } = run.settings.evaluation;
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: "evaluation",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "evaluation"),
    seed: run.seed,
    settings: {
      ...{ stepLimit, evaluation: knowself.evaluation, households: knowself.households, engine, threads },
      sets: tests.map(({ name, count }) => [name, count]),
    },
    inputs: {
      ...Object.fromEntries(inputs),
      ...gamesFingerprint([...trainingSplits(run), "valid_unseen"]),
    },
    run: async ({ file, signal }) => {
      const sets = tests.map(({ name, households }) => ({ name, households: households() }));
      const labels = readLabels(run);
      const countTokens = tokenCounter(labels.template, labels.tokenizer);
      const rows: EvaluationRow[] = [];
      const total = (arms.length + Object.keys(TEACHERS).length) * tests.reduce((sum, { count }) => sum + count, 0);
      let done = 0;
      const record = async (set: string, arm: string, played: Trajectory[], isStudent: boolean): Promise<void> => {
        const writer = new JsonlWriter(file(episodesFile(set, arm)));
        for (const trajectory of played) await writer.write(trajectory);
        await writer.close();
        const key = { run: run.arm, arm, seed: run.seed };
        const own = [...resultRows(played, isStudent ? { ...key, countTokens } : key), ...situationRows(played, key)];
        rows.push(...own.map((row) => ({ ...row, split: set })));
        done += played.length;
        onProgress?.({ done, total, note: `${arm}, ${set}` });
      };
      for (const { arm, folder } of arms) {
        const model = Llama.load(folder);
        for (const { name, households } of sets) {
          const played = await playStudent({
            environments: households.map((household) => () => new Household(household.game(0))),
            knowledge: (index) => ({ mode: arm.mode, ask: ruleBy(arm.selector ?? "need", households[index].rules) }),
            ...{ model, ...labels, name: arm.title, seed: run.seed, admissibleOnly: false, signal },
            ...{ stepLimit, maxLength: run.settings.model.context },
          });
          await record(name, arm.title, played, true);
        }
        model.dispose();
      }
      for (const { name, households } of sets)
        for (const [kind, title] of Object.entries(TEACHERS))
          await record(name, title, await playTeacher(run, kind as keyof typeof TEACHERS, households), false);
      writeJson(file("rows.json"), rows);
      return {
        episodes: done,
        sets: Object.fromEntries(tests.map(({ name, count }) => [name, count])),
      };
    },
  });
}

function playTeacher(run: Run, kind: keyof typeof TEACHERS, households: readonly LivedIn[]): Promise<Trajectory[]> {
  const prior = readPrior(run);
  const environments = households.map((household) => new Household(household.game(0)));
  let next = 0;
  return playAgents({
    environments,
    stepLimit: run.settings.evaluation.stepLimit,
    seed: run.seed,
    createAgent: () => {
      const { rules } = households[next++]; // agents are made in the order of the environments
      if (kind === "search") return new SearchTeacher(prior);
      return goldAgent(run, prior, rules);
    },
  });
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, "-");

const episodesFile = (set: string, arm: string): string => path.join("episodes", slug(set), `${slug(arm)}.jsonl.gz`);

/** The episodes that the arm of this title played on a set. */
export const readArmEpisodes = (run: Run, set: string, title: string): Promise<Trajectory[]> =>
  readJsonlRows(stageFolder(run, "evaluation", episodesFile(set, title)), parseTrajectory);

export const readKnowSelfRows = (run: Run): EvaluationRow[] =>
  readJson<EvaluationRow[]>(stageFolder(run, "evaluation", "rows.json"));
