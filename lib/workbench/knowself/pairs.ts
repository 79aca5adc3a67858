import { readJson, writeJson, type OnProgress } from "../../base/index.ts";
import { predictTurns, rethinkTurns, type Doubt } from "../../evaluation/index.ts";
import type { AgentTurn } from "../../labels/index.ts";
import { readAction } from "../../environments/index.ts";
import { chooseRule, readPlaceRule } from "../../knowledge/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { selfAwareTrajectories } from "../../synthesis/index.ts";
import { agentText, type StepPair, type Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { readManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readLabels } from "../stages/labels.ts";
import { studentFolder } from "../stages/training.ts";
import type { Variant } from "./arms.ts";
import { placeOf, readGold, readHouseholds, type HouseholdRow } from "./gold.ts";
import { toldAtEveryTurn } from "./base-trajectories.ts";
import { ruleBy } from "./selectors.ts";

/** Steps of the gold trajectories by what the base can do there (KnowSelf paper, table 1), and the pairs of those it cannot. */
export interface Situations {
  /** Pairs that the base corrected when told to think again; with `reflection`. */
  readonly slow: readonly StepPair[];
  /** Pairs that it did not correct and for which there is a rule that leads to what gold did; with `rule`. */
  readonly knowledgeable: readonly StepPair[];
}

const PAIRS = "pairs.json";

/**
 * Leads the base along the gold trajectories and asks at each turn what it would do. Where it does something else it is
 * told to think again; where that does not help, the household's rule for the situation is looked up, and kept where it
 * leads to what gold did. Unlike KnowSelf's ALFWorld stage this compares whole commands and does not skip the search:
 * where things are is what there is to know.
 */
export function pairsStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const [training, gold] = ["training", "gold"].map((stage) => readManifest(stageFolder(run, stage)));
  if (!training || !gold) throw new Error("the training and gold stages must be finished before the pairs");
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
      const predicted = await predictTurns({ ...student, trajectories });
      const wrong = trajectories.flatMap((trajectory, i) => differences(trajectory, predicted[i]));
      const rethought = await rethinkTurns({ ...student, doubts: wrong });
      model.dispose();
      const situations = { slow: [] as StepPair[], knowledgeable: [] as StepPair[] };
      let withoutRule = 0;
      wrong.forEach(({ trajectory, index, turns, thought, action }, i) => {
        const pair = pairOf(trajectory, index, agentText(thought, action));
        const { reflection, action: second } = rethought[i];
        if (second === trajectory.turns[index].action)
          situations.slow.push({ ...pair, reflection: agentText(reflection, second) });
        else {
          const { rules } = householdOf(trajectory, households);
          const rule = chooseRule({ goal: trajectory.task.goal, turns, rules });
          if (rule && sendsTo(rule.rule, trajectory.turns[index].action!))
            situations.knowledgeable.push({ ...pair, rule: rule.rule });
          else withoutRule++;
        }
      });
      writeJson(file(PAIRS), situations);
      const steps = predicted.reduce((sum, row) => sum + row.length, 0);
      const [slow, knowledgeable] = [situations.slow.length, situations.knowledgeable.length];
      return { steps, different: wrong.length, slow, knowledgeable, withoutRule };
    },
  });
}

/** Whether a rule leads to this action. A selector that knows the right action chooses no rule that speaks against it. */
function sendsTo(rule: string, action: string): boolean {
  const receptacles = readPlaceRule(rule)?.receptacles ?? [];
  return readAction(action).entities.some((entity) => receptacles.includes(entity));
}

/** The steps at which the student would do something else. */
function differences(
  trajectory: Trajectory,
  predicted: readonly AgentTurn[],
): (Doubt & { trajectory: Trajectory; index: number })[] {
  const agents = trajectory.turns.flatMap(({ role }, index) => (role === "assistant" ? [index] : []));
  return agents.flatMap((index, i) => {
    const { thought, action } = predicted[i];
    if (action === trajectory.turns[index].action) return [];
    const said = { ...(thought === null ? {} : { thought }), action };
    return [{ trajectory, index, turns: trajectory.turns.slice(0, index), ...said }];
  });
}

function pairOf({ id, turns, task }: Trajectory, index: number, explored: string): StepPair {
  const messages = turns.map(({ role, content }) => ({ role, content }));
  return {
    id,
    step: (index + 1) / 2,
    task_type: task.type,
    golden_action: messages[index].content,
    golden_observation: messages[index + 1]?.content,
    explore_action: explored,
    golden_traj: messages.slice(0, index + 2),
    explore_traj: [...messages.slice(0, index), { role: "assistant", content: explored }],
    full_golden_traj: messages,
  };
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
