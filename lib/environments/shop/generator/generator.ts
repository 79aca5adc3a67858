import { createRandom, type Random } from "../../../base/index.ts";
import { Catalogue } from "../catalogue.ts";
import { goalSentence, priceClause, priceLimit, type GoalOption, type GoalWording, type ShopGoal } from "../goal.ts";
import type { Product } from "../product.ts";
import { Shop, type ShopOptions } from "../shop.ts";
import { generateProducts, PRODUCTS_PER_KIND } from "./products.ts";
import { fill, ourShopWords } from "./vocabulary.ts";

export type ShopSplit = "train" | "valid" | "test";

export interface ShopGeneratorOptions {
  readonly seed: number;
  readonly split: ShopSplit;
  /** Default `synthetic`; `mixed`: half of them in human wording. */
  readonly wording?: GoalWording | "mixed";
}

/** An unlimited, numbered supply of goals in one shop. */
export interface ShopSource {
  /** All splits of a seed search the same products. */
  readonly catalogue: Catalogue;
  /** The goal with this number; the same whenever and in whatever order it is asked for. */
  goal(index: number): ShopGoal;
  environment(index: number, options?: ShopOptions): Shop;
}

let last: { readonly seed: number; readonly catalogue: Catalogue } | undefined;

/** Goals in a shop of our own. Splits ask for different products: 70 % of each kind are `train`, 10 % `valid`, 20 % `test`. */
export function createShopGenerator(options: ShopGeneratorOptions): ShopSource {
  const { seed, split, wording = "synthetic" } = options;
  if (last?.seed !== seed) last = { seed, catalogue: new Catalogue(generateProducts(seed)) };
  const { catalogue } = last;
  const products = catalogue.products.filter((_, index) => splitOf(index % PRODUCTS_PER_KIND) === split);
  const goal = (index: number): ShopGoal => {
    const random = createRandom(seed, `shop/${split}/${index}`);
    const human = wording === "mixed" ? random.chance(0.5) : wording === "human";
    const id = `shop-${split}-${seed}-${wording}-${index}`;
    return drawGoal(random.pick(products), human ? "human" : "synthetic", { id, split }, random);
  };
  return { catalogue, goal, environment: (index, shopOptions) => new Shop(catalogue, goal(index), shopOptions) };
}

const splitOf = (number: number): ShopSplit => (number % 10 < 7 ? "train" : number % 10 === 7 ? "valid" : "test");

function drawGoal(
  product: Product,
  wording: GoalWording,
  names: Pick<ShopGoal, "id" | "split">,
  random: Random,
): ShopGoal {
  const attributes = random.sample(product.attributes, 1 + random.int(3));
  const named = [...product.options].sort(([a], [b]) => (a < b ? -1 : 1));
  const asked = wording === "human" ? named.filter(() => random.chance(0.8)) : named;
  const options = asked.map(([name, values]) => ({ name, value: random.pick(values) }));
  const priceUpper = priceLimit(product.price, (limits) => random.sample(limits, 2));
  const { query, category, title: name, productCategory, asin } = product;
  return {
    ...names,
    asin,
    source: "generated",
    wording,
    category,
    query,
    name,
    productCategory,
    attributes,
    options: wording === "human" ? options.map(({ value }) => ({ value })) : options,
    priceUpper,
    weight: 1,
    instruction:
      wording === "human"
        ? humanSentence(query, attributes, options, random) + priceClause(priceUpper)
        : goalSentence(syntheticWish(query, attributes, random), options, priceUpper),
  };
}

function syntheticWish(query: string, attributes: readonly string[], random: Random): string {
  return fill(random.pick(ourShopWords().wording.synthetic), { query, attributes: attributes.join(", ") });
}

/** As a person would say it: options without their names, attributes at times in other words than the product's. */
function humanSentence(
  query: string,
  attributes: readonly string[],
  options: readonly Required<GoalOption>[],
  random: Random,
): string {
  const { vocabulary, wording } = ourShopWords();
  const said = attributes.map((attribute) => {
    const ways = vocabulary.said[attribute] as string[] | undefined;
    return ways ? random.pick(ways) : `are ${attribute}`;
  });
  const stated = options.map(({ name, value }) => fill(random.pick(wording.options[name]), { value }));
  const sentence = fill(random.pick(wording.human), {
    query,
    attributes: attributes.join(" and "),
    said: said.join(" and "),
    options: stated.join(""),
  });
  return sentence
    .replace(/([.?]) ?, /g, "$1 ")
    .replace(/ +([,.])/g, "$1")
    .replace(/ +/g, " ")
    .replace(/[. ]+$/, "");
}
