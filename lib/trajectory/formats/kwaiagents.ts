import { z } from "zod";
import { UserError } from "../../base/index.ts";
import type { Trajectory, Turn } from "../trajectory.ts";
import { turnOf } from "./agent-text.ts";
import { exchangeOf } from "./exchange.ts";
import { check, extraOf, importedTrajectory, unknownFields, type JsonRecord, type TrajectoryFormat } from "./format.ts";

const instructSchema = z.looseObject({
  id: z.string(),
  query: z.string(),
  source: z.string(),
  llm_prompt_response: z
    .array(z.looseObject({ instruction: z.string(), input: z.string(), output: z.string(), llm_name: z.string() }))
    .min(1),
});
const INSTRUCT_FIELDS = ["id", "query", "source", "llm_prompt_response"];
const ITEM_FIELDS = ["instruction", "input", "output", "llm_name"];

/**
 * KAgentInstruct (Hugging Face card). The prompts and responses of a record are samples of their own, no conversation:
 * each becomes a trajectory, and neighbours of one record make a record again.
 */
export const kAgentInstruct: TrajectoryFormat = {
  id: "kagentinstruct",
  title: "KAgentInstruct of KwaiAgents",
  layout: "lines",
  holds: "trajectories",
  group: (trajectory) => (trajectory.origin?.format === kAgentInstruct.id ? trajectory.task.id : null),
  read(record, context) {
    const {
      id,
      query,
      source,
      llm_prompt_response: items,
      ...unknown
    } = check(instructSchema, record, "a KAgentInstruct record");
    return items.map(({ instruction, input, output, llm_name: agent, ...rest }, k) => {
      const asked: Turn =
        input === ""
          ? turnOf("user", instruction)
          : { ...turnOf("user", `${instruction}\n${input}`), extra: { input } };
      const said: Turn = { ...turnOf("assistant", output), ...extraOf(rest) };
      const task = { id, type: source, goal: query };
      return importedTrajectory(kAgentInstruct.id, context, {
        id: `${id}/${k}`,
        agent,
        task,
        turns: [asked, said],
        ...extraOf(unknown),
      });
    });
  },
  write(trajectories) {
    const [{ task, extra }] = trajectories;
    return {
      id: task.id,
      query: task.goal,
      source: task.type,
      ...unknownFields(extra, INSTRUCT_FIELDS),
      llm_prompt_response: trajectories.map((trajectory) => {
        const [prompt, output] = exchangeOf(trajectory, kAgentInstruct.title);
        const [asked, said] = trajectory.turns;
        const input = asked.extra?.input;
        const apart = typeof input === "string" && input !== "" && prompt.endsWith(`\n${input}`);
        return {
          instruction: apart ? prompt.slice(0, -input.length - 1) : prompt,
          input: apart ? input : "",
          output,
          llm_name: trajectory.agent,
          ...unknownFields(said.extra, ITEM_FIELDS),
        };
      }),
    };
  },
};

const benchSchema = z.looseObject({
  id: z.string(),
  query: z.string(),
  type: z.enum(["plantooluse", "reflextion", "conclusion", "profile"]),
  golden_result_list: z.array(z.unknown()),
  prompt_input: z.record(z.string(), z.string()).refine((prompts) => Object.keys(prompts).length > 0, "no prompt"),
  model_predict: z.union([z.string(), z.record(z.string(), z.string())]).optional(),
});
const BENCH_FIELDS = ["id", "query", "type", "prompt_input", "model_predict"];

/**
 * KAgentBench: one trajectory for each prompt template of a record, with the prediction (`model_predict`) as its agent
 * turn where there is one. Gold results, tools and memory stay beside it.
 */
export const kAgentBench: TrajectoryFormat = {
  id: "kagentbench",
  title: "KAgentBench of KwaiAgents",
  layout: "lines",
  holds: "trajectories",
  group: (trajectory) => (trajectory.origin?.format === kAgentBench.id ? trajectory.task.id : null),
  read(record, context) {
    const {
      id,
      query,
      type,
      prompt_input: prompts,
      model_predict: predicted,
      ...unknown
    } = check(benchSchema, record, "a KAgentBench record");
    const stray = typeof predicted === "object" && Object.keys(predicted).find((name) => !Object.hasOwn(prompts, name));
    if (typeof stray === "string") throw new Error(`model_predict.${stray}: prompt_input has no such template`);
    return Object.entries(prompts).map(([template, prompt]) => {
      const output = typeof predicted === "string" ? predicted : predicted?.[template];
      const turns = [turnOf("user", prompt), ...(output === undefined ? [] : [turnOf("assistant", output)])];
      const task = { id, type, split: "test", goal: query };
      return importedTrajectory(kAgentBench.id, context, {
        id: `${id}/${template}`,
        task,
        turns,
        ...extraOf({ ...unknown, template }),
      });
    });
  },
  write(trajectories) {
    const [{ task, extra }] = trajectories;
    const templateOf = ({ id, extra: { template } = {} }: Trajectory): string => {
      if (typeof template === "string") return template;
      throw new UserError(`trajectory ${id}: ${kAgentBench.title} needs a prompt template's name in extra.template`);
    };
    const prompts: [string, string][] = [];
    const outputs: [string, string][] = [];
    for (const trajectory of trajectories) {
      const [asked, said, ...more] = trajectory.turns;
      if (asked?.role !== "user" || more.length > 0 || (said && said.role !== "assistant"))
        throw new UserError(`trajectory ${trajectory.id}: ${kAgentBench.title} holds a prompt and perhaps an answer`);
      prompts.push([templateOf(trajectory), asked.content]);
      if (said) outputs.push([templateOf(trajectory), said.content]);
    }
    // A profile record has one prompt and its prediction is plain text.
    const single = task.type === "profile" && outputs.length === 1 ? outputs[0][1] : Object.fromEntries(outputs);
    return {
      id: task.id,
      query: task.goal,
      type: task.type,
      ...unknownFields(extra, [...BENCH_FIELDS, "template"]),
      prompt_input: Object.fromEntries(prompts),
      ...(outputs.length > 0 ? { model_predict: single } : {}),
    } satisfies JsonRecord;
  },
};
