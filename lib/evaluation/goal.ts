/** What a household goal sentence asks for, in its own words. */
export interface GoalWords {
  /** Wanted object type, e.g. `mug`. */
  readonly object: string;
  readonly count: 1 | 2;
  readonly process: "clean" | "heat" | "cool" | null;
  /** Target receptacle type; null where the object is to be looked at under a lamp. */
  readonly receptacle: string | null;
  readonly lamp: string | null;
}

/** ALFWorld's goal templates (alfred.twl2), two a task type. The most specific ones come first. */
const TEMPLATES: readonly RegExp[] = [
  /^put (?<two>two) (?<object>\w+) in (?<receptacle>\w+)$/,
  /^find (?<two>two) (?<object>\w+) and put them in (?<receptacle>\w+)$/,
  /^(?:look at|examine) (?:the )?(?<object>\w+) (?:under|with) the (?<lamp>\w+)$/,
  /^put a (?<state>clean|hot|cool) (?<object>\w+) in (?<receptacle>\w+)$/,
  /^(?<state>clean|heat|cool) some (?<object>\w+) and put it in (?<receptacle>\w+)$/,
  /^put (?:some|a) (?<object>\w+) (?:on|in) (?<receptacle>\w+)$/,
];

/** Reads a goal sentence such as "put a clean mug in desk"; null where it follows none of the templates. */
export function parseGoal(goal: string): GoalWords | null {
  const sentence = goal.trim().replace(/\.$/, "");
  for (const template of TEMPLATES) {
    const words = template.exec(sentence)?.groups;
    if (words === undefined) continue;
    const process = words.state === "hot" ? "heat" : (words.state ?? null);
    return {
      object: words.object,
      count: words.two === undefined ? 1 : 2,
      process: process as GoalWords["process"],
      receptacle: words.receptacle ?? null,
      lamp: words.lamp ?? null,
    };
  }
  return null;
}
