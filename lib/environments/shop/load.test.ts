import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDataFolder, UserError } from "../../base/index.ts";
import { findWebShopFile, loadHumanSentences, loadPublishedShop } from "./load.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-shop-"));
  fs.mkdirSync(path.join(folder, "webshop"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const write = (name: string, value: unknown) =>
  fs.writeFileSync(path.join(folder, "webshop", name), typeof value === "string" ? value : JSON.stringify(value));

const raw = (asin: string, more: object = {}) => ({
  asin,
  name: `Name ${asin}`,
  full_description: "text",
  small_description: ["one", "two"],
  pricing: "$1,299.50",
  customization_options: {
    Size: [{ value: " 6/7 XL " }, { value: "L" }],
    Color: [{ value: "Red" }, { value: "Blue" }],
    Fit: null,
  },
  product_category: "a › b",
  category: "fashion",
  query: " Men's Shoes ",
  ...more,
});

describe("loadPublishedShop, with the original layout", () => {
  it("names the file that is missing, and where it would come from", () => {
    expect(() => loadPublishedShop(folder, { wording: "synthetic" })).toThrow(UserError);
    expect(() => loadPublishedShop(folder, { wording: "synthetic" })).toThrow(
      /webshop[/\\]items_ins_v2_1000\.json is not there; data\/README\.md/,
    );
  });

  it("reads products, prices, options and synthetic goals", () => {
    write("items_ins_v2_1000.json", {
      A1: { attributes: ["soft sole"], instruction: "Find me shoes", instruction_attributes: ["soft sole"] },
      A2: { attributes: ["soft sole"], instruction: "Find me more", instruction_attributes: ["soft sole", "wide"] },
      A3: { attributes: [] },
    });
    write("items_shuffle_1000.json", [
      raw("A1"),
      raw("A1", { name: "again" }),
      raw("A2", { pricing: "$10.00$30.00", customization_options: "", small_description: "only one" }),
      raw("A3", { pricing: "" }),
      raw("A4", { pricing: null, _options: "size replaced by distractor values" }),
      raw("ELEVENCHARS"),
    ]);
    const { catalogue, goals } = loadPublishedShop(folder, { wording: "synthetic", seed: 1 });
    expect(catalogue.products.map(({ asin }) => asin)).toEqual(["A1", "A2", "A3", "A4"]);
    expect(catalogue.product("A1")).toMatchObject({
      title: "Name A1",
      prices: [1299.5],
      price: 1299.5,
      query: "men's shoes",
      rating: null,
      options: new Map([
        ["size", ["6 | 7 xl", "l"]],
        ["color", ["red", "blue"]],
      ]),
    });
    const range = catalogue.product("A2")!;
    expect(range.prices).toEqual([10, 30]);
    expect(range.price > 10 && range.price < 30).toBe(true);
    expect(range.bullets).toEqual(["only one"]);
    expect(catalogue.product("A3")).toMatchObject({ prices: [], price: 100, attributes: [] });
    expect(catalogue.product("A4")).toMatchObject({
      attributes: ["DUMMY_ATTR"],
      options: new Map([["color", ["red", "blue"]]]),
    });
    // Four goals of A1 (too dear for a limit) and one of A2, in Python's order for five.
    expect(goals.map(({ instruction }) => instruction.replace(/, and price.*/, ""))).toEqual([
      "Find me shoes with color: blue, and size: 6 | 7 xl",
      "Find me shoes with color: red, and size: 6 | 7 xl",
      "Find me shoes with color: blue, and size: l",
      "Find me more",
      "Find me shoes with color: red, and size: l",
    ]);
    const more = goals[3];
    expect(more.instruction).toMatch(/, and price lower than [2-6]0\.00 dollars$/);
    expect(more.priceUpper % 10 === 0 && more.priceUpper > range.price).toBe(true);
    expect(goals[0]).toMatchObject({
      id: "webshop-synthetic-0",
      split: "test",
      source: "webshop",
      priceUpper: 1_000_000,
    });
    // "soft sole" is asked for five times, "wide" once.
    expect(goals[0].weight).toBeCloseTo(1 / 5);
    expect(more.weight).toBeCloseTo((1 / 5 + 1) / 2);
    const again = loadPublishedShop(folder, { wording: "synthetic", seed: 1 });
    expect(again.goals).toEqual(goals);
  });

  it("reads human goals with their products, and says why it cannot without", () => {
    expect(() => loadPublishedShop(folder, { wording: "human" })).toThrow(
      /items_human_ins\.json is not there \(human goals/,
    );
    write("items_human_ins.json", {
      A2: [
        { instruction: "i want shoes.", instruction_attributes: ["wide"], instruction_options: ["red"] },
        { instruction: "left out", instruction_attributes: [], instruction_options: [] },
      ],
      A9: [{ instruction: "no product", instruction_attributes: ["x"], instruction_options: [] }],
    });
    const { goals } = loadPublishedShop(folder, { wording: "human" });
    expect(goals).toHaveLength(1);
    expect(goals[0]).toMatchObject({
      asin: "A2",
      wording: "human",
      attributes: ["wide"],
      options: [{ value: "red" }],
      weight: 1,
    });
    expect(goals[0].instruction).toMatch(/^i want shoes, and price lower than/);
  });

  it("names file and field of what is wrong", () => {
    write("items_shuffle_1000.json", [raw("A1"), raw("A2", { category: 5 })]);
    expect(() => loadPublishedShop(folder, { wording: "synthetic" })).toThrow(
      /items_shuffle_1000\.json: field 1\.category/,
    );
    write("items_shuffle_1000.json", [raw("A1", { pricing: "$1.2.3" })]);
    expect(() => loadPublishedShop(folder, { wording: "synthetic" })).toThrow(
      /product 0 \(A1\): pricing is "\$1\.2\.3"/,
    );
    write("items_shuffle_1000.json", "[");
    expect(() => loadPublishedShop(folder, { wording: "synthetic" })).toThrow(
      /items_shuffle_1000\.json: not a JSON file/,
    );
  });
});

const data = testDataFolder();

describe.skipIf(data === null || findWebShopFile(data, "sentences") === null)(
  "the published sample (skipped without it)",
  () => {
    it("has 394 products, and 6,173 synthetic goals of 216 of them", () => {
      const { catalogue, goals } = loadPublishedShop(data!, { wording: "synthetic" });
      expect(catalogue.products).toHaveLength(394);
      expect(goals).toHaveLength(6173);
      expect(new Set(goals.map(({ asin }) => asin)).size).toBe(216);
      expect(goals.filter(({ split }) => split === "test")).toHaveLength(500);
    });

    it("has human sentences without products", () => {
      expect(loadHumanSentences(data!)).toHaveLength(12_087);
      expect(() => loadPublishedShop(data!, { wording: "human" })).toThrow(/items_human_ins\.json/);
    });
  },
);
