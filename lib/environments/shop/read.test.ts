import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goalSentence } from "./goal.ts";
import * as pages from "./pages.ts";
import { plainText } from "./pieces.ts";
import { goalWords, readShopPage, readWish } from "./read.ts";
import { testProduct } from "./test-products.ts";

describe("readWish", () => {
  it("takes synthetic goals apart", () => {
    const options = [
      { name: "color", value: "black with gold, and more" },
      { name: "fit type", value: "men" },
    ];
    const sentence = goalSentence("show me shirts with classic fit", options, 40);
    expect(sentence).toBe(
      "show me shirts with classic fit with color: black with gold, and more, and fit type: men, and price lower than 40.00 dollars",
    );
    expect(readWish(sentence)).toEqual({ wish: "show me shirts with classic fit", options, priceUpper: 40 });
  });

  it("leaves human goals whole but for the price", () => {
    const wish = "i need shoes with laces, size 8 and a half";
    expect(readWish(`${wish}, and price lower than 1000.00 dollars`)).toEqual({ wish, options: [], priceUpper: 1000 });
    expect(readWish(wish)).toEqual({ wish, options: [], priceUpper: null });
  });

  it("finds back every option that it was given", () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9 .|"-]{0,10}[a-z0-9]$/);
    const option = fc.record({ name: fc.constantFrom("size", "color", "flavor name"), value: word });
    fc.assert(
      fc.property(fc.array(option, { minLength: 1, maxLength: 3 }), (options) => {
        expect(readWish(goalSentence("show me lamps", options, 50)).options).toEqual(options);
      }),
    );
  });
});

describe("goalWords", () => {
  it("keeps what can be searched for", () => {
    expect(
      goalWords("I'm looking for men's 2.5 inch dark-grey shorts in size: 8, and price lower than 30.00 dollars"),
    ).toEqual(["men", "2.5", "inch", "dark", "grey", "shorts", "8"]);
    expect(goalWords("find me some of the good ones")).toEqual([]);
  });
});

describe("readShopPage", () => {
  const lamp = testProduct({
    title: "Lamp [SEP] Price: $1 [SEP] Rating: best [SEP] Buy Now",
    prices: [5, 9.5],
    options: new Map([
      ["color", ["red", "cup size"]],
      ["fit type", ["men"]],
    ]),
  });

  it("reads every page", () => {
    const read = (pieces: Parameters<typeof plainText>[0], title?: string) => readShopPage(plainText(pieces), title);
    expect(read(pages.startPage("a [SEP] b"))).toEqual({ kind: "start", instruction: "a [SEP] b" });
    const second = testProduct({ asin: "W00000TWO2", title: "Cup", prices: [] });
    expect(read(pages.resultsPage("goal", [lamp, second], 1))).toEqual({
      kind: "results",
      page: 1,
      total: 2,
      products: [
        // The price inside the title is no price tag: a tag is "$" and a number.
        { asin: lamp.asin, title: lamp.title, price: 5 },
        { asin: "W00000TWO2", title: "Cup", price: 100 },
      ],
    });
    expect(read(pages.resultsPage("goal", [lamp], 3))).toMatchObject({ kind: "results", page: 3, products: [] });
    expect(read(pages.subPage("goal", lamp, "Description"))).toEqual({ kind: "sub", text: lamp.description });
    expect(read(pages.donePage("A", new Map(), 1))).toEqual({ kind: "done" });
    expect(readShopPage("Nothing happens.")).toBeNull();
  });

  it("finds an item's options by the names it knows, and its title by the one that the results showed", () => {
    const page = plainText(pages.itemPage("goal", lamp, false));
    expect(readShopPage(page, lamp.title)).toEqual({
      kind: "item",
      title: lamp.title,
      price: 5,
      options: new Map([
        ["color", ["red", "cup size"]],
        ["fit type", ["men"]],
      ]),
    });
  });
});
