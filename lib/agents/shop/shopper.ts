import { UserError } from "../../base/index.ts";
import { goalWords, readShopPage, type ShopReading } from "../../environments/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { WishReader, type Fit, type KnownProduct } from "./fit.ts";

export interface ShopperOptions {
  /** Steps that it may take; it buys in time. Default 10, KnowSelf's limit. */
  readonly stepLimit?: number;
}

const PREVIOUS = "click[< prev]";
const FEATURES = "click[features]";
/* Chosen on goals of split valid. */
/** What the first place among the results is worth; the n-th counts a n-th of it. */
const RANK_BONUS = 0.2;
/** By how much another product must look better where there is no time to come back. */
const NO_RETURN = 0.3;

/**
 * A scripted shopper, the teacher of the shop. It reads texts only: it searches for the words of the goal, opens what titles and
 * places promise, reads the features where the title leaves a wish open, looks at another product where one does not fit,
 * returns to the best, chooses the options that the goal states or mentions, and buys before its steps run out.
 */
export class Shopper implements Agent {
  readonly name = "shopper";
  readonly #stepLimit: number;
  #instruction = "";
  #reader!: WishReader;
  #page: ShopReading | null = null;
  #steps = 0;
  #searches = 0;
  /** In the order of first sight, which is the search engine's. */
  readonly #products = new Map<string, KnownProduct>();
  #current: string | null = null;
  #chosen = new Map<string, string>();
  /** Sub pages of the present product that were read. */
  #read = new Set<string>();

  constructor(options: ShopperOptions = {}) {
    this.#stepLimit = options.stepLimit ?? 10;
  }

  begin(firstObservation: string): void {
    const page = readShopPage(firstObservation);
    if (page?.kind !== "start") {
      throw new UserError(`the shopper cannot read this first observation: ${firstObservation.slice(0, 300)}`);
    }
    this.#instruction = page.instruction;
    this.#reader = new WishReader(page.instruction);
    this.#page = page;
    this.#steps = 0;
    this.#searches = 0;
    this.#products.clear();
    this.#leave();
  }

  act(): Decision | null {
    const page = this.#page;
    switch (page?.kind) {
      case "start":
        return this.#search();
      case "results":
        return this.#choose(page);
      case "item":
        return this.#consider();
      case "sub":
        return { thought: "I have read this", action: PREVIOUS };
      case "done":
      case undefined:
        return null;
    }
  }

  observe(action: string, observation: string): void {
    this.#steps++;
    const clicked = /^click\[(.+)\]/s.exec(action)?.[1].toLowerCase();
    const opened = clicked === undefined ? undefined : this.#products.get(clicked.toUpperCase());
    if (opened) this.#current = opened.asin;
    const current = this.#current === null ? undefined : this.#products.get(this.#current);
    const page = readShopPage(observation, current?.title);
    this.#page = page;
    if (page?.kind === "start") this.#leave();
    else if (page?.kind === "results") {
      this.#leave();
      // Nothing opened: a title had made this product up.
      if (opened) this.#products.set(opened.asin, { ...opened, title: "", options: new Map() });
      for (const product of page.products) {
        if (this.#products.has(product.asin)) continue;
        this.#products.set(product.asin, { ...product, rank: this.#products.size, options: null, texts: [] });
      }
    } else if (page?.kind === "item" && current) {
      this.#products.set(current.asin, { ...current, options: page.options });
      const fit = this.#fit(current.asin);
      const option = fit.choices.find(([name, value]) => value === clicked && this.#chosen.get(name) !== value);
      if (option) this.#chosen.set(...option);
    } else if (page?.kind === "sub" && current && clicked !== undefined) {
      this.#read.add(action);
      this.#products.set(current.asin, { ...current, texts: [...current.texts, page.text] });
    }
  }

  /** All words first; should nothing be found, the wish alone, then each time a word less. */
  #search(): Decision | null {
    const words = goalWords(this.#searches === 0 ? this.#instruction : this.#reader.wish.wish);
    const kept = words.slice(0, Math.max(1, words.length - Math.max(0, this.#searches - 1)));
    this.#searches++;
    if (kept.length === 0) return null;
    return { thought: "I look for what is wanted", action: `search[${kept.join(" ")}]` };
  }

  #choose(page: Extract<ShopReading, { kind: "results" }>): Decision | null {
    if (page.total === 0) return { thought: "I need other words", action: "click[back to search]" };
    const choice = this.#best(page.products.map(({ asin }) => asin));
    if (choice === null) return null;
    const known = this.#products.get(choice)!.options !== null;
    return { thought: known ? "This was the best" : "This looks right", action: `click[${choice.toLowerCase()}]` };
  }

  #consider(): Decision {
    const asin = this.#current!;
    const fit = this.#fit(asin);
    const left = this.#stepLimit - this.#steps;
    // Steps beyond those to choose what is open and buy. To open another product takes two, to come back two more.
    const open = fit.choices.filter(([name, value]) => this.#chosen.get(name) !== value);
    const spare = left - open.length - 1;
    if (fit.lacks.length > 0 && spare >= 2) {
      if (!fit.hopeless && !this.#read.has(FEATURES))
        return { thought: `I look for ${fit.lacks[0]}`, action: FEATURES };
      const other = this.#best([...this.#products.keys()].filter((each) => each !== asin));
      const margin = spare >= 4 + this.#chosen.size ? 0 : NO_RETURN;
      if (other !== null && this.#score(other) > this.#score(asin) + margin) {
        return { thought: `It lacks ${fit.lacks[0]}`, action: PREVIOUS };
      }
      if (!this.#read.has(FEATURES)) return { thought: `I look for ${fit.lacks[0]}`, action: FEATURES };
    }
    if (open.length > 0) return { thought: `I need ${open[0].join(" ")}`, action: `click[${open[0][1]}]` };
    return {
      thought: fit.lacks.length === 0 ? "It has all I need" : "It is the best I found",
      action: "click[buy now]",
    };
  }

  #best(asins: readonly string[]): string | null {
    const scored = asins.map((asin) => ({ asin, score: this.#score(asin) }));
    return (
      scored.reduce<(typeof scored)[number] | null>((a, b) => (a && a.score >= b.score ? a : b), null)?.asin ?? null
    );
  }

  /** The search engine has read more than the titles: a product that it places first has something for itself. */
  #score(asin: string): number {
    const { rank, options } = this.#products.get(asin)!;
    return this.#fit(asin).score + (options === null ? RANK_BONUS / (1 + rank) : 0);
  }

  #fit(asin: string): Fit {
    return this.#reader.fit(this.#products.get(asin)!);
  }

  #leave(): void {
    this.#current = null;
    this.#chosen = new Map();
    this.#read = new Set();
  }
}
