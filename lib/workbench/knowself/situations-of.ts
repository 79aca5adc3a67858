import type { OnProgress } from "../../base/index.ts";
import { readAction } from "../../environments/index.ts";
import { predictTurns, rethinkTurns, type Doubt } from "../../evaluation/index.ts";
import { chooseRule, readPlaceRule, type HouseholdRule } from "../../knowledge/index.ts";
import type { AgentTurn, ChatTemplate, Tokenizer } from "../../labels/index.ts";
import type { Llama } from "../../model/index.ts";
import { agentText, type StepPair, type Trajectory } from "../../trajectory/index.ts";

/** Steps of gold trajectories by what a student can do there (KnowSelf paper, table 1): the pairs of those it cannot. */
export interface Situations {
  /** Pairs that the student corrected when told to think again; with `reflection`. */
  readonly slow: readonly StepPair[];
  /** Pairs that it did not correct and for which there is a rule that leads to what gold did; with `rule`. */
  readonly knowledgeable: readonly StepPair[];
}

export interface SituationsOptions {
  readonly model: Llama;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly trajectories: readonly Trajectory[];
  /** What is known of the household that the trajectory of this index took place in. */
  readonly rules: (index: number) => readonly HouseholdRule[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Leads a student along gold trajectories and asks at each turn what it would do. Where it does something else it is told
 * to think again; where that does not help, the household's rule for the situation is looked up, and kept where it leads
 * to what gold did. Unlike KnowSelf's ALFWorld stage this compares whole commands and does not skip the search: where
 * things are is what there is to know.
 */
export async function situationsOf(
  options: SituationsOptions,
): Promise<Situations & { readonly steps: number; readonly different: number; readonly withoutRule: number }> {
  const { trajectories, rules, ...student } = options;
  const predicted = await predictTurns({ ...student, trajectories });
  const wrong = trajectories.flatMap((trajectory, i) =>
    differences(trajectory, predicted[i]).map((doubt) => ({ ...doubt, household: i })),
  );
  const rethought = await rethinkTurns({ ...student, doubts: wrong });
  const [slow, knowledgeable]: StepPair[][] = [[], []];
  wrong.forEach(({ trajectory, household, index, turns, thought, action }, i) => {
    const pair = pairOf(trajectory, index, agentText(thought, action));
    const { reflection, action: second } = rethought[i];
    if (second === trajectory.turns[index].action) slow.push({ ...pair, reflection: agentText(reflection, second) });
    else {
      const rule = chooseRule({ goal: trajectory.task.goal, turns, rules: rules(household) });
      if (rule && sendsTo(rule.rule, trajectory.turns[index].action!)) knowledgeable.push({ ...pair, rule: rule.rule });
    }
  });
  const steps = predicted.reduce((sum, row) => sum + row.length, 0);
  const withoutRule = wrong.length - slow.length - knowledgeable.length;
  return { slow, knowledgeable, steps, different: wrong.length, withoutRule };
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
