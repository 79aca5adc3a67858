import { Household, smallGame, type Wording } from "../../environments/index.ts";
import { agentText, type Turn } from "../../trajectory/index.ts";
import type { Example, Profile } from "./profile.ts";

export interface HouseholdProfileOptions {
  /** Of the environment; default `2.1.1`. */
  readonly wording?: Wording;
  /** Default: none, as for trained agents. */
  readonly examples?: readonly Example[];
}

/** ALFWorld's household. */
export function householdProfile({ wording = "2.1.1", examples = [] }: HouseholdProfileOptions = {}): Profile {
  const put = wording === "2.1.1" ? "put {object} in/on {receptacle}" : "move {object} to {receptacle}";
  return {
    environment: "household",
    stepLimit: 40,
    instruction: instructionOf(put),
    instructionRole: "user",
    examples,
    shown: (observation, isFirst) => (isFirst ? withoutWelcome(observation) : `Observation: ${arrived(observation)}`),
    command: (said) => {
      const command = said.trim().replace(/[.!?,;:\s]+$/, "").toLowerCase(); // prettier-ignore
      const [, object, receptacle] = PUT.exec(command) ?? [];
      if (object === undefined) return command;
      return put.replace("{object}", () => object).replace("{receptacle}", () => receptacle);
    },
    kind: (command) => command.replace(/ \d+\b/g, ""),
    complaint: "Input error: the answer must hold a line that begins with 'Action: '.",
    selectorSees: "all observations",
  };
}

/** Both wordings' verbs, and the one preposition that models write for `in/on`. */
const PUT = /^(?:put|move) (\S.*?) (?:in\/on|into|onto|in|on|to) (\S.*)$/;

const withoutWelcome = (text: string): string => text.replace(/^-= [^\n]* =-\n+/, "");
const arrived = (text: string): string => text.replace(/^You arrive at loc \d+\. /, "");

const instructionOf = (
  put: string,
): string => `You are in a house that is described to you in text, and you act by commands.
First you are told which receptacles you see and what your task is. After each command you are told what came of it.
Answer each time with a thought about what is needed next, and with exactly one command:

Thought: your thought
Action: your command

These are the commands; name every thing with its number, such as "mug 1":
go to {receptacle}
open {receptacle}
close {receptacle}
take {object} from {receptacle}
${put}
clean {object} with {receptacle}
heat {object} with {receptacle}
cool {object} with {receptacle}
use {object}

You can take or treat only what is where you stand, and you can carry one object. "Nothing happens" means that the
command was not possible: try another one.`;

/** Two examples of our own, played in hand-made games so that every observation is true. */
export function householdExamples(): [Example, Example] {
  return [
    played(
      {
        receptacles: {
          "cabinet 1": ["cup"],
          "countertop 1": ["plate"],
          "diningtable 1": ["apple", "fork"],
          "fridge 1": ["egg"],
        },
        task: "cool some apple and put it in diningtable",
      },
      ["An apple may well lie on the table. I look there first.", "go to diningtable 1"],
      ["Here is apple 1. I take it.", "take apple 1 from diningtable 1"],
      ["It has to be cooled, which a fridge does.", "go to fridge 1"],
      ["The fridge cools it; it need not be open.", "cool apple 1 with fridge 1"],
      ["Now it belongs on the table.", "go to diningtable 1"],
      ["I am at the table with the cool apple.", "put apple 1 in/on diningtable 1"],
    ),
    played(
      {
        receptacles: { "bed 1": ["pillow"], "desk 1": ["pen", "desklamp"], "drawer 1": ["book"], "shelf 1": [] },
        task: "look at book under the desklamp",
      },
      ["I need a book. A shelf is a likely place.", "go to shelf 1"],
      ["Nothing here. The drawer is next.", "go to drawer 1"],
      ["It is closed, so I open it.", "open drawer 1"],
      ["There is book 1.", "take book 1 from drawer 1"],
      ["Now I need the lamp, which should stand on the desk.", "go to desk 1"],
      ["I hold the book beside desklamp 1 and switch the lamp on.", "use desklamp 1"],
    ),
  ];
}

function played(game: Parameters<typeof smallGame>[0], ...turns: readonly (readonly [string, string])[]): Example {
  const household = new Household(smallGame(game));
  const first: Turn = { role: "user", content: household.reset() };
  return turns.reduce<Turn[]>(
    (before, [thought, action]) => [
      ...before,
      { role: "assistant", content: agentText(thought, action), thought, action },
      { role: "user", content: household.step(action).observation },
    ],
    [first],
  );
}
