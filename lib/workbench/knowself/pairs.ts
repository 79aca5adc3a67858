import { readJson, writeJson, type OnProgress } from "../../base/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { selfAwareTrajectories } from "../../synthesis/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readLabels } from "../stages/labels.ts";
import { studentFolder } from "../stages/training.ts";
import type { Variant } from "./arms.ts";
import { placeOf, readGold, readHouseholds, type HouseholdRow } from "./gold.ts";
import { toldAtEveryTurn } from "./base-trajectories.ts";
import { ruleBy } from "./selectors.ts";
import { situationsOf, type Situations } from "./situations-of.ts";

const PAIRS = "pairs.json";

/** What the base can do, correct, or needs to be told along the gold trajectories; see `situationsOf`. */
export function pairsStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const [training, gold] = ["training", "gold"].map((stage) => finishedManifest(stageFolder(run, stage)));
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: "pairs",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "pairs"),
    seed: run.seed,
    settings: { engine, threads },
    inputs: { training: training.artefact, gold: gold.artefact },
    run: async ({ file, signal }) => {
      const trajectories = await readGold(run);
      const households = await readHouseholds(run);
      const model = Llama.load(studentFolder(run));
      const student = { model, ...readLabels(run), onProgress, signal };
      const rules = (index: number): HouseholdRow["rules"] => householdOf(trajectories[index], households).rules;
      const { slow, knowledgeable, ...counts } = await situationsOf({ ...student, trajectories, rules });
      model.dispose();
      writeJson(file(PAIRS), { slow, knowledgeable } satisfies Situations);
      return { ...counts, slow: slow.length, knowledgeable: knowledgeable.length };
    },
  });
}

const householdOf = (trajectory: Trajectory, households: ReadonlyMap<number, HouseholdRow>): HouseholdRow =>
  households.get(placeOf(trajectory).household)!;

export const readSituations = (run: Run): Situations => readJson<Situations>(stageFolder(run, "pairs", PAIRS));

/** The gold trajectories as a variant has them, in the gold's order. */
export async function variantOf(run: Run, variant: Variant): Promise<Trajectory[]> {
  const { taskTypes, share = 1, rest } = variant;
  const gold = (await readGold(run)).filter(({ task }) => taskTypes?.some((type) => type === task.type) ?? true);
  const count = Math.round(share * gold.length);
  const formed = await inForm(run, variant, gold.slice(0, count));
  return rest === "plain" ? [...formed, ...gold.slice(count)] : formed;
}

async function inForm(run: Run, { form, by = "need" }: Variant, gold: readonly Trajectory[]): Promise<Trajectory[]> {
  if (form === "gold") return [...gold];
  if (form === "told") {
    const households = await readHouseholds(run);
    return gold.map((each) => toldAtEveryTurn(each, ruleBy(by, householdOf(each, households).rules)));
  }
  const { slow, knowledgeable } = readSituations(run);
  return selfAwareTrajectories({
    gold,
    knowledgeable: form === "no-knowledge" ? [] : knowledgeable,
    reflected: form === "no-reflection" ? [] : slow,
  });
}
