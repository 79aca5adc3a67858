import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../base/index.ts";
import { createShopGenerator } from "./generator.ts";
import { generateProducts } from "./products.ts";
import { fill, ourShopWords, readShopVocabulary, SHOP_FILES } from "./vocabulary.ts";

const numbers = Array.from({ length: 300 }, (_, index) => index);

describe("generateProducts", () => {
  const products = generateProducts(4);

  it("makes more than a thousand different products, the same for the same seed", () => {
    expect(products.length).toBe(1170);
    expect(new Set(products.map(({ asin }) => asin)).size).toBe(1170);
    expect(new Set(products.map(({ title }) => title)).size).toBeGreaterThan(1150);
    expect(generateProducts(4)).toEqual(products);
    expect(generateProducts(5)[0]).not.toEqual(products[0]);
  });

  it("makes each whole", () => {
    for (const product of products) {
      expect(product.asin).toMatch(/^W[0-9A-Z]{9}$/);
      expect(product.attributes.length).toBeGreaterThanOrEqual(4);
      expect(product.bullets.length).toBe(product.attributes.length + 1);
      const features = product.bullets.join(" ").toLowerCase();
      for (const attribute of product.attributes) expect(features).toContain(attribute);
      expect(product.options.size).toBeGreaterThan(0);
      for (const values of product.options.values()) expect(new Set(values).size).toBe(values.length);
      expect(product.price >= product.prices[0] && product.price <= product.prices.at(-1)!).toBe(true);
      expect(product.productCategory.split(" › ").length).toBeGreaterThanOrEqual(3);
      expect(`${product.title} ${product.description} ${product.bullets.join(" ")}`).not.toMatch(/[{}]|undefined/);
    }
  });
});

describe("createShopGenerator", () => {
  it("asks for other products in each split of one shop", () => {
    const sets = (["train", "valid", "test"] as const).map((split) => {
      const source = createShopGenerator({ seed: 4, split, wording: "mixed" });
      expect(source.catalogue).toBe(createShopGenerator({ seed: 4, split: "train" }).catalogue);
      return { asins: new Set(numbers.map((index) => source.goal(index).asin)), goal: source.goal(0) };
    });
    for (const one of sets)
      for (const two of sets) if (one !== two) expect([...one.asins].some((asin) => two.asins.has(asin))).toBe(false);
    expect(sets.map(({ goal }) => goal.split)).toEqual(["train", "valid", "test"]);
  });

  it("words goals as asked, the same whenever they are asked for", () => {
    const synthetic = createShopGenerator({ seed: 4, split: "train" });
    const human = createShopGenerator({ seed: 4, split: "train", wording: "human" });
    for (const index of numbers) {
      const [one, two] = [synthetic.goal(index), human.goal(index)];
      expect([one.wording, two.wording]).toEqual(["synthetic", "human"]);
      for (const { name, value } of one.options) expect(one.instruction).toContain(`${name}: ${value}`);
      for (const { name, value } of two.options) {
        expect(name).toBeUndefined();
        expect(two.instruction).toContain(value);
      }
      expect(two.instruction).toMatch(/^[a-z]/);
      expect(two.instruction).not.toMatch(/ {2}| ,|,,|[{}]|\. *,/);
      expect(two.priceUpper).toBeGreaterThan(human.catalogue.product(two.asin)!.price);
    }
    expect(human.goal(7)).toEqual(createShopGenerator({ seed: 4, split: "train", wording: "human" }).goal(7));
    const mixed = createShopGenerator({ seed: 4, split: "train", wording: "mixed" });
    expect(new Set(numbers.map((index) => mixed.goal(index).wording))).toEqual(new Set(["human", "synthetic"]));
  });
});

describe("the vocabulary", () => {
  it("says which list is missing", () => {
    const { vocabulary } = ourShopWords();
    const file = path.join(os.tmpdir(), `waymark-shop-vocabulary-${process.pid}.json`);
    fs.writeFileSync(
      file,
      JSON.stringify({ ...vocabulary, values: { ...vocabulary.values, "shoe sizes": undefined } }),
    );
    expect(() => readShopVocabulary(file)).toThrow(
      /kind "women's sandals": option size: there is no list "shoe sizes"/,
    );
    fs.rmSync(file);
    expect(readShopVocabulary(SHOP_FILES[0])).toEqual(vocabulary);
  });

  it("fills every place or says which", () => {
    expect(fill("a {b} {b}", { b: "c" })).toBe("a c c");
    expect(() => fill("a {toString}", {})).toThrow(UserError);
  });
});
