import type { StepPair } from "../trajectory/index.ts";
import type { Lesson } from "./lesson.ts";
import { actionText, before } from "./pair-text.ts";

interface ShopAction {
  readonly verb: string;
  readonly value: string;
}

/** A pair of WebShop: the page that both saw, what was right and what was done. */
interface ShopStep {
  readonly page: "start" | "results" | "product" | "details";
  readonly right: ShopAction;
  readonly other: ShopAction;
}

const BUY = "buy now";
const BACK = new Set(["back to search", "< prev"]);
const DETAILS = new Set(["description", "features", "reviews", "attributes"]);
const isOption = ({ verb, value }: ShopAction): boolean =>
  verb === "click" && value !== BUY && value !== "next >" && !BACK.has(value) && !DETAILS.has(value);

/** In this order: the first that applies is what a pair teaches. */
export const SHOP_LESSONS: readonly Lesson<ShopStep>[] = [
  {
    rule: "When the agent begins to shop, the agent should search with the few words that name the product and what sets it apart.",
    type: "Error",
    applies: ({ page, right }) => right.verb === "search" && page === "start",
  },
  {
    rule: "When no product in the results can meet the task, the agent should search again with other words.",
    type: "Error",
    applies: ({ right }) => right.verb === "search",
  },
  {
    rule: "When the product and every option that the task asks for are chosen, the agent should buy it now and look no further.",
    type: "Success Process",
    applies: ({ right }) => right.value === BUY,
  },
  {
    rule: "When an option that the task asks for is not chosen yet, the agent should choose it before it buys.",
    type: "Success Process",
    applies: ({ page, right, other }) => page === "product" && isOption(right) && other.value === BUY,
  },
  {
    rule: "When a product page offers several options, the agent should choose the one whose words come closest to the task.",
    type: "Error",
    applies: ({ page, right }) => page === "product" && isOption(right),
  },
  {
    rule: "When the product lacks something that the task asks for, the agent should go back to the results and choose another.",
    type: "Error",
    applies: ({ right }) => BACK.has(right.value),
  },
  {
    rule: "When no product on this page of the results fits, the agent should turn to the next page.",
    type: "Error",
    applies: ({ right }) => right.value === "next >",
  },
  {
    rule: "When the title leaves open whether a product has what the task asks for, the agent should read its description or features.",
    type: "Error",
    applies: ({ right }) => DETAILS.has(right.value),
  },
  {
    rule: "When the agent sees search results, the agent should compare titles and prices with the task and open the product that meets most of it.",
    type: "Error",
    applies: ({ page, right }) => page === "results" && right.verb === "click",
  },
];

/** Reads a pair of WebShop; null where an action is none of its two. */
export function readShopStep(pair: StepPair): ShopStep | null {
  const [right, other] = [readShopAction(pair.golden_action), readShopAction(pair.explore_action)];
  return right && other ? { page: shopPage(before(pair).at(-1)?.content ?? ""), right, other } : null;
}

export function readShopAction(text: string): ShopAction | null {
  const [, verb, value] = /^(search|click)\[(.*)\]\W*$/i.exec(actionText(text)) ?? [];
  return verb === undefined ? null : { verb: verb.toLowerCase(), value: value.trim().toLowerCase() };
}

/** The kind of page that an observation shows. */
export function shopPage(observation: string): ShopStep["page"] {
  if (/\bbuy now\b/i.test(observation)) return "product";
  if (/\bpage \d+ \(total results/i.test(observation)) return "results";
  return /\[SEP\] < prev\b/i.test(observation) ? "details" : "start";
}
