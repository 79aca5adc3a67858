import { UserError } from "../../base/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { conversationOf, type Message } from "./conversation.ts";

/** The first message of household conversations: what the agent is to do and how it answers. */
export const HOUSEHOLD_INSTRUCTION = `You act in a house that is described to you in text, and have a task to fulfil there.
After each of your turns you are told what came of it; "Nothing happens" means that the action was not possible.

These are the actions, with things and places named by type and number, such as "mug 1":
go to {place}
open {place}
close {place}
take {thing} from {place}
put {thing} in/on {place}
clean {thing} with {place}
heat {thing} with {place}
cool {thing} with {place}
use {thing}

Answer each time with exactly two lines, your reasoning and one action:
Thought: what you know and what you need next
Action: the action`;

/** The first message of shopping conversations. */
export const SHOP_INSTRUCTION = `You buy a product in a web shop that is shown to you as text. Find the product that fits the request, choose the
options that are asked for, and buy it.

There are two actions:
search[words], where the page has a search field
click[name], where name is one of the buttons, links or options on the page

Answer each time with exactly two lines, your reasoning and one action:
Thought: what you see and what you need next
Action: the action`;

const HOUSEHOLD_EXAMPLES = [
  `You are in the middle of a room. Looking quickly around you, you see a cabinet 2, a cabinet 1, a countertop 1, a garbagecan 1, and a shelf 1.

Your task is to: put some vase in cabinet.
Thought: A vase often stands in the open, so I look at the shelf first.
Action: go to shelf 1
Observation: On the shelf 1, you see a book 1, and a vase 2.
Thought: Here is a vase. I need one, so I take it.
Action: take vase 2 from shelf 1
Observation: You pick up the vase 2 from the shelf 1.
Thought: With the vase in hand I go to the cabinet.
Action: go to cabinet 1
Observation: The cabinet 1 is closed.
Thought: Nothing goes into a closed cabinet, so I open it.
Action: open cabinet 1
Observation: You open the cabinet 1. The cabinet 1 is open. In it, you see nothing.
Thought: Now the vase fits in.
Action: put vase 2 in/on cabinet 1`,
  `You are in the middle of a room. Looking quickly around you, you see a countertop 1, a drawer 1, a fridge 1, a microwave 1, and a sinkbasin 1.

Your task is to: heat some egg and put it in countertop.
Thought: Eggs are mostly kept in the fridge.
Action: go to fridge 1
Observation: The fridge 1 is closed.
Thought: I must open it to see what is in it.
Action: open fridge 1
Observation: You open the fridge 1. The fridge 1 is open. In it, you see an egg 1, and a lettuce 1.
Thought: There is the egg.
Action: take egg 1 from fridge 1
Observation: You pick up the egg 1 from the fridge 1.
Thought: It has to be hot, so I need the microwave.
Action: go to microwave 1
Observation: The microwave 1 is closed.
Thought: I hold the egg and stand at the microwave, so I can heat it.
Action: heat egg 1 with microwave 1
Observation: You heat the egg 1 using the microwave 1.
Thought: The hot egg belongs on the countertop.
Action: go to countertop 1
Observation: On the countertop 1, you see a knife 1.
Thought: I put it down here.
Action: put egg 1 in/on countertop 1`,
];

const SHOP_EXAMPLES: readonly (readonly Message[])[] = [
  dialogue(
    "WebShop [SEP] Instruction: [SEP] i want a blue cotton scarf, and price lower than 30.00 dollars [SEP] Search",
    "Thought: I begin with the words that matter: blue, cotton, scarf.\nAction: search[blue cotton scarf]",
    "Observation: Instruction: [SEP] i want a blue cotton scarf, and price lower than 30.00 dollars [SEP] Back to Search [SEP] Page 1 (Total results: 2) [SEP] Next > [SEP] W000000001 [SEP] Winter Scarf of Soft Cotton [SEP] $18.50 [SEP] W000000002 [SEP] Silk Scarf, Blue [SEP] $27.00",
    "Thought: The first one is of cotton and cheap enough; the second is of silk.\nAction: click[W000000001]",
    "Observation: Instruction: [SEP] i want a blue cotton scarf, and price lower than 30.00 dollars [SEP] Back to Search [SEP] < Prev [SEP] color [SEP] blue [SEP] red [SEP] Winter Scarf of Soft Cotton [SEP] Price: $18.50 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now",
    "Thought: Blue is asked for, so I choose it before I buy.\nAction: click[blue]",
    "Observation: Instruction: [SEP] i want a blue cotton scarf, and price lower than 30.00 dollars [SEP] Back to Search [SEP] < Prev [SEP] color [SEP] blue [SEP] red [SEP] Winter Scarf of Soft Cotton [SEP] Price: $18.50 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now",
    "Thought: Product, color and price fit.\nAction: click[Buy Now]",
  ),
  dialogue(
    "WebShop [SEP] Instruction: [SEP] i need a two pack of steel water bottles [SEP] Search",
    "Thought: I search for steel water bottles that are sold in twos.\nAction: search[steel water bottle 2 pack]",
    "Observation: Instruction: [SEP] i need a two pack of steel water bottles [SEP] Back to Search [SEP] Page 1 (Total results: 1) [SEP] Next > [SEP] W000000003 [SEP] Steel Water Bottle [SEP] $21.00",
    "Thought: This may come in several sizes of pack.\nAction: click[W000000003]",
    "Observation: Instruction: [SEP] i need a two pack of steel water bottles [SEP] Back to Search [SEP] < Prev [SEP] size [SEP] 1 pack [SEP] 2 pack [SEP] Steel Water Bottle [SEP] Price: $21.00 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now",
    "Thought: I choose the two pack.\nAction: click[2 pack]",
    "Observation: Instruction: [SEP] i need a two pack of steel water bottles [SEP] Back to Search [SEP] < Prev [SEP] size [SEP] 1 pack [SEP] 2 pack [SEP] Steel Water Bottle [SEP] Price: $21.00 [SEP] Rating: N.A. [SEP] Description [SEP] Features [SEP] Reviews [SEP] Buy Now",
    "Thought: All that was asked for is chosen.\nAction: click[Buy Now]",
  ),
];

/** The messages before the first observation. */
export const instructed = (instruction: string): Message[] => dialogue(instruction, "OK");

/**
 * The same with two examples in the instruction's own message, for a model that was not trained on the task. Default:
 * two examples of ours; others come from `fewShotTexts` or `exampleText`.
 */
export function householdTwoShot(examples: readonly string[] = HOUSEHOLD_EXAMPLES): Message[] {
  const shown = examples.map((example, i) => `Example ${i + 1}:\n${example}`).join("\n\n");
  return instructed(`${HOUSEHOLD_INSTRUCTION}\n\nTasks that were fulfilled:\n\n${shown}\n\nThe next task is yours.`);
}

/** As `householdTwoShot`, with the examples as messages. */
export function shopTwoShot(examples: readonly (readonly Message[])[] = SHOP_EXAMPLES): Message[] {
  return [...instructed(SHOP_INSTRUCTION), ...examples.flat()];
}

/** A trajectory as an example in a prompt. */
export const exampleText = (trajectory: Pick<Trajectory, "turns">): string =>
  conversationOf(trajectory)
    .map(({ content }) => content)
    .join("\n");

const FEW_SHOT_KINDS: readonly (readonly [type: string, kind: string])[] = [
  ["pick_and_place", "put"],
  ["pick_clean_then_place", "clean"],
  ["pick_heat_then_place", "heat"],
  ["pick_cool_then_place", "cool"],
  ["look_at_obj", "examine"],
  ["pick_two_obj", "puttwo"],
];

/**
 * The two published examples for an ALFWorld task type. Throws `UserError` for another type, or where they are missing.
 * @param published the content of `alfworld_task_fewshots.json`
 */
export function fewShotTexts(published: Readonly<Record<string, string>>, taskType: string): string[] {
  const kind = FEW_SHOT_KINDS.find(([type]) => taskType.includes(type))?.[1];
  if (kind === undefined) throw new UserError(`${taskType} is no task type of ALFWorld`);
  return [`react_${kind}_1`, `react_${kind}_0`].map((name) => {
    if (name in published) return published[name];
    throw new UserError(`the few-shot file has no ${name}`);
  });
}

/** An example text as messages: first observation, then agent and observation in turn. */
export function messagesOfExample(text: string): Message[] {
  return text
    .split(/\n(?=Thought:)|\n(?=Observation:)/)
    .reduce<string[][]>((turns, part) => {
      const last = turns.at(-1);
      // An agent's turn is a thought and the action after it.
      if (last && part.startsWith("Thought:") === last[0].startsWith("Thought:") && turns.length > 1) last.push(part);
      else turns.push([part]);
      return turns;
    }, [])
    .map((parts, i): Message => ({ role: i % 2 === 0 ? "user" : "assistant", content: parts.join("\n") }));
}

/** What takes the place of the household's answer when the agent is to think again. */
export const RECONSIDER_HOUSEHOLD = `Observation: Your action was not executed: something is wrong with it. Think again about where you are and what the
task needs, and choose another action. Answer in exactly this form:

Thought: Let's think step by step. <your reasoning>
Action: <the action that you choose now>`;

/** The same for the web shop, where the agent is told which action it was. */
export const reconsiderShop = (
  action: string,
): string => `Observation: Your action was not executed: something is wrong with it. Think again about the page that you see and
what the request needs, and choose another action. What you click must be on the page.
Your last action was ${action}
Answer in exactly this form:

Thought: Let's think step by step. <your reasoning>
Action: <the action that you choose now>`;

function dialogue(...contents: string[]): Message[] {
  return contents.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content }));
}
