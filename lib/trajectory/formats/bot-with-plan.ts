import { z } from "zod";
import { canonicalJson, UserError } from "../../base/index.ts";
import type { Turn } from "../trajectory.ts";
import { exchangeOf } from "./exchange.ts";
import { check, extraOf, importedTrajectory, NO_CONTEXT, unknownFields, type TrajectoryFormat } from "./format.ts";

const planSchema = z.looseObject({ thoughts: z.string(), task: z.string(), selected_tool: z.string() });
const stepSchema = z.looseObject({
  plan: planSchema.extend({ user_request: z.string() }),
  result: z.string(),
});

/** A plan as an agent turn: the JSON text is what was said, thought and tool are read from it. */
function planTurn(plan: z.output<typeof planSchema>, content: string): Turn {
  return { role: "assistant", content, thought: plan.thoughts, action: `${plan.selected_tool}: ${plan.task}` };
}

/** bot-with-plan's recorded trajectory: the file is one list of plans and their results. */
export const botTrajectory: TrajectoryFormat = {
  id: "bot-with-plan",
  title: "bot-with-plan trajectory: plans and results",
  layout: "document",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const steps = check(
      z.array(stepSchema).min(1, "a trajectory without steps was not finished"),
      record,
      "a bot-with-plan trajectory",
    );
    const goal = steps[0].plan.user_request;
    // The plan's own order of fields is part of what was said; checking sorts them.
    const raw = record as { plan: unknown }[];
    const turns = steps.flatMap(({ plan, result, ...unknown }, i): Turn[] => [
      { ...planTurn(plan, JSON.stringify(raw[i].plan)), ...extraOf(unknown) },
      { role: "user", content: result },
    ]);
    const finished = steps.at(-1)?.plan.selected_tool === "final_answer";
    const end = finished ? ("success" as const) : ("step_limit" as const);
    const stated = { success: finished, stop: end, task: { goal }, environment: "tools" };
    return [
      importedTrajectory(botTrajectory.id, context, { ...stated, turns: [{ role: "user", content: goal }, ...turns] }),
    ];
  },
  write([trajectory]) {
    const bad = (what: string): UserError =>
      new UserError(`trajectory ${trajectory.id}: ${botTrajectory.title}: ${what}`);
    const [asked, ...rest] = trajectory.turns;
    if (asked?.role !== "user" || rest.length === 0 || rest.length % 2 === 1)
      throw bad("a request and then plans with their results are needed");
    const steps = Array.from({ length: rest.length / 2 }, (_, i) => {
      const [said, result] = [rest[2 * i], rest[2 * i + 1]];
      if (said.role !== "assistant" || result.role !== "user")
        throw bad(`turns ${2 * i + 1} and ${2 * i + 2} are no plan and result`);
      const plan = tryJson(said.content);
      if (plan === undefined) throw bad(`turn ${2 * i + 1} is no JSON plan`);
      return { plan, result: result.content, ...said.extra };
    });
    // A list has no place for anything else: what would be lost is an error.
    const again = botTrajectory.read(steps, NO_CONTEXT)[0];
    if (canonicalJson(again.turns) !== canonicalJson(trajectory.turns))
      throw bad("the turns hold more than plans and results");
    return steps;
  },
};

const packagedSchema = z.looseObject({ prompt: z.string(), target: z.string(), text: z.string().optional() });

/** bot-with-plan's training rows (its package.py): a prompt, the plan as target, and both as Mistral's chat text. */
export const botPackaged: TrajectoryFormat = {
  id: "bot-with-plan-packaged",
  title: "bot-with-plan training rows: prompt, target, text",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { prompt, target, text, ...unknown } = check(packagedSchema, record, "a bot-with-plan training row");
    const plan = planSchema.safeParse(tryJson(target));
    const said: Turn = plan.success ? planTurn(plan.data, target) : { role: "assistant", content: target };
    const extra = extraOf(text === undefined || text === mistralText(prompt, target) ? unknown : { ...unknown, text });
    const turns: Turn[] = [{ role: "user", content: prompt }, said];
    return [importedTrajectory(botPackaged.id, context, { environment: "tools", turns, ...extra })];
  },
  write([trajectory]) {
    const [prompt, target] = exchangeOf(trajectory, botPackaged.title);
    const { text = mistralText(prompt, target), ...rest } = trajectory.extra ?? {};
    return { prompt, target, text, ...unknownFields(rest, ["prompt", "target"]) };
  },
};

/** A prompt and its answer as Mistral's chat text. */
export const mistralText = (prompt: string, target: string): string => `<s>[INST] ${prompt} [/INST] ${target}</s>`;

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
