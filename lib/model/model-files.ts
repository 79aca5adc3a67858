import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { UserError, writeJson } from "../base/index.ts";
import { readSafetensors, writeSafetensors, type NamedArray } from "./safetensors.ts";

const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const ANY_WEIGHTS = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;

const indexSchema = z.object({
  weight_map: z.record(z.string(), z.string().regex(/^[^/\\]+\.safetensors$/, "a file name in the same folder")),
});

/** The arrays of a model folder: `model.safetensors`, or the shards that `model.safetensors.index.json` names. */
export function readModelArrays(folder: string): Map<string, NamedArray> {
  const index = path.join(folder, INDEX);
  if (fs.existsSync(path.join(folder, WHOLE)) || !fs.existsSync(index))
    return readSafetensors(path.join(folder, WHOLE));
  const arrays = new Map<string, NamedArray>();
  for (const [shard, names] of shardsOf(index)) {
    const file = path.join(folder, shard);
    if (!fs.existsSync(file)) throw new UserError(`${file}: this shard is missing; ${INDEX} puts ${names[0]} there`);
    const content = readSafetensors(file);
    for (const name of names) {
      const array = content.get(name);
      if (!array) throw new UserError(`${file}: weight ${name} is not in this shard, but ${INDEX} says so`);
      arrays.set(name, array);
    }
  }
  return arrays;
}

/** The weights' names for each shard, in the order of the index. */
function shardsOf(index: string): Map<string, string[]> {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(index, "utf8"));
  } catch (error) {
    throw new UserError(`${index}: not a readable index: ${(error as Error).message}`);
  }
  const parsed = indexSchema.safeParse(value);
  if (!parsed.success) {
    const { path: at, message } = parsed.error.issues[0];
    throw new UserError(`${index}: ${at.join(".")}: ${message}`);
  }
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(parsed.data.weight_map))
    shards.set(shard, [...(shards.get(shard) ?? []), name]);
  return shards;
}

/**
 * Writes arrays as one file or, where they have more than `maxShardBytes`, as shards of at most that size (a larger array
 * has its own) with an index, as Hugging Face does. Weight files of an earlier save go.
 */
export function writeModelArrays(folder: string, arrays: ReadonlyMap<string, NamedArray>, maxShardBytes: number): void {
  const shards: Map<string, NamedArray>[] = [];
  let room = 0;
  for (const [name, array] of arrays) {
    if (shards.length === 0 || array.data.byteLength > room) {
      shards.push(new Map());
      room = maxShardBytes;
    }
    shards[shards.length - 1].set(name, array);
    room -= array.data.byteLength;
  }
  const number = (i: number): string => String(i).padStart(5, "0");
  const names = shards.map((_, i) =>
    shards.length === 1 ? WHOLE : `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`,
  );
  shards.forEach((shard, i) => writeSafetensors(path.join(folder, names[i]), shard, { format: "pt" }));
  const written = new Set(names);
  if (shards.length > 1) {
    const total_size = [...arrays.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const weight_map = Object.fromEntries(
      shards.flatMap((shard, i) => [...shard.keys()].map((name) => [name, names[i]])),
    );
    writeJson(path.join(folder, INDEX), { metadata: { total_size }, weight_map });
    written.add(INDEX);
  }
  for (const name of fs.readdirSync(folder))
    if (ANY_WEIGHTS.test(name) && !written.has(name)) fs.rmSync(path.join(folder, name));
}
