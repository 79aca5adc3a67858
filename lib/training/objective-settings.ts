import type { Llama } from "../model/index.ts";
import type { Objective } from "./objective.ts";
import type { PreferenceSettings } from "./preference-loss.ts";
import { preferenceObjective } from "./preference-objective.ts";
import { sftObjective } from "./sft-objective.ts";

/** What an objective is made of, as plain data: enough for another thread to make the same one. */
export type ObjectiveSettings =
  { readonly objective: "sft" } | ({ readonly objective: "preference" } & PreferenceSettings);

/** An objective for batches that were made elsewhere: a pair's batch brings its reference values with it. */
export function objectiveOf(settings: ObjectiveSettings, { config }: Llama): Objective<never, never> {
  const context = config.max_position_embeddings;
  const none = { chosen: new Float64Array(), rejected: new Float64Array() };
  const objective = settings.objective === "sft" ? sftObjective(context) : preferenceObjective(settings, none, context);
  return objective as unknown as Objective<never, never>;
}
