import type { TurnCodec } from "../../trajectory/index.ts";
import type { Wording } from "./wording.ts";

/**
 * Household text in few words and back, for a small student. Observations lose the location number and the name of the
 * receptacle, which the command before already says; commands lose their prepositions, since the verb decides the
 * arguments. `take pencil 1 from drawer 4` becomes `take pencil 1 drawer 4`, "On the drawer 4, you see a pen 1." becomes
 * `on pen 1`.
 * @param wording the commands that `decodeAction` gives; encoding understands both
 */
export function createHouseholdCodec(wording: Wording = "2.1.1"): TurnCodec {
  return {
    id: `household-compact-${wording}`,
    encodeUser,
    encodeThought: (thought) =>
      thought === "I should drop this"
        ? "drop"
        : (/^I need ((?:another )?[a-z]+(?: \d+)?)$/.exec(thought)?.[1] ?? thought),
    decodeThought: (text) =>
      text === "drop" ? "I should drop this" : /^(?:another )?[a-z]+(?: \d+)?$/.test(text) ? `I need ${text}` : text,
    encodeAction: (action) => firstMatch(ACTIONS, action) ?? action,
    encodeKnowledge: (rule) => firstMatch(RULES, rule) ?? rule,
    decodeAction: (text) => decodeAction(text, wording),
  };
}

type Rule = readonly [RegExp, (...groups: string[]) => string | null];

function firstMatch(rules: readonly Rule[], text: string): string | null {
  for (const [pattern, write] of rules) {
    const match = pattern.exec(text);
    const written = match && write(...match.slice(1));
    if (typeof written === "string") return written;
  }
  return null;
}

const NAME = String.raw`[a-z]+ \d+`;

const ACTIONS: readonly Rule[] = [
  [new RegExp(`^go to (${NAME})$`), (place) => `go ${place}`],
  [new RegExp(`^take (${NAME}) from (${NAME})$`), (thing, place) => `take ${thing} ${place}`],
  [new RegExp(`^put (${NAME}) in/on (${NAME})$`), (thing, place) => `put ${thing} ${place}`],
  [new RegExp(`^move (${NAME}) to (${NAME})$`), (thing, place) => `put ${thing} ${place}`],
  [new RegExp(`^(heat|cool|clean|slice) (${NAME}) with (${NAME})$`), (verb, thing, by) => `${verb} ${thing} ${by}`],
];

/** "When the agent needs a pencil, the agent should look in drawer 4 or on bed 1 first." is `pencil drawer 4 bed 1`. */
const RULES: readonly Rule[] = [
  [
    /^When the agent needs an? (\w+), the agent should look (?:in|on) (\w+ \d+)(?: or (?:in|on) (\w+ \d+))? first\.$/,
    (object, ...places) => [object, ...places.filter(Boolean)].join(" "),
  ],
];

const DECODED = new RegExp(
  `^(?:(?<go>go (?<place>${NAME}))|(?<verb>take|put|heat|cool|clean|slice) (?<first>${NAME}) (?<second>${NAME}))$`,
);

/** Commands without prepositions (`open drawer 1`, `look`) and everything unknown are the same in both forms. */
function decodeAction(text: string, wording: Wording): string {
  const groups = DECODED.exec(text)?.groups;
  if (!groups) return text;
  const { go, place, verb, first, second } = groups;
  if (go !== undefined) return `go to ${place}`;
  if (verb === "take") return `take ${first} from ${second}`;
  if (verb === "put") return wording === "2.1.1" ? `put ${first} in/on ${second}` : `move ${first} to ${second}`;
  return `${verb} ${first} with ${second}`;
}

const OBSERVATIONS: readonly Rule[] = [
  [/^Nothing happens\.$/, () => "noop"],
  [/^On the [a-z]+ \d+, you see (.*)\.$/, (list) => withList("on", list)],
  [/^(?:You open the [a-z]+ \d+\. )?The [a-z]+ \d+ is open\. In it, you see (.*)\.$/, (list) => withList("in", list)],
  [/^The [a-z]+ \d+ is closed\.$/, () => "closed"],
  [/^You (?:close|pick up|put|move|heat|cool|clean|turn on|sliced) the [a-z]+ \d+\b[^.]*\.$/, () => "ok"],
  [/^You are carrying: a ([a-z]+ \d+)\.$/, (thing) => `carrying ${thing}`],
  [/^You are not carrying anything\.$/, () => "carrying nothing"],
  [/^There's nothing special about ([a-z]+ \d+)\.$/, (thing) => `plain ${thing}`],
  [/^This is a normal ([a-z]+ \d+)\. In it, you see (.*)\.$/, (thing, list) => withList(`plain ${thing} in`, list)],
  [
    /^This is a ((?:(?:hot|cool|cold|clean|sliced|and) )+)([a-z]+ \d+)\.$/,
    (states, thing) => states.replace(/and /g, "") + thing,
  ],
  [/^This ([a-z]+ \d+) is (on|off)\.$/, (thing, state) => `turned ${state} ${thing}`],
  [/^Available commands:\n/, () => "commands"],
];

const ROOM: readonly Rule[] = [
  [/^You are in the middle of a room\. Looking quickly around you, you see (.*)\.$/, (list) => withList("see", list)],
  [
    /^You are facing the (.*)\. Next to it, you see (.*)\.$/,
    (faced, list) => {
      const facing = withList("facing", faced.replace(/^|, and |, /g, "$&a "));
      const beside = withList("beside", list);
      return facing && beside && `${facing} ${beside}`;
    },
  ],
];

const INTRO = /^(?:-= Welcome to TextWorld, ALFRED! =-\n\n)?(.*?)(?:\n\nYour task is to: (.*)\.)?$/;

function encodeUser(text: string): string {
  const [, sentences = "", task] = INTRO.exec(text) ?? [];
  const room = firstMatch(ROOM, sentences);
  if (room !== null) return task === undefined ? room : `${room} task ${task}`;
  return firstMatch(OBSERVATIONS, text.replace(/^You arrive at [a-z]+ \d+\. /, "")) ?? text;
}

/** `word` and the names of "a x 2, a x 1, and a y 1" or "nothing"; null where `list` is written otherwise. */
function withList(word: string, list: string): string | null {
  if (list === "nothing") return `${word} nothing`;
  const names: string[] = [];
  for (const item of list.split(/, and |, /)) {
    const name = /^a ([a-z]+ \d+)$/.exec(item)?.[1];
    if (name === undefined) return null;
    names.push(name);
  }
  return `${word} ${names.join(" ")}`;
}
