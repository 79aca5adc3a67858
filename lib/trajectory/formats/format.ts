import type { z } from "zod";
import type { Trajectory, Turn } from "../trajectory.ts";

/** A JSON object of a foreign format. */
export type JsonRecord = Record<string, unknown>;

/** What a record does not say itself. */
export interface RecordContext {
  /** File name without folders. */
  readonly file: string;
  /** Number of the record in its file, from 0. */
  readonly index: number;
}

/** The context of a record that says all by itself. */
export const NO_CONTEXT: RecordContext = { file: "", index: 0 };

/**
 * A foreign format: how one of its records is trajectories (or a pair of them), and the way back.
 * `read` throws an `Error` that names field and value; its caller adds file and line. `write` throws `UserError` where
 * the format cannot express what it is given. Reading what was written gives the same again, and writing what was read
 * gives the record back, unknown fields included.
 */
export interface Format<T> {
  readonly id: string;
  /** What it is, for people. */
  readonly title: string;
  /** `lines`: JSON Lines; `array`: one JSON array of records; `document`: the file is one record. */
  readonly layout: "lines" | "array" | "document";
  read(record: unknown, context: RecordContext): T;
  write(value: T): unknown;
}

/** Records of one or several trajectories. */
export interface TrajectoryFormat extends Format<Trajectory[]> {
  readonly holds: "trajectories";
  /** Neighbouring trajectories with the same key make one record; null: a record of its own. */
  group(trajectory: Trajectory): string | null;
}

/** Checks a record; says which field is wrong and what it holds. */
export function check<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  const bad = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], value);
  throw new Error(
    `not ${what}: ${path.length > 0 ? `${path.join(".")}: ` : ""}${message} (found ${(JSON.stringify(bad) ?? "nothing").slice(0, 120)})`,
  );
}

/** `fields` where there are any. */
export const extraOf = (fields: JsonRecord): { extra?: JsonRecord } =>
  Object.keys(fields).length > 0 ? { extra: fields } : {};

/** Unknown fields that do not stand where the format has fields of its own. */
export function unknownFields(extra: JsonRecord | undefined, own: readonly string[]): JsonRecord {
  return Object.fromEntries(Object.entries(extra ?? {}).filter(([key]) => !own.includes(key)));
}

type Stated = Partial<Omit<Trajectory, "task" | "turns" | "origin">> & {
  readonly turns: Turn[];
  readonly task?: Partial<Trajectory["task"]>;
};

/**
 * A trajectory of what a format states. The rest is filled in, and named in `origin.assumed`: published trajectories
 * were kept because they are good, so that without other word they count as won.
 */
export function importedTrajectory(format: string, context: RecordContext, stated: Stated): Trajectory {
  const id = stated.id ?? `${context.file === "" ? format : context.file}-${context.index}`;
  const reward = stated.reward ?? 1;
  const success = stated.success ?? reward >= 1;
  const task = { id, type: "unknown", source: format, split: "unknown", goal: "" };
  const filled = {
    id,
    environment: "unknown",
    agent: "unknown",
    seed: 0,
    reward,
    success,
    steps: stated.turns.filter((turn) => turn.role === "assistant" && turn.loss !== false).length,
    invalid: 0,
    stop: success ? ("success" as const) : ("gave_up" as const),
  };
  const assumed = [
    ...Object.keys(filled).filter((key) => stated[key as keyof Stated] === undefined),
    ...Object.keys(task)
      .filter((key) => stated.task?.[key as keyof typeof task] === undefined)
      .map((key) => `task.${key}`),
  ];
  return {
    ...filled,
    ...withoutUndefined(stated),
    task: { ...task, ...withoutUndefined(stated.task ?? {}) },
    origin: { format, assumed },
  };
}

/** Whether the field was stated by the source, or by ourselves. */
export const isStated = (trajectory: Trajectory, field: string): boolean =>
  trajectory.origin?.assumed.includes(field) !== true;

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
