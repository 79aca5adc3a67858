import * as fs from "node:fs";
import type { OnProgress } from "../../base/index.ts";
import { Household } from "../../environments/index.ts";
import { playStudent } from "../../evaluation/index.ts";
import { labelTrajectory, type LabelledExample } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { etoPairs, rpoPairs } from "../../synthesis/index.ts";
import { trainPreference, trainSft } from "../../training/index.ts";
import { KNOWLEDGE, REFLECTION, type Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readLabels, weightsOf } from "../stages/labels.ts";
import { studentFolder, tokenizerFiles } from "../stages/training.ts";
import { preferenceName, type Arm, type Selector, type Variant } from "./arms.ts";
import { placeOf, readHouseholds } from "./gold.ts";
import { knowSelfOf, trainingHomes } from "./households.ts";
import { variantOf } from "./pairs.ts";
import { ruleBy } from "./selectors.ts";

const SCRATCH = ["checkpoints", "metrics.jsonl"];

export const sftFolder = (run: Run, variant: Variant): string => stageFolder(run, "sft", variant.id);

/** Folder of the student that plays an arm. */
export function armFolder(run: Run, arm: Arm): string {
  const preference = preferenceName(arm);
  if (preference !== null) return stageFolder(run, "preference", preference);
  return arm.sft === null ? studentFolder(run) : sftFolder(run, arm.sft);
}

/** KnowSelf's stage 1: the base is fine-tuned on gold trajectories that know, in one way or another, their situations. */
export function sftStage(run: Run, variant: Variant, onProgress?: OnProgress): Promise<Manifest> {
  const { sft, maskKnowledge, situationWeight } = knowSelfOf(run);
  const [training, pairs] = ["training", "pairs"].map((stage) => finishedManifest(stageFolder(run, stage)));
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: `sft/${variant.id}`,
    code: stageCode(import.meta.url),
    folder: sftFolder(run, variant),
    seed: run.seed,
    settings: { variant, sft, maskKnowledge, situationWeight, engine, threads },
    inputs: { training: training.artefact, pairs: pairs.artefact },
    scratch: SCRATCH,
    run: async ({ folder, signal, file }) => {
      const label = labeller(run, situationWeight);
      const rows = (await variantOf(run, variant)).flatMap((trajectory) => label(trajectory) ?? []);
      const model = Llama.load(studentFolder(run));
      const recipe = { ...sft, seed: run.seed };
      const result = await trainSft({
        ...{ model, rows, recipe, folder, extraFiles: tokenizerFiles(run) },
        ...{ onProgress, signal },
      });
      model.dispose();
      fs.rmSync(file("checkpoints"), { recursive: true, force: true });
      return { rows: rows.length, steps: result.steps, tokens: result.tokens, ...result.final };
    },
  });
}

/** KnowSelf's stage 2: the student tries games of the gold's; where it fails, the gold is to be preferred. */
export function preferenceStage(run: Run, arm: Arm, onProgress?: OnProgress): Promise<Manifest> {
  const { preference, explored, maskKnowledge } = knowSelfOf(run);
  const name = preferenceName(arm);
  if (name === null || arm.preference === null) throw new Error("internal error: an arm without stage 2");
  const { loss, gold: variant, rules } = arm.preference;
  // How the arm plays in the end is not stage 2's matter: arms that differ only in that share it.
  const mode = variant.form === "told" ? "always" : "adaptive";
  const selector = variant.by ?? "need";
  const from = arm.sft === null ? studentFolder(run) : sftFolder(run, arm.sft);
  const before = [from, stageFolder(run, "pairs")].map(finishedManifest);
  const { engine, threads } = selectEngine("auto");
  return runStage({
    name: `preference/${name}`,
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "preference", name),
    seed: run.seed,
    settings: { preference, explored, maskKnowledge, loss, variant, rules, mode, engine, threads },
    inputs: { student: before[0].artefact, pairs: before[1].artefact },
    scratch: SCRATCH,
    run: async ({ folder, signal, file }) => {
      const model = Llama.load(from);
      const gold = (await variantOf(run, variant)).slice(0, explored).map((each) => ({ ...each, reward: 1 }));
      const played = await explore(run, { mode, selector }, model, gold, { onProgress, signal });
      const found =
        rules === "eto"
          ? etoPairs({ gold, explored: played })
          : rpoPairs({ gold, explored: played, domain: "household" });
      const label = labeller(run);
      const pairs = found.flatMap(({ id, chosen, rejected }) => {
        const [better, worse] = [label(chosen), label(rejected)];
        return better && worse ? [{ id, chosen: better, rejected: worse }] : [];
      });
      const recipe = { ...preference, loss, seed: run.seed, onBadRow: "drop" as const };
      const result = await trainPreference({
        ...{ model, pairs, recipe, folder, extraFiles: tokenizerFiles(run) },
        ...{ onProgress, signal },
      });
      model.dispose();
      fs.rmSync(file("checkpoints"), { recursive: true, force: true });
      const won = played.filter(({ success }) => success).length;
      return { explored: played.length, won, pairs: pairs.length, steps: result.steps, ...result.final };
    },
  });
}

/** What the student does in the games of these gold trajectories. */
async function explore(
  run: Run,
  { mode, selector }: { mode: Arm["mode"]; selector: Selector },
  model: Llama,
  gold: readonly Trajectory[],
  rest: { readonly onProgress?: OnProgress; readonly signal: AbortSignal },
): Promise<Trajectory[]> {
  const { home } = trainingHomes(run, "gold");
  const households = await readHouseholds(run);
  return playStudent({
    environments: gold.map((each) => () => {
      const { household, game } = placeOf(each);
      return new Household(home(household).game(game));
    }),
    knowledge: (index) => ({ mode, ask: ruleBy(selector, households.get(placeOf(gold[index]).household)!.rules) }),
    ...{ model, ...readLabels(run), ...rest, name: "explorer", seed: run.seed, admissibleOnly: false },
    ...{ stepLimit: run.settings.evaluation.stepLimit, maxLength: run.settings.model.context },
  });
}

function labeller(run: Run, situationWeight = 1): (trajectory: Trajectory) => LabelledExample | null {
  const { tokenizer, template } = readLabels(run);
  const situations = [KNOWLEDGE, REFLECTION].map((token) => tokenizer.special(token));
  const weights = { ...weightsOf(run), knowledge: knowSelfOf(run).maskKnowledge ? 0 : 1 };
  const options = { tokenizer, template, weights, maxLength: run.settings.model.context };
  return (trajectory) => {
    const result = labelTrajectory(trajectory, options);
    if (result.kind !== "example") return null;
    const { ids, weights } = result.example;
    const weigh = (weight: number, t: number): number => (situations.includes(ids[t]) ? situationWeight : 1) * weight;
    return { ...result.example, weights: weights.map(weigh) };
  };
}
