import { z } from "zod";
import { sha256 } from "../../base/index.ts";
import type { Trajectory } from "../trajectory.ts";
import { NO_CONTEXT, type Format, type JsonRecord } from "./format.ts";
import { applyJsonPatch, jsonPatch, type Operation } from "./json-patch.ts";

/** The field in which a record carries what its format has no place for. */
export const CARRIED = "waymark";

/** What the field holds: the patch, and a hash of the texts that the record showed when it was written. */
const carriedSchema = z.object({
  of: z.string(),
  patch: z.array(z.object({ op: z.string(), path: z.string() }).loose()),
});

/**
 * A format whose records carry along, in the text field `waymark`, a JSON Patch from what they show to what they were
 * made of; only where there is a difference. Text, because tables of other tools want one type in each column. Where
 * somebody has changed the texts since, they count, and of the patch only what is not about turns.
 */
export function carrying<T>(format: Format<T>, parse: (value: unknown) => T): Format<T> {
  return {
    ...format,
    read(record, context) {
      if (!isRecord(record) || typeof record[CARRIED] !== "string") return format.read(record, context);
      const { [CARRIED]: carried, ...rest } = record;
      const base = format.read(rest, NO_CONTEXT);
      const { of, patch } = parseCarried(carried as string);
      const fitting = of === textHash(base) ? patch : patch.filter(({ path }) => !/\/turns(\/|$)/.test(path));
      try {
        return parse(applyJsonPatch(base, fitting));
      } catch (error) {
        throw new Error(`${CARRIED}: ${(error as Error).message}`);
      }
    },
    write(value) {
      const record = plain(format.write(value)) as JsonRecord;
      const base = format.read(record, NO_CONTEXT);
      const patch = jsonPatch(forget(plain(base), format.id), forget(plain(value), format.id));
      return patch.length === 0 ? record : { ...record, [CARRIED]: JSON.stringify({ of: textHash(base), patch }) };
    },
  };
}

/** Hash of who says what in trajectories or a pair of them. */
function textHash(value: unknown): string {
  const texts: [string, string][] = [];
  const visit = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(visit);
    else if (isRecord(item) && Array.isArray(item.turns))
      for (const { role, content } of (item as Trajectory).turns) texts.push([role, content]);
    else if (isRecord(item)) [item.chosen, item.rejected].forEach(visit);
  };
  visit(value);
  return sha256(JSON.stringify(texts)).slice(0, 16);
}

/**
 * Without the fields that an import from this very format filled in: the next import fills them in again. What was
 * imported from elsewhere stays whole.
 */
function forget(value: unknown, format: string): unknown {
  if (Array.isArray(value)) return value.map((item) => forget(item, format));
  if (!isRecord(value)) return value;
  const { origin } = value as Partial<Trajectory>;
  if (origin === undefined) return forgetPair(value, format);
  if (origin.format !== format) return value;
  const without = (fields: JsonRecord, prefix: string): JsonRecord =>
    Object.fromEntries(Object.entries(fields).filter(([key]) => !origin.assumed.includes(prefix + key)));
  const stated = without(value, "");
  return { ...stated, task: without(stated.task as JsonRecord, "task.") };
}

/** A pair's two sides; its own id goes where theirs were filled in. */
function forgetPair(value: JsonRecord, format: string): JsonRecord {
  const { chosen, rejected, ...rest } = value;
  if (!isRecord(chosen) || !isRecord(rejected)) return value;
  const { id, ...others } = rest;
  const { origin } = chosen as Partial<Trajectory>;
  const named = origin?.format === format && origin.assumed.includes("id") ? others : { id, ...others };
  return { ...named, chosen: forget(chosen, format), rejected: forget(rejected, format) };
}

function parseCarried(text: string): { of: string; patch: Operation[] } {
  try {
    const { of, patch } = carriedSchema.parse(JSON.parse(text));
    return { of, patch: patch as Operation[] };
  } catch {
    throw new Error(`${CARRIED}: not what Waymark writes there (found ${JSON.stringify(text.slice(0, 120))})`);
  }
}

/** As JSON has it: without fields that are undefined. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

const isRecord = (value: unknown): value is JsonRecord =>
  value !== null && typeof value === "object" && !Array.isArray(value);
