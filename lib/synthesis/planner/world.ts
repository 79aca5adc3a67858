import { createRandom, UserError, type Random } from "../../base/index.ts";
import { drawNames, NAMED_KINDS, SPLITS, type NamedKind, type WorldSplit } from "./names.ts";
import { inWords, relationsOf, USER, type Relation } from "./relations.ts";

/** What identifies a world: the same seed and split give the same facts. */
export interface WorldId {
  readonly seed: number | string;
  readonly split: WorldSplit;
}

/** A made-up set of people, towns, films, festivals and folders, and everything there is to know about them. */
export interface World extends WorldId {
  readonly things: Readonly<Record<NamedKind, readonly string[]>>;
  /** The kind of a thing; undefined for what is not in this world. */
  kindOf(name: string): NamedKind | "user" | undefined;
  /** The value of a relation, as text. Throws for a thing that does not have it. */
  value(subject: string, relation: Relation): string;
}

const COUNTS: Record<NamedKind, number> = { person: 24, place: 14, work: 18, event: 10, folder: 8 };

/** Draws a world. Every relation of every thing has a value, and no thing is its own. */
export function createWorld({ seed, split }: WorldId): World {
  if (!SPLITS.includes(split)) throw new UserError(`world: split "${split}" is none of ${SPLITS.join(", ")}`);
  const random = createRandom(seed, `planner/world/${split}`);
  const things = Object.fromEntries(
    NAMED_KINDS.map((kind) => [kind, drawNames(kind, split, COUNTS[kind], random)]),
  ) as Record<NamedKind, string[]>;
  const kinds = new Map<string, NamedKind | "user">([[USER, "user"]]);
  for (const kind of NAMED_KINDS) for (const name of things[kind]) kinds.set(name, kind);
  const values = new Map<string, string>();
  for (const [subject, kind] of kinds) {
    for (const relation of relationsOf(kind))
      values.set(`${relation.name}/${subject}`, draw(relation, subject, things, random));
  }
  return {
    seed,
    split,
    things,
    kindOf: (name) => kinds.get(name),
    value(subject, relation) {
      const value = values.get(`${relation.name}/${subject}`);
      if (value === undefined) throw new RangeError(`this world does not know ${inWords(relation, subject)}`);
      return value;
    },
  };
}

const KEPT = new Map<string, World>();
const MOST_KEPT = 64;

/** `createWorld`, with the last worlds kept: tools and judge of the same requests ask for the same ones. */
export function worldOf(id: WorldId): World {
  const key = JSON.stringify([id.seed, id.split]);
  const kept = KEPT.get(key);
  if (kept !== undefined) return kept;
  const world = createWorld(id);
  if (KEPT.size >= MOST_KEPT) KEPT.delete(KEPT.keys().next().value!);
  KEPT.set(key, world);
  return world;
}

function draw(relation: Relation, subject: string, things: World["things"], random: Random): string {
  switch (relation.value) {
    case "number": {
      const [least, most] = relation.range!;
      return String(least + random.int(most - least + 1));
    }
    case "date":
      return `2026-${twoDigits(1 + random.int(12))}-${twoDigits(1 + random.int(28))}`;
    case "text":
      return `${subject.toLowerCase().replaceAll(" ", ".")}@example.com`;
    case "person":
    case "place":
    case "work":
    case "event":
      return random.pick(things[relation.value].filter((name) => name !== subject));
  }
}

const twoDigits = (n: number): string => String(n).padStart(2, "0");

/** "The birthplace of Ada Brenner is Oakford." */
export const factSentence = (relation: Relation, subject: string, value: string): string =>
  `The ${relation.phrase} of ${subject} is ${value}.`;

/** A passage about one thing, for a search index. */
export interface WorldDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** What a Wikipedia of this world would say: a passage a thing, with its public facts (`changing`: those that change too). */
export function worldDocuments(world: World, { changing = false } = {}): WorldDocument[] {
  return (["person", "place", "work", "event"] as const).flatMap((kind) =>
    world.things[kind].map((title) => {
      const facts = relationsOf(kind).filter(
        ({ source }) => source === "search_wikipedia" || (changing && source === "search_internet"),
      );
      const text = facts.map((relation) => factSentence(relation, title, world.value(title, relation))).join(" ");
      return { id: `${kind}/${title}`, title, text };
    }),
  );
}

/** The user's computer: empty files by path, as many in each folder as the world says; hidden ones begin with a dot. */
export function worldFiles(world: World): Record<string, string> {
  const files: Record<string, string> = {};
  for (const folder of world.things.folder) {
    for (const relation of relationsOf("folder")) {
      const start = relation.name === "hidden_count" ? "." : "";
      for (let i = 1; i <= Number(world.value(folder, relation)); i++) files[`${folder}/${start}file${i}.txt`] = "";
    }
  }
  return files;
}
