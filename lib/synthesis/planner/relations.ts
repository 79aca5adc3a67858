/** Kinds of things in the scripted world. `user` has one member: who asks. */
export const KINDS = ["person", "place", "work", "event", "folder", "user"] as const;
export type Kind = (typeof KINDS)[number];

/** What a value is: another thing, a number, a date (ISO 8601), or text of its own. */
export type ValueKind = "person" | "place" | "work" | "event" | "number" | "date" | "text";

/** Who can tell: settled facts, facts that change, the user's own computer, and what only the user knows. */
export type Source = "search_wikipedia" | "search_internet" | "use_bash" | "ask_user";

export interface Relation {
  readonly name: string;
  readonly of: Kind;
  readonly value: ValueKind;
  readonly source: Source;
  /** As it stands before "of": "the birthplace of Ada Brenner". */
  readonly phrase: string;
  /** Numbers: the least and the greatest. */
  readonly range?: readonly [number, number];
}

const relation = (
  name: string,
  of: Kind,
  value: ValueKind,
  source: Source,
  phrase: string,
  range?: readonly [number, number],
): Relation => ({ name, of, value, source, phrase, ...(range && { range }) });

/** Everything that can be asked of a thing in the world. Every thing has a value for every relation of its kind. */
export const RELATIONS: readonly Relation[] = [
  relation("birthplace", "person", "place", "search_wikipedia", "birthplace"),
  relation("teacher", "person", "person", "search_wikipedia", "teacher"),
  relation("birth_year", "person", "number", "search_wikipedia", "year of birth", [1900, 1999]),
  relation("best_known_work", "person", "work", "search_wikipedia", "best known film"),
  relation("email", "person", "text", "ask_user", "e-mail address"),
  relation("mayor", "place", "person", "search_internet", "current mayor"),
  relation("temperature", "place", "number", "search_internet", "current temperature", [1, 35]),
  relation("population", "place", "number", "search_wikipedia", "population", [1000, 9999]),
  relation("elevation", "place", "number", "search_wikipedia", "elevation", [10, 999]),
  relation("twin_town", "place", "place", "search_wikipedia", "twin town"),
  relation("festival", "place", "event", "search_internet", "next festival"),
  relation("director", "work", "person", "search_wikipedia", "director"),
  relation("release_year", "work", "number", "search_wikipedia", "year of release", [1930, 2020]),
  relation("setting", "work", "place", "search_wikipedia", "setting"),
  relation("score", "work", "number", "search_internet", "current score", [10, 99]),
  relation("venue", "event", "place", "search_wikipedia", "venue"),
  relation("founder", "event", "person", "search_wikipedia", "founder"),
  relation("date", "event", "date", "search_internet", "next date"),
  relation("price", "event", "number", "search_internet", "ticket price", [5, 95]),
  relation("file_count", "folder", "number", "use_bash", "number of files", [2, 24]),
  relation("hidden_count", "folder", "number", "use_bash", "number of hidden files", [2, 24]),
  relation("home_town", "user", "place", "ask_user", "home town"),
  relation("favorite_film", "user", "work", "ask_user", "favorite film"),
];

const BY_NAME = new Map(RELATIONS.map((each) => [each.name, each]));

export function relationNamed(name: string): Relation {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new RangeError(`no relation "${name}"`);
  return found;
}

export const relationsOf = (kind: Kind): readonly Relation[] => RELATIONS.filter(({ of }) => of === kind);

/** "the birthplace of Ada Brenner", "my home town": as the user says it. */
export const inUsersWords = ({ of, phrase }: Relation, subject: string): string =>
  of === "user" ? `my ${phrase}` : `the ${phrase} of ${subject}`;

/** "the birthplace of Ada Brenner", "the home town of the user": as everyone else says it. */
export const inWords = ({ phrase }: Relation, subject: string): string => `the ${phrase} of ${subject}`;

/** How the world calls who asks. */
export const USER = "the user";
