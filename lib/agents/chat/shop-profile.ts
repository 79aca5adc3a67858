import { agentText, type Turn } from "../../trajectory/index.ts";
import type { Example, Profile } from "./profile.ts";

/** WebShop. @param examples default: none, as for trained agents */
export function shopProfile({ examples = [] }: { readonly examples?: readonly Example[] } = {}): Profile {
  return {
    environment: "shop",
    stepLimit: 10,
    instruction: INSTRUCTION,
    instructionRole: "user",
    examples,
    shown: (observation) => `Observation:\n${observation}`,
    command: (said) => said.trim(),
    kind: (command) => {
      const [, name = "", value = ""] = /^(\w+)\[(.*)\]$/s.exec(command.trim().toLowerCase()) ?? [];
      return BUTTONS.has(value) ? `${name} ${value}` : name;
    },
    complaint: "Format error: the answer must hold a line that begins with 'Action: '.",
    selectorSees: "last observation",
  };
}

/** What every shop page may have; other values are products and options. */
const BUTTONS = new Set([
  ...["back to search", "next >", "< prev", "description", "features", "reviews", "attributes", "buy now"],
]);

const INSTRUCTION = `You shop on a web site that is shown to you as text: buy the product that fits the instruction best.
Each page is given as its visible texts with [SEP] between them. After each action you see the next page.
Answer each time with a thought about what is needed next, and with exactly one action:

Thought: your thought
Action: your action

There are two actions:
search[keywords]  on the start page: finds products by keywords
click[value]      on any page: a button, a product's number, or an option's value, as it stands on the page

Choose the options that the instruction asks for before you buy. click[Buy Now] ends the task. An action that is not
possible leaves the page as it is.`;

const GOAL = "i need a blue cotton pillow cover, 18 inch, and price lower than 20.00 dollars";
const HEAD = `Instruction: [SEP] ${GOAL} [SEP] Back to Search`;
const ITEM =
  `${HEAD} [SEP] < Prev [SEP] color [SEP] blue [SEP] grey [SEP] size [SEP] 16 inch [SEP] 18 inch [SEP] ` +
  "Plain Cotton Pillow Cover, Set of One [SEP] Price: $11.50 [SEP] Rating: N.A. [SEP] Description [SEP] Features " +
  "[SEP] Reviews [SEP] Buy Now";
const LAMP = "[SEP] B0EXAMPLE2 [SEP] Pillow Shaped Night Lamp, Blue [SEP] $23.00";

/** An example of our own, with a product that we made up. */
export function shopExample(): Example {
  const turn = (thought: string, action: string): Turn => ({
    role: "assistant",
    content: agentText(thought, action),
    thought,
    action,
  });
  const page = (content: string): Turn => ({ role: "user", content });
  return [
    page(`WebShop [SEP] Instruction: [SEP] ${GOAL} [SEP] Search`),
    turn("I search for the product with its most telling words.", "search[blue cotton pillow cover 18 inch]"),
    page(
      `${HEAD} [SEP] Page 1 (Total results: 2) [SEP] Next > [SEP] B0EXAMPLE1 [SEP] Plain Cotton Pillow Cover, Set of One ` +
        `[SEP] $11.50 ${LAMP}`,
    ),
    turn("The first one is a cotton pillow cover below 20 dollars.", "click[B0EXAMPLE1]"),
    page(ITEM),
    turn("It comes in blue, which is asked for.", "click[blue]"),
    page(ITEM),
    turn("The size has to be 18 inch.", "click[18 inch]"),
    page(ITEM),
    turn("Kind, colour, size and price fit.", "click[Buy Now]"),
  ];
}
