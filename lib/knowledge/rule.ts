import * as fs from "node:fs";
import { z } from "zod";
import { UserError } from "../base/index.ts";

/** `Success Process`: how a whole task is done. `Error`: what to do instead of a mistake that was seen. */
export const RULE_TYPES = ["Error", "Success Process"] as const;
export type RuleType = (typeof RULE_TYPES)[number];

/** A line of knowledge as it lies in a file under its id, with the published field names. Unknown fields are kept. */
export interface RuleFields {
  readonly rule: string;
  readonly type: RuleType;
  readonly example?: string;
  /** The task of the pair it was drawn from; "-1" for none. */
  readonly task_id?: string | number;
  readonly [field: string]: unknown;
}

export interface Rule extends RuleFields {
  /** `rule_3`: its place in the base; changes when the base is arranged. */
  readonly id: string;
}

const fieldsSchema = z.looseObject({
  rule: z.string().min(1),
  type: z.enum(RULE_TYPES),
  example: z.string().optional(),
  task_id: z.union([z.string(), z.number()]).optional(),
});

/** The text that marks a deleted rule until the base is arranged. */
export const DELETED = "delete";

const RULE_ID = /^rule_(0|[1-9]\d*)$/;

/** Number of a rule's id; null where it is none. */
export function ruleNumber(id: string): number | null {
  const [, digits] = RULE_ID.exec(id) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Checks `{rule_0: {...}, ...}`. Throws `UserError` with the place (a file), the rule's id and the bad value. */
export function parseRules(value: unknown, place: string): Map<string, RuleFields> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UserError(`${place}: ${shown(value)}: rules by their ids are expected, {"rule_0": {...}, ...}`);
  const rules = new Map<string, RuleFields>();
  for (const [id, fields] of Object.entries(value) as [string, unknown][]) {
    if (ruleNumber(id) === null) throw new UserError(`${place}: ${shown(id)}: no id of a rule; rule_0 is one`);
    const result = fieldsSchema.safeParse(fields);
    if (!result.success) {
      const { path, message } = result.error.issues[0];
      const bad = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown>)?.[key], fields);
      throw new UserError(`${place}: ${id}: ${[...path.map(String), shown(bad)].join(": ")}: ${message}`);
    }
    rules.set(id, Object.freeze({ ...(fields as RuleFields) })); // as it was: zod would reorder its fields
  }
  return rules;
}

/** A JSON file's value. Throws `UserError` where it cannot be read. */
export function readJsonFile(file: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
}

/** Text on one line, so that in a list of rules nobody takes a part of it for another rule. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 120) ?? "nothing";
