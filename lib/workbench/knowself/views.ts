import { labelTrajectory, tokenStripHtml, tokenStripText } from "../../labels/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { runPipeline } from "../pipeline.ts";
import type { Run } from "../run.ts";
import { readLabels, weightsOf } from "../stages/labels.ts";
import { readTrajectories } from "../stages/trajectories.ts";

/** What the notebook shows. */

/** A trajectory token by token, as it is trained on. Throws where it is longer than the model's context. */
export function tokenStrip(run: Run, trajectory: Trajectory): { html: string; plain: string } {
  const { tokenizer, template } = readLabels(run);
  const options = { tokenizer, template, weights: weightsOf(run), maxLength: run.settings.model.context };
  const labelled = labelTrajectory(trajectory, options);
  if (labelled.kind === "too_long") throw new Error(`${labelled.id} has ${labelled.length} tokens`);
  const { example } = labelled;
  return { html: tokenStripHtml(example, tokenizer), plain: tokenStripText(example, tokenizer) };
}

/** Runs the stages whose names begin with one of these, and gives what their manifests say. */
export async function runStages(
  run: Run,
  names: readonly string[],
  progress: Parameters<typeof runPipeline>[1],
): Promise<Record<string, unknown>[]> {
  const manifests = await runPipeline(run, progress, (stage) =>
    names.some((name) => stage === name || stage.startsWith(`${name}/`)),
  );
  return Object.entries(manifests).map(([stage, { summary }]) => ({ stage, ...summary }));
}

/** An episode as a conversation. */
export const conversation = ({ turns }: Trajectory, messages: number): string =>
  turns
    .slice(0, messages)
    .map(({ role, content }) => `${role}: ${content}`)
    .join("\n\n");

/** The first of the base's trajectories in which the agent is given a rule. */
export async function firstTold(run: Run): Promise<Trajectory> {
  for await (const trajectory of readTrajectories(run))
    if (trajectory.turns.some(({ knowledge }) => knowledge)) return trajectory;
  throw new Error("no rule was given in any of the base's trajectories");
}
