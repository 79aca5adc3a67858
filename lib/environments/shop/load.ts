import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { createRandom, UserError } from "../../base/index.ts";
import { Catalogue } from "./catalogue.ts";
import { goalSentence, optionCombinations, priceClause, priceLimit, withWeights } from "./goal.ts";
import type { GoalWording, ShopGoal } from "./goal.ts";
import { MISSING_PRICE, optionValue, type Product } from "./product.ts";
import { pythonShuffle } from "./python-random.ts";

const HINT = "data/README.md says where WebShop's files come from and how to lay them out";

/** Files of WebShop in the folder `webshop` of a data folder: the whole small set, or a sample of its products. */
export const WEBSHOP_FILES = {
  products: ["items_shuffle_1000.json", "products-394.json"],
  attributes: ["items_ins_v2_1000.json"],
  humanGoals: ["items_human_ins.json"],
  sentences: ["human_goals.json"],
} as const;

/** The first of the files for this purpose that the data folder has; null where it has none. */
export function findWebShopFile(dataFolder: string, purpose: keyof typeof WEBSHOP_FILES): string | null {
  const files = WEBSHOP_FILES[purpose].map((name) => path.join(dataFolder, "webshop", name));
  return files.find((file) => fs.existsSync(file)) ?? null;
}

export interface PublishedShop {
  readonly catalogue: Catalogue;
  /** In WebShop's order for these products (shuffled with its seed 233); the number of a goal ends its id. */
  readonly goals: readonly ShopGoal[];
}

export interface PublishedShopOptions {
  readonly wording: GoalWording;
  /** For what WebShop draws without a fixed seed: prices within a range and price limits. Default 0. */
  readonly seed?: number;
}

/**
 * WebShop's products and goals from the data folder. Splits are WebShop's: of the shuffled goals the first 500 are `test`, the
 * next 1,000 `valid`, the rest `train`. Human goals need `items_human_ins.json`, which says which product each belongs to:
 * sentences alone cannot be scored (`loadHumanSentences`). Published lists of goal numbers, such as KnowSelf's, count the
 * 12,087 human goals of the full 1.18 million products in their order, and mean other goals here.
 */
export function loadPublishedShop(dataFolder: string, { wording, seed = 0 }: PublishedShopOptions): PublishedShop {
  const attributes = readChecked(demandFile(dataFolder, "attributes"), z.record(z.string(), attributesSchema));
  const file = demandFile(dataFolder, "products");
  const products = readProducts(file, attributes, seed);
  const goals =
    wording === "human"
      ? humanGoals(products, readChecked(demandFile(dataFolder, "humanGoals"), humanSchema), seed)
      : syntheticGoals(products, attributes, seed);
  const shuffled = pythonShuffle(withWeights(goals), 233).map((goal, index) => ({
    ...goal,
    id: `webshop-${wording}-${index}`,
    split: index < 500 ? "test" : index < 1500 ? "valid" : "train",
    weight: wording === "human" ? 1 : goal.weight,
  }));
  return { catalogue: new Catalogue(products), goals: shuffled };
}

/** WebShop's human goal sentences without products: wordings to look at or to write prompts from, not tasks. */
export function loadHumanSentences(dataFolder: string): string[] {
  return readChecked(demandFile(dataFolder, "sentences"), z.array(z.string()));
}

const attributesSchema = z.object({
  attributes: z.array(z.string()).optional(),
  instruction: z.string().nullish(),
  instruction_attributes: z.array(z.string()).nullish(),
});
type Attributes = Readonly<Record<string, z.infer<typeof attributesSchema>>>;

const humanSchema = z.record(
  z.string(),
  z.array(
    z.object({
      instruction: z.string(),
      instruction_attributes: z.array(z.string()),
      instruction_options: z.array(z.string()),
    }),
  ),
);

const optionsSchema = z.record(z.string(), z.array(z.object({ value: z.string() })).nullable());
const productSchema = z.object({
  asin: z.string(),
  name: z.string(),
  full_description: z.string(),
  small_description: z.union([z.array(z.string()), z.string()]),
  pricing: z.string().nullish(),
  customization_options: z.union([optionsSchema, z.literal("")]).nullish(),
  product_category: z.string(),
  category: z.string(),
  query: z.string(),
  /** Of the sample: `original`, or which list of options was replaced by invented values. */
  _options: z.string().optional(),
});

function readProducts(file: string, attributes: Attributes, seed: number): Product[] {
  const seen = new Set<string>();
  return readChecked(file, z.array(productSchema)).flatMap((row, index) => {
    if (row.asin === "nan" || row.asin.length > 10 || seen.has(row.asin)) return [];
    seen.add(row.asin);
    const prices = readPrices(row.pricing ?? "", `${file}: product ${index} (${row.asin}): pricing`);
    const [low = MISSING_PRICE, high = low] = prices;
    const random = createRandom(seed, `webshop/price/${row.asin}`);
    return [
      {
        asin: row.asin,
        title: row.name,
        description: row.full_description,
        bullets: typeof row.small_description === "string" ? [row.small_description] : row.small_description,
        prices,
        price: low + (high - low) * random.next(),
        options: readOptions(row),
        attributes: attributes[row.asin]?.attributes ?? ["DUMMY_ATTR"],
        category: row.category,
        query: row.query.toLowerCase().trim(),
        productCategory: row.product_category,
        rating: null,
      },
    ];
  });
}

/** `$1,299.00`, or a lower and a higher one, one after another. */
function readPrices(pricing: string, where: string): number[] {
  const prices = pricing
    .split("$")
    .slice(1, 3)
    .map((price) => Number(price.replace(/[^\d.]/g, "")));
  if (prices.some((price) => Number.isNaN(price))) throw new UserError(`${where} is ${JSON.stringify(pricing)}`);
  return prices;
}

/** Invented lists of the sample are left out: what remains is all of it real. */
function readOptions({ customization_options: lists, _options }: z.infer<typeof productSchema>): Product["options"] {
  const invented = /^(.*) replaced by/.exec(_options ?? "")?.[1].toLowerCase();
  const options = new Map<string, string[]>();
  for (const [name, values] of Object.entries(lists || {})) {
    if (values === null || name.toLowerCase() === invented) continue;
    options.set(
      name.toLowerCase(),
      values.map(({ value }) => optionValue(value)),
    );
  }
  return options;
}

const common = (product: Product) => ({
  id: "",
  asin: product.asin,
  split: "",
  source: "webshop",
  category: product.category,
  query: product.query,
  name: product.title,
  productCategory: product.productCategory,
  weight: 1,
});

function syntheticGoals(products: readonly Product[], attributes: Attributes, seed: number): ShopGoal[] {
  return products.flatMap((product) => {
    const { instruction, instruction_attributes: wanted } = attributes[product.asin] ?? {};
    if (instruction == null || wanted == null || wanted.length === 0) return [];
    const random = createRandom(seed, `webshop/limit/${product.asin}`);
    const priceUpper = priceLimit(product.price, (limits) => random.sample(limits, 2));
    return optionCombinations(product.options).map((options) => ({
      ...common(product),
      wording: "synthetic" as const,
      instruction: goalSentence(instruction, options, priceUpper),
      attributes: wanted,
      options,
      priceUpper,
    }));
  });
}

function humanGoals(products: readonly Product[], human: z.infer<typeof humanSchema>, seed: number): ShopGoal[] {
  return products.flatMap((product) =>
    (human[product.asin] ?? []).flatMap((row, index) => {
      if (row.instruction_attributes.length === 0) return [];
      const random = createRandom(seed, `webshop/limit/${product.asin}/${index}`);
      const priceUpper = priceLimit(product.price, (limits) => random.sample(limits, 2));
      return {
        ...common(product),
        wording: "human" as const,
        instruction: row.instruction.replace(/^\.+|\.+$/g, "") + priceClause(priceUpper),
        attributes: row.instruction_attributes,
        options: row.instruction_options.map((value) => ({ value })),
        priceUpper,
      };
    }),
  );
}

function demandFile(dataFolder: string, purpose: keyof typeof WEBSHOP_FILES): string {
  const file = findWebShopFile(dataFolder, purpose);
  if (file !== null) return file;
  const names = WEBSHOP_FILES[purpose].map((name) => path.join(dataFolder, "webshop", name)).join(" or ");
  const why = purpose === "humanGoals" ? " (human goals can only be scored with the products they belong to)" : "";
  throw new UserError(`${names} is not there${why}; ${HINT}`);
}

function readChecked<T>(file: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: not a JSON file (${(error as Error).message})`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${file}: field ${issue.path.join(".") || "(whole value)"}: ${issue.message}`);
}
