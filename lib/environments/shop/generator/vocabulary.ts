import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { UserError } from "../../../base/index.ts";

const texts = z.array(z.string()).min(1);
const kindSchema = z.strictObject({
  query: z.string(),
  category: z.string(),
  path: z.string(),
  noun: z.string(),
  /** Name of a list of attributes. */
  attributes: z.string(),
  /** Option name to the name of a list of values. */
  options: z.record(z.string(), z.string()),
  /** Lowest and highest, in dollars. */
  price: z.tuple([z.number().positive(), z.number().positive()]),
  uses: texts.min(2),
  parts: texts,
});
const vocabularySchema = z.strictObject({
  attributes: z.record(z.string(), texts.min(5)),
  /** How people say an attribute after "that". */
  said: z.record(z.string(), texts),
  values: z.record(z.string(), texts),
  /** Lists of values of which a product has a stretch, such as sizes. */
  ordered: z.array(z.string()),
  brands: z.strictObject({ first: texts, second: texts }),
  lines: texts,
  kinds: z.array(kindSchema).min(1),
});
const wordingSchema = z.strictObject({
  titles: texts,
  descriptions: texts,
  bullets: texts,
  lastBullets: texts,
  synthetic: texts,
  human: texts,
  options: z.record(z.string(), texts),
});

/** A kind of product, such as women's sandals. */
export type ProductKind = z.infer<typeof kindSchema>;
export type ShopVocabulary = z.infer<typeof vocabularySchema>;
/** Sentences with places to fill, such as `{brand}`. */
export type ShopWording = z.infer<typeof wordingSchema>;

const FOLDER = new URL("../../../../data/shop/", import.meta.url);
export const SHOP_FILES = ["vocabulary.json", "wording.json"].map((name) => fileURLToPath(new URL(name, FOLDER)));

let ours: { readonly vocabulary: ShopVocabulary; readonly wording: ShopWording } | undefined;

/** The project's own products and sentences, from `SHOP_FILES`. */
export function ourShopWords(): NonNullable<typeof ours> {
  ours ??= { vocabulary: readShopVocabulary(SHOP_FILES[0]), wording: readJson(SHOP_FILES[1], wordingSchema) };
  return ours;
}

/** Reads a vocabulary and checks that every list it names is there. */
export function readShopVocabulary(file: string): ShopVocabulary {
  const vocabulary = readJson(file, vocabularySchema);
  const demand = (lists: object, name: string, where: string): void => {
    if (!Object.hasOwn(lists, name)) throw new UserError(`${file}: ${where}: there is no list "${name}"`);
  };
  for (const { query, attributes, options } of vocabulary.kinds) {
    demand(vocabulary.attributes, attributes, `kind "${query}": attributes`);
    for (const [name, list] of Object.entries(options))
      demand(vocabulary.values, list, `kind "${query}": option ${name}`);
  }
  for (const list of vocabulary.ordered) demand(vocabulary.values, list, "ordered");
  return vocabulary;
}

/** A sentence with its places filled. Throws where a place has no filling. */
export function fill(sentence: string, fillings: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => {
    if (!Object.hasOwn(fillings, name)) throw new UserError(`"${sentence}": nothing is known to fill ${place} with`);
    return fillings[name];
  });
}

function readJson<T>(file: string, schema: z.ZodType<T>): T {
  const result = schema.safeParse(JSON.parse(fs.readFileSync(file, "utf8")));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(`${file}: ${issue.path.join(".")}: ${issue.message}`);
}
