import { describe, expect, it } from "vitest";
import { normalizeColour, normalizeNamedOption } from "./colours.ts";
import { nounsOf } from "./nouns.ts";
import { matchedAttributes, matchedOptions, shopReward, typeMatch } from "./reward.ts";
import { testGoal, testProduct } from "./test-products.ts";

const values = (...list: string[]) => list.map((value) => ({ value }));

describe("colours", () => {
  it("takes the first colour word of the list that is contained, wherever it stands", () => {
    expect(
      ["", "black forest", "violet lavender", "steelivy fuchsia", "123alabaster", "webshop"].map(normalizeColour),
    ).toEqual(["", "black", "lavender", "fuchsia", "alabaster", "webshop"]);
    expect(normalizeColour("dark grey")).toBe("dark");
    expect(normalizeColour("powdered")).toBe("red");
  });

  it("looks at named options as wholes: only an exact colour counts", () => {
    expect(normalizeNamedOption("color", "grey")).toBe("grey");
    expect(normalizeNamedOption("color", "dark grey")).toBe("color dark grey");
    expect(matchedOptions(["dark grey"], [{ name: "color", value: "dark grey" }])).toBe(1);
    // The bought option became "red", which is no word of the goal's: WebShop refuses even the very same option.
    expect(matchedOptions(["powdered"], [{ name: "color", value: "powdered" }])).toBe(0);
    expect(matchedOptions(["powdered"], values("powdered"))).toBe(1);
  });
});

describe("typeMatch", () => {
  const path = "a › b › c";
  const match = (goal: string, bought: string, query = "Query 1", productCategory = path) =>
    typeMatch({ query, productCategory, title: bought }, { query: "Query 1", productCategory: path, name: goal });

  it("scores titles as WebShop's own tests expect of spaCy", () => {
    const issue = "adidas Unisex-Adult D.o.n. Issue 2";
    expect(match(`${issue} Basketball Shoe`, `${issue} Indoor Court Shoe`).titleScore).toBeCloseTo(0.85, 1);
    const cord = "Saireed UL Listed 2 Prong Power Cord for JBL Bar 3.1 Bar 2.1 Channel 4K Ultra HD Soundbar";
    const bought =
      "BRST AC Power Cord Outlet Socket Cable Plug Lead for Panasonic SC-HT830V DVD/VCR Combo Home Theater System";
    expect(match(`${cord} Home Theater System Subwoofer`, bought).titleScore).toBe(5 / 16);
    expect(match(cord, bought).titleScore).toBe(2 / 12);
    const tweezers =
      "Minkissy 2pcs Stainless Steel Eyebrow Tweezers Blackhead Acne Remover Portable Makeup Tweezers (Silver)";
    expect(match("Rusticware 921ORB Kitchen and Bath Cabinet Knob", tweezers).titleScore).toBe(0);
  });

  it("leaves out function words, adjectives, numbers and participles, and keeps names", () => {
    expect(nounsOf("The New 2-Pack of Women's LED Lamps, handmade & very Heavy - Printed by ACME")).toEqual([
      "pack",
      "women",
      "led",
      "lamps",
      "handmade",
      "acme",
    ]);
    expect(nounsOf("")).toEqual([]);
  });

  it("has the factors 1, 0.5, 0.1 and 0", () => {
    expect(match("lamp", "lamp", "Query 2", "d › e")).toEqual({ typeFactor: 1, titleScore: 1 });
    const five = "lamp shade bulb cable switch";
    expect(match(five, "lamp", "Query 2", "d › e › f")).toEqual({ typeFactor: 0.5, titleScore: 0.2 });
    expect(match(five, "lamp", "Query 1", "d")).toEqual({ typeFactor: 1, titleScore: 0.2 });
    // Two different categories in common are enough, in any order; the same one twice is one.
    expect(match(five, "lamp", "Query 2", "a › d › b").typeFactor).toBe(1);
    expect(match(five, "lamp", "Query 2", "a › a › d").typeFactor).toBe(0.5);
    const eleven = `${five} stand base plug socket shelf wall`;
    expect(match(eleven, "lamp")).toEqual({ typeFactor: 0.1, titleScore: 1 / 11 });
    expect(match("lamp", "chair")).toEqual({ typeFactor: 0, titleScore: 0 });
    // No noun in the goal's title.
    expect(match("2 x 4", "chair")).toEqual({ typeFactor: 1, titleScore: 0.2 });
  });
});

describe("shopReward", () => {
  it("counts attributes that are alike, or stand in title, features or description", () => {
    const wanted = ["tea tree", "essential oils", "natural ingredients"];
    const own = {
      attributes: ["tea tree", "essential oil", "natural ingredients"],
      title: "",
      bullets: [],
      description: "",
    };
    expect(matchedAttributes(own, wanted)).toBe(3);
    const texts = {
      attributes: [],
      title: "",
      bullets: ["This has Essential Oils"],
      description: "made with natural ingredients",
    };
    expect(matchedAttributes(texts, wanted)).toBe(2);
    expect(matchedAttributes({ ...texts, bullets: [], description: "tea and trees" }, wanted)).toBe(0);
  });

  it("counts options that are alike", () => {
    expect(matchedOptions(["pack of 12", "grey", "XL"], values("grey", "XL", "pack of 12"))).toBe(3);
    expect(matchedOptions(["pack of 12", "blue", "XL"], values("grey", "XL", "pack of 12"))).toBe(2);
    expect(matchedOptions(["powder snow"], values("cool powder snow"))).toBe(1);
    expect(matchedOptions([], values("a"))).toBe(0);
    expect(matchedOptions(["a"], [])).toBe(0);
  });

  it("is the type factor times the share of what was asked for", () => {
    const product = testProduct({
      attributes: [],
      bullets: ["essential oils"],
      description: "natural ingredients",
      prices: [35],
    });
    const goal = testGoal(product, {
      attributes: ["tea tree", "essential oils", "natural ingredients"],
      options: [
        { name: "color", value: "grey" },
        { name: "size", value: "XL" },
        { name: "amount", value: "pack of 12" },
      ],
      priceUpper: 40,
    });
    const full = shopReward(product, ["grey", "XL"], goal);
    expect(full).toEqual({
      reward: 5 / 7,
      typeFactor: 1,
      titleScore: 1,
      attributeMatches: 2,
      optionMatches: 2,
      priceFits: true,
    });
    expect(shopReward({ ...product, price: 40.01 }, ["grey", "XL"], goal)).toMatchObject({
      reward: 4 / 7,
      priceFits: false,
    });
    expect(shopReward({ ...product, price: 40 }, [], goal).reward).toBe(3 / 7);
    const other = { ...product, title: "Tall Cup", query: "cups", productCategory: "Home › Kitchen" };
    const elsewhere = { ...goal, name: "Reading Cup Stand Shelf Board" };
    expect(shopReward(other, ["grey", "XL"], elsewhere)).toMatchObject({ typeFactor: 0.5, reward: (5 / 7) * 0.5 });
  });
});
