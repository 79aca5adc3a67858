import type { Random } from "../../base/index.ts";

/** Names, numbers and facts of one split are never those of another. */
export const SPLITS = ["train", "valid", "test"] as const;
export type WorldSplit = (typeof SPLITS)[number];

const words = (text: string): readonly string[] => text.split(" ");

const FIRST = words(
  "Ada Bruno Clara Dario Elsa Felix Greta Hugo Ines Jonas Karin Leon Mira Nils Olga Paul Rosa Simon Tilda Viktor",
);
const LAST = words(
  "Adler Brenner Castell Dorn Ebner Falk Gruber Holm Iversen Jansen Keller Lind Moser Novak Olsen Prager Reiter Sandberg Thaler Weber",
);
const TOWN_START = words("Alder Birk Crest Dun Elm Fern Glen Harr Kings Lin Maple North Oak Pine Ross Stone");
const TOWN_END = words("bach berg dale field ford ham mouth port stead wick");
const ADJECTIVES = words(
  "Amber Broken Crimson Distant Empty Frozen Golden Hidden Last Lonely Quiet Red Second Silver Sleeping White",
);
const FILM_NOUNS = words(
  "Bridge Compass Door Forest Garden Harbor Island Journey Letter Mirror Mountain Night River Shadow Station Winter",
);
const FESTIVAL_NOUNS = words("Dance Film Flower Food Jazz Kite Lantern Light Music Poetry Theater Wine");
const FOLDERS = words("archive books drafts invoices letters maps music notes photos plans recipes scans videos");
const FOLDER_ROOTS = words("/data /home /media /srv");

export const NAMED_KINDS = ["person", "place", "work", "event", "folder"] as const;
export type NamedKind = (typeof NAMED_KINDS)[number];

const PARTS: Record<NamedKind, readonly [readonly string[], readonly string[], (a: string, b: string) => string]> = {
  person: [FIRST, LAST, (first, last) => `${first} ${last}`],
  place: [TOWN_START, TOWN_END, (start, end) => start + end],
  work: [ADJECTIVES, FILM_NOUNS, (adjective, noun) => `The ${adjective} ${noun}`],
  event: [ADJECTIVES, FESTIVAL_NOUNS, (adjective, noun) => `${adjective} ${noun} Festival`],
  folder: [FOLDER_ROOTS, FOLDERS, (root, folder) => `${root}/${folder}`],
};

/** All words that names are made of, for tokenizers: every split has each of them, in other combinations. */
export const NAME_WORDS: readonly string[] = [
  ...new Set([
    ...FIRST,
    ...LAST,
    ...TOWN_START,
    ...TOWN_END,
    ...ADJECTIVES,
    ...FILM_NOUNS,
    ...FESTIVAL_NOUNS,
    ...FOLDERS,
  ]),
];

/** The split that a combination of two words belongs to: three of five train, one each the others. */
function splitOf(first: number, second: number): WorldSplit {
  const rest = (first + second) % 5;
  return rest === 0 ? "test" : rest === 1 ? "valid" : "train";
}

/** All names of a kind in a split. */
export function namesOf(kind: NamedKind, split: WorldSplit): string[] {
  const [firsts, seconds, join] = PARTS[kind];
  return firsts.flatMap((first, i) =>
    seconds.flatMap((second, j) => (splitOf(i, j) === split ? [join(first, second)] : [])),
  );
}

/** `count` distinct names. */
export const drawNames = (kind: NamedKind, split: WorldSplit, count: number, random: Random): string[] =>
  random.sample(namesOf(kind, split), count);
