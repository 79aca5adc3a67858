import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../../../base/index.ts";
import { TASK_TYPES, type TaskType } from "../facts.ts";
import { ROOM_KINDS, type RoomKind } from "../rooms.ts";

const PROPERTIES = [
  "pickupable",
  "cleanable",
  "heatable",
  "coolable",
  "sliceable",
  "toggleable",
  "isReceptacle",
] as const;
export type Property = (typeof PROPERTIES)[number];

const percent = z.number().min(0).max(100);
const shares = z.record(z.string(), percent);
const roomSchema = z.strictObject({
  share: percent,
  receptacles: z.record(z.string(), z.strictObject({ chance: percent, count: z.tuple([z.int(), z.int(), z.int()]) })),
  shared: z.array(z.strictObject({ type: z.string(), with: z.string(), chance: percent })),
  doubled: z
    .array(z.strictObject({ object: z.string(), in: z.string(), also: z.array(z.string()), chance: percent }))
    .optional(),
  objects: z.record(z.string(), z.strictObject({ chance: percent, count: z.array(percent).min(1), in: shares })),
});
const fileSchema = z.strictObject({
  objects: z.record(z.string(), z.array(z.enum(PROPERTIES))),
  receptacles: z.record(z.string(), z.strictObject({ openable: z.boolean().optional(), holds: z.array(z.string()) })),
  rooms: z.record(z.enum(ROOM_KINDS), roomSchema),
  goals: z.record(
    z.enum(TASK_TYPES),
    z.strictObject({
      rooms: z.partialRecord(z.enum(ROOM_KINDS), percent),
      usual: z.record(z.string(), z.array(z.string())),
    }),
  ),
});

/** What a household is drawn from. All types are lower-case, as in a game's text; `names` has ALFRED's spelling. */
export interface Vocabulary {
  readonly names: ReadonlyMap<string, string>;
  readonly properties: ReadonlyMap<string, ReadonlySet<Property>>;
  readonly openable: ReadonlySet<string>;
  /** Receptacle type to the object types that fit. */
  readonly canContain: ReadonlyMap<string, ReadonlySet<string>>;
  readonly rooms: ReadonlyMap<RoomKind, RoomTendencies>;
  readonly goals: ReadonlyMap<TaskType, GoalTendencies>;
}

/** How rooms of a kind are furnished. Chances are in [0, 1], weights relative. */
export interface RoomTendencies {
  readonly receptacles: readonly {
    readonly type: string;
    readonly chance: number;
    readonly count: readonly [fewest: number, usual: number, most: number];
  }[];
  readonly shared: readonly { readonly type: string; readonly with: string; readonly chance: number }[];
  readonly doubled: readonly {
    readonly object: string;
    readonly in: string;
    readonly also: readonly string[];
    readonly chance: number;
  }[];
  readonly objects: readonly { readonly type: string; readonly chance: number; readonly counts: readonly number[] }[];
  /** Object type to receptacle type to weight. */
  readonly places: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface GoalTendencies {
  readonly rooms: ReadonlyMap<RoomKind, number>;
  /** Sensible (object, receptacle) pairs; for looking, (object, lamp). */
  readonly usual: readonly (readonly [string, string])[];
}

/** The project's own vocabulary. */
export const VOCABULARY_FILE = fileURLToPath(new URL("../../../../data/household/vocabulary.yaml", import.meta.url));

let ours: Vocabulary | undefined;

/** The vocabulary of `VOCABULARY_FILE`. */
export function ourVocabulary(): Vocabulary {
  ours ??= readVocabulary(VOCABULARY_FILE);
  return ours;
}

/** Reads a vocabulary and checks that every word it uses is declared. */
export function readVocabulary(file: string): Vocabulary {
  const checked = fileSchema.safeParse(parse(fs.readFileSync(file, "utf8")));
  if (!checked.success) {
    const issue = checked.error.issues[0];
    throw new UserError(`${file}: ${issue.path.join(".")}: ${issue.message}`);
  }
  const { objects, receptacles, rooms, goals } = checked.data;
  const names = new Map<string, string>();
  for (const name of [...Object.keys(objects), ...Object.keys(receptacles)]) names.set(name.toLowerCase(), name);
  const word = (name: string): string => {
    if (names.get(name.toLowerCase()) !== name) throw new UserError(`${file}: "${name}" is declared nowhere`);
    return name.toLowerCase();
  };
  return {
    names,
    properties: new Map(Object.entries(objects).map(([name, list]) => [word(name), new Set(list)])),
    openable: new Set(
      Object.keys(receptacles)
        .filter((name) => receptacles[name].openable)
        .map(word),
    ),
    canContain: new Map(Object.entries(receptacles).map(([name, { holds }]) => [word(name), new Set(holds.map(word))])),
    rooms: new Map(ROOM_KINDS.map((kind) => [kind, tendencies(rooms[kind], word)])),
    goals: new Map(
      TASK_TYPES.map((type) => [
        type,
        {
          rooms: new Map(Object.entries(goals[type].rooms) as [RoomKind, number][]),
          usual: pairs(goals[type].usual, word),
        },
      ]),
    ),
  };
}

function tendencies(room: z.infer<typeof roomSchema>, word: (name: string) => string): RoomTendencies {
  return {
    receptacles: Object.entries(room.receptacles).map(([name, { chance, count }]) => ({
      type: word(name),
      chance: chance / 100,
      count,
    })),
    shared: room.shared.map((rule) => ({ type: word(rule.type), with: word(rule.with), chance: rule.chance / 100 })),
    doubled: (room.doubled ?? []).map((rule) => ({
      object: word(rule.object),
      in: word(rule.in),
      also: rule.also.map(word),
      chance: rule.chance / 100,
    })),
    objects: Object.entries(room.objects).map(([name, { chance, count }]) => ({
      type: word(name),
      chance: chance / 100,
      counts: count,
    })),
    places: new Map(
      Object.entries(room.objects).map(([name, object]) => [
        word(name),
        new Map(Object.entries(object.in).map(([place, weight]) => [word(place), weight])),
      ]),
    ),
  };
}

function pairs(usual: Record<string, string[]>, word: (name: string) => string): [string, string][] {
  return Object.entries(usual).flatMap(([object, targets]) =>
    targets.map((target): [string, string] => [word(object), word(target)]),
  );
}
