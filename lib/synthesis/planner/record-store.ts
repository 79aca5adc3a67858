import * as fs from "node:fs";
import * as path from "node:path";
import type { z } from "zod";
import { UserError, writeJson } from "../../base/index.ts";

/** Values by id, written one by one, so that stopped work is continued where it stood. */
export interface RecordStore<T> {
  has(id: string): boolean;
  /** Undefined where there is none. */
  get(id: string): T | undefined;
  put(id: string, value: T): void;
  ids(): string[];
}

/** A JSON file an id in one folder. What does not follow the schema is an error that names its file. */
export function recordFolder<T>(folder: string, schema: z.ZodType<T>): RecordStore<T> {
  const fileOf = (id: string): string => {
    if (!/^[\w-]+$/.test(id)) throw new UserError(`record id "${id}": letters, digits, _ and - only, it names a file`);
    return path.join(folder, `${id}.json`);
  };
  return {
    has: (id) => fs.existsSync(fileOf(id)),
    get(id) {
      const file = fileOf(id);
      if (!fs.existsSync(file)) return undefined;
      try {
        return schema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
      } catch (error) {
        throw new UserError(`${file}: ${(error as Error).message}`);
      }
    },
    put: (id, value) => writeJson(fileOf(id), value),
    ids: () =>
      fs.existsSync(folder)
        ? fs
            .readdirSync(folder)
            .filter((name) => name.endsWith(".json"))
            .map((name) => name.slice(0, -".json".length))
            .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
        : [],
  };
}

/** The same in memory. */
export function recordMap<T>(): RecordStore<T> {
  const values = new Map<string, T>();
  return {
    has: (id) => values.has(id),
    get: (id) => values.get(id),
    put: (id, value) => void values.set(id, value),
    ids: () => [...values.keys()],
  };
}
