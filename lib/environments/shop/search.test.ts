import { describe, expect, it } from "vitest";
import { searchText, ShopSearch } from "./search.ts";
import { testProduct } from "./test-products.ts";

describe("ShopSearch", () => {
  const products = [
    testProduct({ asin: "W000000001", title: "Red Cup", description: "", bullets: ["for tea", "dishwasher safe"] }),
    testProduct({
      asin: "W000000002",
      title: "Blue Cup",
      description: "",
      bullets: [],
      options: new Map([["size", ["giant"]]]),
    }),
    testProduct({ asin: "W000000003", title: "Constructor __proto__ Plate", description: "", bullets: [] }),
  ];
  const find = (words: string) => new ShopSearch(products).find(words).map(({ asin }) => asin);

  it("reads title, description, first feature and options, all in small letters", () => {
    const product = testProduct({
      options: new Map([
        ["color", ["red", "blue"]],
        ["size", ["l"]],
      ]),
    });
    expect(searchText(product)).toBe(
      "tall reading lamp a lamp for long evenings. soft light color: red, blue, and size: l",
    );
    expect(find("tea")).toEqual(["W000000001"]);
    expect(find("giant")).toEqual(["W000000002"]);
    expect(find("dishwasher")).toEqual([]);
  });

  it("puts the product with more of the words first", () => {
    expect(find("blue cup")).toEqual(["W000000002", "W000000001"]);
  });

  it("takes any text for words", () => {
    expect(find("constructor")).toEqual(["W000000003"]);
    expect(find("__proto__ toString hasOwnProperty")).toEqual(["W000000003"]);
    for (const words of ["", "   ", "*", "<r>", "[SEP]", "a".repeat(10_000)]) expect(find(words)).toEqual([]);
  });

  it("returns fifty products at most", () => {
    const many = Array.from({ length: 80 }, (_, index) => testProduct({ asin: `W${index}` }));
    expect(new ShopSearch(many).find("lamp")).toHaveLength(50);
  });
});
