import { createRandom, type Random } from "../../../base/index.ts";
import type { Product } from "../product.ts";
import { fill, ourShopWords, type ProductKind, type ShopVocabulary } from "./vocabulary.ts";

/** Products of each kind. */
export const PRODUCTS_PER_KIND = 26;

/**
 * The products of a shop of our own, the same for the same seed: those of a kind stand together. They share words and differ in
 * attributes, options and price, so that the first hit of a search is often not what was asked for.
 */
export function generateProducts(seed: number): Product[] {
  const { vocabulary } = ourShopWords();
  const taken = new Set<string>();
  return vocabulary.kinds.flatMap((kind) =>
    Array.from({ length: PRODUCTS_PER_KIND }, (_, number) => {
      const random = createRandom(seed, `shop/product/${kind.query}/${number}`);
      return drawProduct(kind, vocabulary, drawAsin(taken, random), random);
    }),
  );
}

/** Looks like a product number of WebShop's and is none: theirs begin with B or a digit. */
function drawAsin(taken: Set<string>, random: Random): string {
  const letters = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  for (;;) {
    const asin = `W${Array.from({ length: 9 }, () => letters[random.int(letters.length)]).join("")}`;
    if (taken.has(asin)) continue;
    taken.add(asin);
    return asin;
  }
}

function drawProduct(kind: ProductKind, vocabulary: ShopVocabulary, asin: string, random: Random): Product {
  const { wording } = ourShopWords();
  const brand = random.pick(vocabulary.brands.first) + random.pick(vocabulary.brands.second);
  const attributes = random.sample(vocabulary.attributes[kind.attributes], 4 + random.int(2));
  const [use, otherUse] = random.sample(kind.uses, 2);
  const part = random.pick(kind.parts);
  const line = random.pick(vocabulary.lines);
  const [first, second, third] = attributes;
  const words = { brand, line, noun: kind.noun, use, otherUse, part, first, second, third };
  const inTitle = { use: titleCase(use), part: titleCase(part), first: titleCase(first), second: titleCase(second) };
  const templates = random.shuffle(wording.bullets);
  const bullets = random
    .shuffle(attributes)
    .map((attribute, index) => sentence(fill(templates[index % templates.length], { ...words, attribute })));
  const prices = drawPrices(kind.price, random);
  const [low, high = low] = prices;
  return {
    asin,
    title: fill(random.pick(wording.titles), { ...words, ...inTitle }),
    description: sentence(fill(random.pick(wording.descriptions), { ...words, noun: kind.noun.toLowerCase() })),
    bullets: [...bullets, sentence(fill(random.pick(wording.lastBullets), words))],
    prices,
    price: low + (high - low) * random.next(),
    options: new Map(
      Object.entries(kind.options).map(([name, list]) => [
        name,
        drawValues(vocabulary.values[list], vocabulary.ordered.includes(list), random),
      ]),
    ),
    attributes,
    category: kind.category,
    query: kind.query,
    productCategory: kind.path,
    rating: (30 + random.int(21)) / 10,
  };
}

/** One price, or for every tenth product a lower and a higher one. */
function drawPrices([lowest, highest]: readonly [number, number], random: Random): number[] {
  const draw = (): number =>
    Math.floor(lowest + (highest - lowest) * random.next() ** 1.5) + random.pick([0, 0.49, 0.95, 0.99]);
  return random.chance(0.1) ? [draw(), draw()].sort((a, b) => a - b) : [draw()];
}

/** Some of a list, in its order: a stretch of sizes, any few colours. */
function drawValues(list: readonly string[], ordered: boolean, random: Random): string[] {
  const count = Math.min(list.length, 2 + random.int(5));
  if (ordered) {
    const start = random.int(list.length - count + 1);
    return list.slice(start, start + count);
  }
  const drawn = new Set(random.sample(list, count));
  return list.filter((value) => drawn.has(value));
}

const titleCase = (text: string): string =>
  text
    .replace(/(?<![\p{L}'])\p{L}/gu, (letter) => letter.toUpperCase())
    .replace(/\b(And|With|For|The|To|No)\b/g, (word) => word.toLowerCase());

/** Begins with a capital. */
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
