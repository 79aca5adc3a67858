import { z } from "zod";
import type { Turn } from "../trajectory.ts";
import { UserError } from "../../base/index.ts";
import { turnOf } from "./agent-text.ts";
import {
  check,
  extraOf,
  importedTrajectory,
  isStated,
  unknownFields,
  type JsonRecord,
  type TrajectoryFormat,
} from "./format.ts";
import { exchangeOf } from "./exchange.ts";

const taskSchema = z.looseObject({ Question: z.string(), Answer: z.string() });

/** AutoAct's self-instructed tasks: a question and its answer, with what belongs to the question (caption, metadata). */
export const autoActTasks: TrajectoryFormat = {
  id: "autoact-tasks",
  title: "AutoAct self-instruct tasks: Question, Answer",
  layout: "array",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { Question, Answer, ...unknown } = check(taskSchema, record, "an AutoAct task");
    const turns: Turn[] = [
      { role: "user", content: Question },
      { role: "assistant", content: Answer },
    ];
    return [importedTrajectory(autoActTasks.id, context, { task: { goal: Question }, turns, ...extraOf(unknown) })];
  },
  write([trajectory]) {
    const [Question, Answer] = exchangeOf(trajectory, autoActTasks.title);
    return { Question, Answer, ...unknownFields(trajectory.extra, ["Question", "Answer"]) };
  },
};

const rowSchema = z.looseObject({ input: z.string(), output: z.string() });
const ROLE = /(?:^|_)(plan|action|tool|reflect)/;

/** AutoAct's training rows of its plan, tool and reflect agents; whose they are is in the file's name (data_plan.json). */
export const autoActRows: TrajectoryFormat = {
  id: "autoact-rows",
  title: "AutoAct training rows: input, output",
  layout: "array",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { input, output, ...unknown } = check(rowSchema, record, "an AutoAct training row");
    const turns = [turnOf("user", input), turnOf("assistant", output)];
    const trajectory = importedTrajectory(autoActRows.id, context, { turns, ...extraOf(unknown) });
    const role = ROLE.exec(context.file)?.[1].replace("action", "tool");
    return [role === undefined ? trajectory : { ...trajectory, task: { ...trajectory.task, type: role } }];
  },
  write([trajectory]) {
    const [input, output] = exchangeOf(trajectory, autoActRows.title);
    return { input, output, ...unknownFields(trajectory.extra, ["input", "output"]) };
  },
};

const sessionSchema = z.looseObject({
  question: z.string(),
  prompt: z.string(),
  correct: z.boolean(),
  reward: z.union([z.number(), z.boolean()]),
});
const SESSION_FIELDS = ["question", "prompt", "correct", "reward"];

/**
 * AutoAct's recorded sessions: the prompt with its whole scratchpad becomes turns, cut before each `Thought k:` and
 * `Observation k:`.
 */
export const autoActSessions: TrajectoryFormat = {
  id: "autoact-sessions",
  title: "AutoAct sessions: question, prompt, reward",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { question, prompt, correct, reward, ...unknown } = check(sessionSchema, record, "an AutoAct session");
    const turns = prompt
      .split(/\n(?=(?:Thought|Observation) \d+:)/)
      .map((text): Turn => (text.startsWith("Thought ") ? agentTurn(text) : { role: "user", content: text }));
    const extra = extraOf(typeof reward === "boolean" ? { ...unknown, reward } : unknown);
    const said = { reward: Number(reward), success: correct, task: { goal: question }, turns };
    return [importedTrajectory(autoActSessions.id, context, { ...said, ...extra })];
  },
  write(trajectory_) {
    const [trajectory] = trajectory_;
    const { turns, task, success, extra } = trajectory;
    if (!isStated(trajectory, "reward") || turns.length === 0)
      throw new UserError(`trajectory ${trajectory.id}: ${autoActSessions.title} needs turns and a reward`);
    const boolean = typeof extra?.reward === "boolean" && Number(extra.reward) === trajectory.reward;
    return {
      question: task.goal,
      prompt: turns.map(({ content }) => content).join("\n"),
      correct: success,
      reward: boolean ? extra.reward : trajectory.reward,
      ...unknownFields(extra, SESSION_FIELDS),
    } satisfies JsonRecord;
  },
};

function agentTurn(content: string): Turn {
  const [, thought, action] = /^Thought \d+: ?(.*?)(?:\nAction \d+: ?(.*))?$/s.exec(content) ?? [];
  return { role: "assistant", content, ...(thought ? { thought } : {}), ...(action ? { action } : {}) };
}
