import type { ResultRow } from "../../evaluation/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";

/**
 * What KnowSelf's paper counts of an episode, from the turns themselves: success within step limits, and the shares of
 * the agent's actions before which it was given knowledge (Know%) or which it reconsidered (Reflect%).
 */
export function situationRows(
  trajectories: Iterable<Trajectory>,
  key: Pick<ResultRow, "run" | "arm" | "seed">,
): ResultRow[] {
  const rows: ResultRow[] = [];
  for (const { task, turns, success, steps } of trajectories) {
    const { id: taskId, type: taskType, split, source } = task;
    const add = (metric: ResultRow["metric"], value: number): void => {
      rows.push({ ...key, taskId, taskType, split, source, metric, value });
    };
    add("success_10", success && steps <= 10 ? 1 : 0);
    add("success_20", success && steps <= 20 ? 1 : 0);
    const agent = turns.filter(({ role }) => role === "assistant");
    if (agent.length === 0) continue;
    add("knowledge_rate", agent.filter(({ knowledge }) => knowledge !== undefined).length / agent.length);
    add("reflection_rate", agent.filter(({ reconsidered }) => reconsidered).length / agent.length);
  }
  return rows;
}
