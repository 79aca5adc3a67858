/** What a published parser makes of a model's text, or the Python exception with which it fails. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: "ValueError" | "IndexError"; readonly why: string };

/** By what two household actions are compared: verb and object type, for `go` the type of the destination. */
export interface ActionKey {
  readonly verb: string;
  readonly object: string;
}

/** Reads the key of the first action of a model's text (KnowSelf's `sample_pair_alfworld.py`). */
export function parseActionKey(text: string): Parsed<ActionKey> {
  const said = afterFirstAction(text);
  if (said === null) return { ok: false, error: "ValueError", why: "no 'Action:'" };
  const words = said.split(" ").map((word) => word.trim());
  const object = words[words[0] === "go" ? 2 : 1];
  if (object === undefined) return { ok: false, error: "ValueError", why: `no object in ${JSON.stringify(said)}` };
  return { ok: true, value: { verb: words[0], object } };
}

/**
 * Reads the command that the household carries out: that of the last `Action:`, so that after a reflection the
 * corrected one counts, without marks at its end and in lower case (`eval_agent/envs/alfworld_env.py`).
 */
export function parseHouseholdAction(text: string): Parsed<string> {
  const said = [...text.trim().matchAll(/Action:\s?([^\n]*)/g)].at(-1)?.[1];
  if (said === undefined) return { ok: false, error: "IndexError", why: "no 'Action:'" };
  return { ok: true, value: withoutEndMarks(said).toLowerCase() };
}

/** Reads an action of the web shop: all after the first `Action:`, in lower case (`sample_pair_webshop.py`). */
export function parseShopAction(text: string): Parsed<string> {
  const said = afterFirstAction(text);
  if (said === null) return { ok: false, error: "ValueError", why: "no 'Action:'" };
  return { ok: true, value: said.toLowerCase() };
}

/** Whether two texts of agents name the same action of a domain; false where one cannot be read. */
export type SameAction = (a: string, b: string) => boolean;

/** The same verb and object type: "take mug 1 from shelf 1" is as good as "take mug 2 from desk 3". */
export const sameHouseholdAction: SameAction = (a, b) => {
  const [left, right] = [parseActionKey(a), parseActionKey(b)];
  return left.ok && right.ok && left.value.verb === right.value.verb && left.value.object === right.value.object;
};

/** The same text but for case. */
export const sameShopAction: SameAction = (a, b) => {
  const [left, right] = [parseShopAction(a), parseShopAction(b)];
  return left.ok && right.ok && left.value === right.value;
};

/** The text with `put x in y` or `put x on y` in its last action spelled as the household wants it. */
export function repairPut(text: string): string {
  return text.replace(/(Action:\s?put [^\n]*?) (?:in|on) (?![^]*Action:)/, "$1 in/on ");
}

/** The command without the marks that end a sentence. */
export function withoutEndMarks(command: string): string {
  let end = command.length;
  while (end > 0 && ".!?,;:".includes(command[end - 1])) end--;
  return command.slice(0, end);
}

/** What stands between the first `Action:` and the next; null where there is none. */
function afterFirstAction(text: string): string | null {
  const said = text.split("Action:")[1];
  return said === undefined ? null : said.trim();
}
