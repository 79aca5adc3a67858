import { z } from "zod";
import { jsonSchemaOf, type Tool, type ToolCall } from "../llm/index.ts";
import { DELETED, oneLine, RULE_TYPES, type RuleType } from "./rule.ts";

/** A change of a rule base that somebody asks for: KnowSelf's rule API as data. `extra` is no part of what models see. */
export type RuleCall =
  | {
      readonly name: "write_rule";
      readonly rule: string;
      readonly type: RuleType;
      readonly example?: string;
      readonly task_id?: string | number;
      readonly extra?: Readonly<Record<string, unknown>>;
    }
  | {
      readonly name: "update_rule";
      readonly rule_id: string;
      readonly rule?: string;
      readonly type?: RuleType;
      readonly example?: string;
      readonly task_id?: string | number;
      readonly extra?: Readonly<Record<string, unknown>>;
    }
  | { readonly name: "delete_rule"; readonly rule_id: string }
  | { readonly name: "stop_generating" };

export type RuleCallName = RuleCall["name"];

const text = z
  .string()
  .min(1)
  .max(2000)
  .describe("When the agent ..., the agent should ...; no single objects or places");
const type = z
  .enum(RULE_TYPES)
  .describe("Success Process: how a whole task is done; Error: what to do instead of a mistake");
const example = z.string().max(2000).describe("A case that shows the rule");
const taskId = z.union([z.string().max(200), z.number()]).describe("The task that the rule was drawn from");
const ruleId = z.string().describe("Such as rule_3");

const SCHEMAS = {
  write_rule: z.strictObject({ rule: text, type, example: example.optional(), task_id: taskId.optional() }),
  update_rule: z.strictObject({
    rule_id: ruleId,
    rule: text.optional(),
    type: type.optional(),
    example: example.optional(),
    task_id: taskId.optional(),
  }),
  delete_rule: z.strictObject({ rule_id: ruleId }),
  stop_generating: z.strictObject({}),
} as const;

const DESCRIPTIONS: Readonly<Record<RuleCallName, string>> = {
  write_rule: "Adds a rule.",
  update_rule: "Changes fields of a rule; what is not given stays.",
  delete_rule: "Takes a rule away.",
  stop_generating: "Says that no more changes are needed.",
};

/** These calls as tools of a chat model. */
export const ruleTools = (names: readonly RuleCallName[]): Tool[] =>
  names.map((name) => ({ name, description: DESCRIPTIONS[name], parameters: jsonSchemaOf(SCHEMAS[name]) }));

/** Checks what a model wrote: a call, or the line that says to it what is wrong. Nothing in it is ever run. */
export function readRuleCall(
  { name, arguments: written }: ToolCall,
  allowed: readonly RuleCallName[],
): { readonly call: RuleCall } | { readonly refused: string } {
  const known = allowed.find((each) => each === name);
  if (known === undefined)
    return { refused: `There is no tool ${JSON.stringify(name.slice(0, 80))}; the tools are ${allowed.join(", ")}.` };
  let given: unknown;
  try {
    given = written.trim() === "" ? {} : JSON.parse(written);
  } catch {
    return { refused: `The arguments of ${known} are no JSON: ${written.slice(0, 200)}` };
  }
  const result = SCHEMAS[known].safeParse(given);
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    return { refused: `The arguments of ${known} are wrong: ${[...path.map(String), message].join(": ")}.` };
  }
  const { data } = result as { data: { rule?: string } };
  const call = { name: known, ...data, ...(data.rule === undefined ? {} : { rule: oneLine(data.rule) }) };
  return { call: call as RuleCall };
}

/** What is wrong with a text as a rule's; null where nothing is. */
export function textProblem(rule: string): string | null {
  if (rule.trim() === "") return "A rule without a text was not taken.";
  return rule === DELETED ? `The text ${JSON.stringify(DELETED)} was not taken: it marks deleted rules.` : null;
}
