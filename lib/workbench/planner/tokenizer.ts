import { studentPrompt } from "../../agents/index.ts";
import { namesOf, NAME_WORDS } from "../../synthesis/index.ts";

/** "ford" of "Oakford": the second parts of the towns' names. */
const TOWN_ENDS = NAME_WORDS.filter(
  (word) => /^\p{Ll}/u.test(word) && namesOf("place", "train").some((town) => town.endsWith(word)),
).join("|");

const literal = (text: string): string => text.replace(/[{}[\]().*+?^$|\\]/g, String.raw`\$&`);

/** What every prompt has before, between and behind request and steps. */
const PROMPT_PARTS = [
  ...studentPrompt("\0", [{ task: "\0", result: "\0" }])
    .split("\0")
    .map((part) => ` ?${literal(part.replace(/Task: $/, ""))}`),
  String.raw`(?:\n\n)?Task: `,
  literal(/<.*>/.exec(studentPrompt("", []))?.[0] ?? ""),
];

/** What stands before and behind the fields of a plan. */
const PLAN_PARTS = [
  String.raw`\{"context_information_summary": "`,
  '", "(?:thoughts|task|selected_tool|selected_action)": "',
  String.raw`"\}`,
];

/**
 * What is one token of a planner's text. What all prompts or all plans share is one token, and so is the name of a tool.
 * Whatever has to be copied is cut so that the test's names and numbers, none of which is in the training texts, are made
 * of the same few parts: numbers into pairs of digits, towns into two halves, addresses and folders at their signs.
 */
export const PLANNER_PATTERN = [
  ...PROMPT_PARTS,
  ...PLAN_PARTS,
  String.raw`\s(?=\{")`,
  String.raw` ?\p{Lu}\p{Ll}*?(?=(?:${TOWN_ENDS})(?!\p{L}))|(?:${TOWN_ENDS})(?!\p{L})`,
  String.raw` ?\p{Ll}+\.(?=\p{Ll}+@)|\p{Ll}+(?=@)|@[a-z]+(?:\.[a-z]+)+| ?\/\p{L}+`,
  String.raw` ?\d{4}-\d\d|-\d\d(?!\d)`,
  String.raw` ?\p{L}+(?:[_-]\p{L}+)*| ?\d{1,2}| ?[^\s\p{L}\d]|\s+`,
].join("|");
