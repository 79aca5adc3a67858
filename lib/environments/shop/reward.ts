import { normalizeColour, normalizeNamedOption } from "./colours.ts";
import { tokenSetRatio } from "./fuzzy.ts";
import type { GoalOption, ShopGoal } from "./goal.ts";
import { nounsOf } from "./nouns.ts";
import type { Product } from "./product.ts";

/** Texts count as the same above this `tokenSetRatio`. */
const ALIKE = 85;

export interface ShopReward {
  /** In [0, 1]. */
  readonly reward: number;
  /** Factor for the right kind of product: 1, 0.5, 0.1 or 0. */
  readonly typeFactor: number;
  readonly titleScore: number;
  readonly attributeMatches: number;
  readonly optionMatches: number;
  readonly priceFits: boolean;
}

/**
 * WebShop's reward for buying `product` with the options `chosen` (values only):
 * `typeFactor · (attributes + options matched + price fits) / (attributes + options of the goal + 1)`.
 * Source: Yao et al. 2022, section 3, and `web_agent_site/engine/goal.py`; only the nouns of titles are found otherwise.
 */
export function shopReward(product: Product, chosen: readonly string[], goal: ShopGoal): ShopReward {
  const { typeFactor, titleScore } = typeMatch(product, goal);
  const attributeMatches = matchedAttributes(product, goal.attributes);
  const optionMatches = matchedOptions(chosen, goal.options);
  const priceFits = product.price <= goal.priceUpper;
  const wanted = goal.attributes.length + goal.options.length + 1;
  const reward = ((attributeMatches + optionMatches + (priceFits ? 1 : 0)) / wanted) * typeFactor;
  return { reward, typeFactor, titleScore, attributeMatches, optionMatches, priceFits };
}

type Kind = Pick<ShopGoal, "query" | "productCategory" | "name">;

/** The factor for the kind of product: same query, two common categories, or titles that share nouns. */
export function typeMatch(
  product: Pick<Product, "query" | "productCategory" | "title">,
  goal: Kind,
): Pick<ShopReward, "typeFactor" | "titleScore"> {
  const categories = (path: string): Set<string> => new Set(path.split("›").map((part) => part.trim()));
  const wantedCategories = categories(goal.productCategory);
  const common = [...categories(product.productCategory)].filter((part) => wantedCategories.has(part));
  const wanted = nounsOf(goal.name);
  const bought = new Set(nounsOf(product.title));
  const shared = new Set(wanted.filter((noun) => bought.has(noun))).size;
  const titleScore = wanted.length === 0 ? 0.2 : shared / wanted.length;
  if (titleScore === 0) return { typeFactor: 0, titleScore };
  if (titleScore < 0.1) return { typeFactor: 0.1, titleScore };
  const match = product.query === goal.query || common.length >= 2 || titleScore > 0.2;
  return { typeFactor: match ? 1 : 0.5, titleScore };
}

/** How many goal attributes are like one of the product's, or stand in its texts. */
export function matchedAttributes(
  product: Pick<Product, "attributes" | "title" | "bullets" | "description">,
  wanted: readonly string[],
): number {
  const texts = [product.title, product.bullets.join(" "), product.description].map((text) => text.toLowerCase());
  const has = (attribute: string): boolean =>
    product.attributes.some((own) => tokenSetRatio(own, attribute) > ALIKE) ||
    texts.some((text) => text.includes(attribute));
  return wanted.filter(has).length;
}

/** How many goal options are like one of the chosen, colours reduced to their first colour word. */
export function matchedOptions(chosen: readonly string[], wanted: readonly GoalOption[]): number {
  const own = chosen.map(normalizeColour);
  const has = ({ name, value }: GoalOption): boolean => {
    const option = name === undefined ? normalizeColour(value) : normalizeNamedOption(name, value);
    return own.some((each) => tokenSetRatio(each, option) > ALIKE);
  };
  return wanted.filter(has).length;
}
