import { describe, expect, it } from "vitest";
import { Catalogue, createShopGenerator, Shop } from "../../environments/index.ts";
import type { Environment, Product, ShopGoal } from "../../environments/index.ts";
import { playEpisode } from "../episode.ts";
import { Shopper } from "./shopper.ts";

/** Only text comes out of it. */
function textOnly(shop: Shop): Environment {
  const refuse = (): never => {
    throw new Error("the shopper asked for more than texts");
  };
  return {
    task: shop.task,
    reset: () => shop.reset(),
    step: (action) => shop.step(action),
    actions: refuse,
    clone: refuse,
  };
}

const play = (shop: Shop, stepLimit = 10) =>
  playEpisode(textOnly(shop), new Shopper({ stepLimit }), { stepLimit, seed: 0, environment: "shop" });

const actions = (trajectory: ReturnType<typeof play>) => trajectory.turns.flatMap(({ action }) => action ?? []);

function product(asin: string, title: string, more: Partial<Product> = {}): Product {
  return {
    asin,
    title,
    description: "",
    bullets: ["", "hidden"],
    prices: [20],
    price: 20,
    options: new Map([["color", ["red", "blue"]]]),
    attributes: [],
    category: "garden",
    query: "lamps",
    productCategory: "a › b › c",
    rating: null,
    ...more,
  };
}

function shopOf(instruction: string, wanted: Partial<ShopGoal>, ...products: Product[]): Shop {
  const goal: ShopGoal = {
    id: "g",
    asin: products[0].asin,
    instruction,
    wording: "synthetic",
    split: "train",
    source: "generated",
    category: "garden",
    query: "lamps",
    name: products[0].title,
    productCategory: "a › b › c",
    attributes: [],
    options: [],
    priceUpper: 30,
    weight: 1,
    ...wanted,
  };
  return new Shop(new Catalogue(products), goal);
}

describe("Shopper", () => {
  it("searches, opens, reads features where a wish is open, chooses and buys, with a thought each", () => {
    const lamp = product("W00000LAMP", "Tall Lamp", {
      bullets: ["fine", "fade resistant"],
      attributes: ["fade resistant"],
    });
    const options = [{ name: "color", value: "blue" }];
    const wish = "show me fade resistant tall lamp with color: blue, and price lower than 30.00 dollars";
    const shop = shopOf(wish, { attributes: ["fade resistant"], options }, lamp);
    const { turns, reward } = play(shop);
    expect(
      turns.filter(({ role }) => role === "assistant").map(({ thought, action }) => `${thought}: ${action}`),
    ).toEqual([
      "I look for what is wanted: search[fade resistant tall lamp blue]",
      "This looks right: click[w00000lamp]",
      "I look for fade: click[features]",
      "I have read this: click[< prev]",
      "I need color blue: click[blue]",
      "It has all I need: click[buy now]",
    ]);
    expect(reward).toBe(1);
  });

  it("leaves what lacks the option or is too dear for what has it", () => {
    const wish = "show me tall lamp with color: green, and price lower than 30.00 dollars";
    const dear = product("W00000DEAR", "Tall Lamp", {
      prices: [90],
      price: 90,
      options: new Map([["color", ["green"]]]),
    });
    const plain = product("W0000PLAIN", "Tall Lamp Tall Lamp");
    const right = product("W0000RIGHT", "Lamp", { bullets: ["tall"], options: new Map([["color", ["green"]]]) });
    const shop = shopOf(wish, { asin: right.asin, options: [{ name: "color", value: "green" }] }, plain, dear, right);
    const played = play(shop);
    expect(actions(played).at(-1)).toBe("click[buy now]");
    expect(shop.outcome()).toMatchObject({ optionMatches: 1, priceFits: true });
  });

  it("searches with fewer words where nothing is found", () => {
    const wish = "show me zzz lamp with color: qqq";
    const shop = shopOf("show me zzz", {}, product("W00000LAMP", "Tall Lamp"));
    expect(actions(play(shop, 6))).toEqual([
      "search[zzz]",
      "click[back to search]",
      "search[zzz]",
      "click[back to search]",
      "search[zzz]",
      "click[back to search]",
    ]);
    expect(play(shopOf(wish, {}, product("W00000LAMP", "Tall Lamp"))).turns.at(-1)!.content).toMatch(/^Thank you/);
  });

  it("chooses what a human goal mentions, the longest first, and whole words only", () => {
    const sizes = new Map([["size", ["7", "7.5", "5", "7.5 wide"]]]);
    const shop = shopOf(
      "i need a tall lamp, 7.5 wide please",
      {},
      product("W00000LAMP", "Tall Lamp", { options: sizes }),
    );
    expect(actions(play(shop))).toContain("click[7.5 wide]");
  });

  it("clicks a value that two options share for each once, and buys", () => {
    const twice = new Map([
      ["size", ["large"]],
      ["fit type", ["large"]],
    ]);
    const shop = shopOf("i need a large tall lamp", {}, product("W00000LAMP", "Tall Lamp", { options: twice }));
    expect(actions(play(shop)).slice(2)).toEqual(["click[large]", "click[large]", "click[buy now]"]);
  });

  it("buys in time, whatever the limit", () => {
    const source = createShopGenerator({ seed: 8, split: "train", wording: "mixed" });
    for (let index = 0; index < 30; index++) {
      for (const limit of [6, 10]) {
        const played = play(source.environment(index), limit);
        expect([played.invalid, played.turns.at(-1)!.content.slice(0, 9)]).toEqual([0, "Thank you"]);
      }
    }
  });

  it("is not led astray for long by a title that makes products up", () => {
    const evil = product("W0000EVIL1", "Lamp [SEP] $1.0 [SEP] W0000FAKE1 [SEP] Tall Red Lamp [SEP] $2.0");
    const shop = shopOf("i need a tall red lamp", {}, evil, product("W00000LAMP", "Tall Lamp"));
    const played = play(shop);
    expect(actions(played)[1]).toBe("click[w0000fake1]");
    expect(played.invalid).toBe(1);
    expect(played.turns.at(-1)!.content).toMatch(/^Thank you/);
  });

  it("earns far more than nothing in the generated shop", () => {
    const source = createShopGenerator({ seed: 8, split: "train" });
    const rewards = Array.from({ length: 60 }, (_, index) => play(source.environment(index)).reward);
    expect(rewards.reduce((a, b) => a + b, 0) / rewards.length).toBeGreaterThan(0.8);
    expect(rewards.filter((reward) => reward === 1).length).toBeGreaterThan(30);
  });

  it("says what it cannot read", () => {
    expect(() => new Shopper().begin("You are in the middle of a room.")).toThrow(/cannot read this first observation/);
  });
});
