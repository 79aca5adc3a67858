/** A product as WebShop's pages and reward see it. */
export interface Product {
  /** Ten letters or digits. */
  readonly asin: string;
  readonly title: string;
  readonly description: string;
  readonly bullets: readonly string[];
  /** No price, one price, or the lowest and the highest, in dollars. */
  readonly prices: readonly number[];
  /** What the reward takes for the price: of a range, one number drawn from it. */
  readonly price: number;
  /** Option name to its values, all in small letters, in the order of the page. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** Known features, such as "machine washable": hidden from the agent, compared by the reward. */
  readonly attributes: readonly string[];
  /** The department, such as "fashion". */
  readonly category: string;
  /** The search that such products are found with, such as "women's sandals". */
  readonly query: string;
  /** From the department down, such as "Clothing › Women › Shoes". */
  readonly productCategory: string;
  /** Stars; null where unknown, as WebShop always has it. */
  readonly rating: number | null;
}

/** What WebShop charges where a product has no price. */
export const MISSING_PRICE = 100;

/** `$5.0`, `$5.0 to $7.5`, or `$100.0` where there is none. */
export function priceTag({ prices }: Pick<Product, "prices">): string {
  const [low = MISSING_PRICE, high] = prices;
  return high === undefined ? `$${pythonFloat(low)}` : `$${pythonFloat(low)} to $${pythonFloat(high)}`;
}

/** A number as Python prints a float: `5.0`, `19.99`. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** An option's value as WebShop shows it. */
export const optionValue = (value: string): string => value.trim().replaceAll("/", " | ").toLowerCase();
