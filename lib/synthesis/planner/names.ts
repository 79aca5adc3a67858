import type { Random } from "../../base/index.ts";

/** Names, numbers and facts of one split are never those of another. */
export const SPLITS = ["train", "valid", "test"] as const;
export type WorldSplit = (typeof SPLITS)[number];

const words = (text: string): readonly string[] => text.split(" ");

const FIRST = words(
  "Ada Agnes Albert Anton Beata Bela Berta Boris Bruno Carla Clara Cyril Dario David Dora Edda Elsa Emil Erik Eva Felix Fiona Franz Frida Georg Gerda Greta Gustav Hanna Hector Helga Hugo Ida Igor Ines Irma Ivan Jakob Jonas Julia Karin Kasper Klara Leon Lydia Magda Marek Mira Nadia Nils Oskar Olga Paul Petra Rosa Rufus Simon Tilda Ulla Viktor",
);
const LAST = words(
  "Abend Adler Albers Bauer Becker Brandt Brenner Busch Castell Conrad Decker Dorn Eberle Ebner Engel Falk Fiedler Frank Geiger Gruber Hansen Hartung Holm Huber Iversen Jansen Junker Kaiser Keller Koller Kramer Lange Lind Lorenz Maurer Moser Nagel Novak Olsen Ott Paulsen Prager Quandt Reiter Richter Ritter Sander Schubert Seidel Simmons Stark Thaler Thorsen Ulrich Vogel Wagner Weber Winkler Zander Ziegler",
);
const TOWN_START = words(
  "Alder Ash Black Birk Bram Clay Cold Crest Dun East Edge Elm Fair Fern Gold Glen Green Harr High Hollow Kings Lake Lin Long Maple Marsh New North Oak Pine Quick Rain Red Ross Sea South Stone Summer West White",
);
const TOWN_END = words(
  "bach berg bridge brook bury combe cote dale field ford gate ham haven hurst ley mere mouth port stead stow ton ville wald wick worth",
);
const ADJECTIVES = words(
  "Amber Ancient Bitter Blue Bright Broken Burning Calm Crimson Curious Dark Distant Electric Empty Endless Frozen Gentle Golden Hidden Hollow Last Little Lonely Lost Narrow Noble Pale Patient Quiet Red Restless Second Secret Silent Silver Sleeping Tender Velvet White Yellow",
);
const FILM_NOUNS = words(
  "Anchor Answer Arrow Bell Bridge Candle Castle Compass Crown Desert Door Dream Feather Forest Garden Harbor Hour Island Journey Kingdom Ladder Letter Machine Mirror Mountain Night Ocean Orchard Palace Promise River Shadow Signal Station Summer Tower Valley Voyage Window Winter",
);
const FESTIVAL_NOUNS = words(
  "Apple Balloon Book Bread Cheese Circus Comedy Dance Drum Fashion Film Flower Folk Food Guitar Harvest Jazz Kite Lantern Light Music Opera Paper Poetry Puppet Rose Song Tea Theater Wine",
);
const FOLDERS = words(
  "archive backups books charts contracts drafts essays forms games invoices lectures letters lists maps memos music notes papers photos plans plays posters recipes reports scans scores scripts songs tables videos",
);
const FOLDER_ROOTS = words("/data /disk /home /media /share /srv /store /users");

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

/**
 * The split that a combination of two words belongs to: eight of ten train, one each the others. Words are many and few of
 * their combinations held out, so that a student learns to copy a name rather than by heart which ones there are.
 */
function splitOf(first: number, second: number): WorldSplit {
  const rest = (first + 3 * second) % 10;
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
