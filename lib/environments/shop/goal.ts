/** What a shopper is asked for, and what the purchase is compared with. */
export interface ShopGoal {
  readonly id: string;
  /** The product that the goal was made from; another that has all it asks for is as good. */
  readonly asin: string;
  /** The sentence that the agent sees. */
  readonly instruction: string;
  /** `synthetic`: put together from the product's data; `human`: worded as a person would. */
  readonly wording: GoalWording;
  readonly split: string;
  /** `generated` or `webshop`. */
  readonly source: string;
  readonly category: string;
  readonly query: string;
  readonly name: string;
  readonly productCategory: string;
  readonly attributes: readonly string[];
  readonly options: readonly GoalOption[];
  /** In dollars; `NO_PRICE_LIMIT` where the sentence states none. */
  readonly priceUpper: number;
  /** WebShop's weight for drawing goals at random. */
  readonly weight: number;
}

export type GoalWording = "synthetic" | "human";

/** Synthetic goals state an option by name and value, human ones by value only; the reward treats them differently. */
export interface GoalOption {
  readonly name?: string;
  readonly value: string;
}

export const NO_PRICE_LIMIT = 1_000_000;

/**
 * A price limit for a product: the higher of two that are drawn from the next four multiples of ten above its price, up to
 * 990; none where fewer than two are left. `sample` draws two different elements.
 */
export function priceLimit(price: number, sample: (items: readonly number[]) => readonly number[]): number {
  const above = Array.from({ length: 99 }, (_, index) => 10 * (index + 1)).filter((limit) => limit > price);
  return above.length < 2 ? NO_PRICE_LIMIT : Math.max(...sample(above.slice(0, 4)));
}

/** The sentence of a goal: what is wanted, ` with color: red, and size: 8`, and the price limit where there is one. */
export function goalSentence(wish: string, options: readonly GoalOption[], priceUpper: number): string {
  const stated = options.map(({ name, value }) => `${name}: ${value}`).join(", and ");
  return `${wish}${stated === "" ? "" : ` with ${stated}`}${priceClause(priceUpper)}`;
}

export function priceClause(priceUpper: number): string {
  return priceUpper === NO_PRICE_LIMIT ? "" : `, and price lower than ${priceUpper.toFixed(2)} dollars`;
}

/** Every choice of one value of each option, options in the order of their names, as WebShop enumerates them. */
export function optionCombinations(options: ReadonlyMap<string, readonly string[]>): GoalOption[][] {
  const names = [...options.keys()].sort();
  return names.reduce<GoalOption[][]>(
    (choices, name) => choices.flatMap((choice) => options.get(name)!.map((value) => [...choice, { name, value }])),
    [[]],
  );
}

/** WebShop's weights: goals whose attributes are rare among all goals are drawn more often. */
export function withWeights(goals: readonly ShopGoal[]): ShopGoal[] {
  const counts = new Map<string, number>();
  for (const { attributes } of goals) for (const each of attributes) counts.set(each, (counts.get(each) ?? 0) + 1);
  return goals.map((goal) => ({
    ...goal,
    weight: goal.attributes.reduce((sum, each) => sum + 1 / counts.get(each)!, 0) / goal.attributes.length,
  }));
}
