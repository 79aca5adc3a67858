import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { testDataFolder } from "../../base/index.ts";
import * as pages from "./pages.ts";
import { plainText, richText, type Piece } from "./pieces.ts";
import { priceTag, type Product } from "./product.ts";
import { testProduct } from "./test-products.ts";

interface RawProduct {
  readonly asin: string;
  readonly Title: string;
  readonly Price: string;
  readonly options: Record<string, string[]>;
  readonly Description: string;
  readonly BulletPoints: string[];
  readonly Attributes: string[];
}
interface Case {
  readonly products: RawProduct[];
  readonly instruction: string;
  readonly chosen: Record<string, string>;
  readonly reward: number;
  readonly pages: Record<string, { text: string; text_rich: string; clickable: string[] }>;
}
const CASES = JSON.parse(fs.readFileSync(new URL("fixtures/pages.json", import.meta.url), "utf8")) as Case[];

const productOf = (raw: RawProduct): Product =>
  testProduct({
    asin: raw.asin,
    title: raw.Title,
    prices: [...raw.Price.matchAll(/[\d.]+/g)].map(([price]) => Number(price)),
    options: new Map(Object.entries(raw.options)),
    description: raw.Description,
    bullets: raw.BulletPoints,
    attributes: raw.Attributes,
  });

describe("pages", () => {
  it.each(CASES.map((each, index) => ({ ...each, index })))("are WebShop's, byte for byte: case $index", (each) => {
    const { instruction, reward } = each;
    const products = each.products.map(productOf);
    const chosen = new Map(Object.entries(each.chosen));
    const eleven = Array.from({ length: 11 }, () => products[0]);
    const own: Record<string, Piece[]> = {
      start: pages.startPage(instruction),
      results: pages.resultsPage(instruction, products, 1),
      "page 2": pages.resultsPage(instruction, eleven, 2),
      item: pages.itemPage(instruction, products[0], false),
      ...Object.fromEntries(pages.SUB_PAGES.map((name) => [name, pages.subPage(instruction, products[0], name)])),
      done: pages.donePage(products[0].asin, chosen, reward),
    };
    const isClicked = ({ kind, text }: Piece) =>
      kind === "link" ? text === products[0].asin : pages.asciiJson(chosen).includes(`"${text}"`);
    expect(Object.keys(own).sort()).toEqual(Object.keys(each.pages).sort());
    for (const [name, { text, text_rich }] of Object.entries(each.pages)) {
      expect([name, plainText(own[name])]).toEqual([name, text]);
      expect([name, richText(own[name], isClicked)]).toEqual([name, text_rich]);
    }
  });

  it("print prices as Python prints floats", () => {
    const tags = [[], [5], [1112], [19.99], [5, 7.5], [0.1 + 0.2]].map((prices) => priceTag({ prices }));
    expect(tags).toEqual(["$100.0", "$5.0", "$1112.0", "$19.99", "$5.0 to $7.5", "$0.30000000000000004"]);
  });
});

interface Message {
  readonly role: string;
  readonly content: string;
}

describe("published conversations", () => {
  it.for(["two_shot.json", "webshop_icl.json"])(
    "%s has the pages that its products would have here",
    (name, context) => {
      const folder = testDataFolder();
      const file = path.join(folder ?? "", "knowself", "webshop", name);
      if (folder === null || !fs.existsSync(file)) context.skip(`${name} is not in the data folder`);
      const conversations = JSON.parse(fs.readFileSync(file, "utf8")) as Message[][];
      const seen: string[] = [];
      for (const conversation of conversations) {
        for (const { role, content } of conversation) {
          if (role !== "user") continue;
          const text = content.replace(/^Observation:\s/, "");
          const again = rebuilt(text);
          expect(again.text).toBe(text);
          seen.push(again.kind);
        }
      }
      expect(new Set(seen)).toEqual(new Set(["start", "results", "item"]));
    },
  );
});

/** Makes the page anew from products read off its text. */
function rebuilt(text: string): { kind: string; text: string } {
  const parts = text.split(" [SEP] ");
  if (parts[0] === "WebShop") return { kind: "start", text: plainText(pages.startPage(parts[2])) };
  const number = /^Page (\d+) \(Total results: (\d+)\)$/.exec(parts[3]);
  const priceOf = (tag: string): number[] => [...tag.matchAll(/[\d.]+/g)].map(([price]) => Number(price));
  if (number) {
    const listed = Array.from({ length: (parts.length - 5) / 3 }, (_, index) => {
      const [asin, title, tag] = parts.slice(5 + 3 * index, 8 + 3 * index);
      return testProduct({ asin, title, prices: priceOf(tag) });
    });
    const results = Array.from({ length: Number(number[2]) }, (_, index) => listed[index] ?? testProduct());
    return { kind: "results", text: plainText(pages.resultsPage(parts[1], results, Number(number[1]))) };
  }
  const price = parts.findIndex((part) => part.startsWith("Price: "));
  const product = testProduct({
    title: parts[price - 1],
    prices: priceOf(parts[price]),
    options: new Map([[parts[4], parts.slice(5, price - 1)]]),
  });
  return { kind: "item", text: plainText(pages.itemPage(parts[1], product, false)) };
}
