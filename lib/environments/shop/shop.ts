import type { Environment, StepResult, TaskInfo } from "../environment.ts";
import { clickAction, readShopAction } from "./action.ts";
import type { Catalogue } from "./catalogue.ts";
import type { ShopGoal } from "./goal.ts";
import * as pages from "./pages.ts";
import { plainText, richText, type ObservationMode, type Piece } from "./pieces.ts";
import type { Product } from "./product.ts";
import { goalWords } from "./read.ts";
import { shopReward, type ShopReward } from "./reward.ts";

export interface ShopOptions {
  /** Default `text`. */
  readonly mode?: ObservationMode;
  /** Whether a product's page leads to its attributes. Default false, as in WebShop's own runs. */
  readonly showAttributes?: boolean;
}

/** Where the shopper is. Products stay the same objects: the state is small to copy. */
type Page =
  | { readonly kind: "start" }
  | { readonly kind: "results"; readonly results: readonly Product[]; readonly number: number }
  | { readonly kind: "item"; readonly product: Product; readonly from: Results }
  | { readonly kind: "sub"; readonly product: Product; readonly from: Results; readonly name: pages.SubPage }
  | { readonly kind: "done"; readonly product: Product; readonly outcome: ShopReward };
type Results = Extract<Page, { kind: "results" }>;

/**
 * A shop as WebShop plays it (Yao et al. 2022): `search[words]` and `click[value]`, pages as text, reward at the purchase.
 * Known differences: the order of search results (`ShopSearch`), the nouns behind the reward's kind of product (`nounsOf`),
 * and that WebShop's secret searches such as `<r>` are plain words here.
 */
export class Shop implements Environment {
  readonly task: TaskInfo;
  readonly catalogue: Catalogue;
  readonly goal: ShopGoal;
  readonly #mode: ObservationMode;
  readonly #showAttributes: boolean;
  #page: Page = { kind: "start" };
  /** Option name to the value chosen on the present product. */
  #chosen: ReadonlyMap<string, string> = new Map();
  /** Products opened since the last visit to the start page. */
  #opened: ReadonlySet<string> = new Set();

  constructor(catalogue: Catalogue, goal: ShopGoal, options: ShopOptions = {}) {
    this.catalogue = catalogue;
    this.goal = goal;
    this.#mode = options.mode ?? "text";
    this.#showAttributes = options.showAttributes ?? false;
    const { id, category, source, split, instruction } = goal;
    this.task = { id, type: category, source, split, goal: instruction };
  }

  reset(): string {
    this.#start();
    return this.#observation();
  }

  /** The reward comes with the purchase, which ends the task; after it nothing is accepted. */
  step(action: string): StepResult {
    const valid = this.#perform(action);
    const outcome = this.outcome();
    return {
      observation: this.#observation(),
      reward: outcome?.reward ?? 0,
      done: outcome !== null,
      invalid: !valid,
    };
  }

  /**
   * What can be clicked, and on the start page one search, for the words of the goal: it stands for a search in any words.
   * As in WebShop, a search is accepted on the other pages too, though they have no search bar.
   */
  actions(): string[] {
    if (this.#page.kind === "start") return [`search[${goalWords(this.goal.instruction).join(" ") || "anything"}]`];
    return [...this.#clickable().keys()].flatMap((name) => clickAction(name) ?? []).sort();
  }

  clone(): Shop {
    const copy = new Shop(this.catalogue, this.goal, { mode: this.#mode, showAttributes: this.#showAttributes });
    copy.#page = this.#page;
    copy.#chosen = this.#chosen;
    copy.#opened = this.#opened;
    return copy;
  }

  /** How the reward came about, for analysis; null before the purchase. An agent must not see it. */
  outcome(): ShopReward | null {
    return this.#page.kind === "done" ? this.#page.outcome : null;
  }

  #start(): void {
    this.#page = { kind: "start" };
    this.#chosen = new Map();
    this.#opened = new Set();
  }

  /** False, and nothing changed, where the action is not one or is not possible here. */
  #perform(action: string): boolean {
    const read = readShopAction(action);
    if (read === null || this.#page.kind === "done") return false;
    if (read.name === "search") {
      this.#show({ kind: "results", results: this.catalogue.search.find(read.argument), number: 1 });
      return true;
    }
    const target = this.#clickable().get(read.argument);
    if (target === undefined) return false;
    target();
    return true;
  }

  /** Another page; the options chosen so far are forgotten. */
  #show(page: Page): void {
    this.#page = page;
    this.#chosen = new Map();
  }

  /** What can be clicked here, in small letters, and what it does. Buttons go before options of the same name. */
  #clickable(): Map<string, () => void> {
    const targets = new Map<string, () => void>();
    const page = this.#page;
    if (page.kind === "start" || page.kind === "done") return targets;
    const add = (name: string, act: () => void): unknown => targets.set(name.toLowerCase(), act);
    if (page.kind === "results") {
      const { number, results } = page;
      for (const product of results.slice((number - 1) * pages.PAGE_SIZE, number * pages.PAGE_SIZE)) {
        add(product.asin, () => this.#open(product, page));
      }
      add(pages.NEXT, () => this.#show({ ...page, number: number + 1 }));
      if (number > 1) add(pages.PREVIOUS, () => this.#show({ ...page, number: number - 1 }));
    } else if (page.kind === "item") {
      const { product, from } = page;
      // A value of two options counts for the later, as in WebShop.
      for (const [name, values] of product.options)
        for (const value of values) add(value, () => this.#choose(name, value));
      targets.delete(pages.SEARCH.toLowerCase());
      for (const name of pages.subPages(this.#showAttributes)) {
        add(name, () => (this.#page = { kind: "sub", product, from, name }));
      }
      add(pages.PREVIOUS, () => this.#show(from));
      add(pages.BUY, () => this.#buy(product));
    } else {
      const { product, from } = page;
      add(pages.PREVIOUS, () => (this.#page = { kind: "item", product, from }));
    }
    add(pages.BACK_TO_SEARCH, () => this.#start());
    return targets;
  }

  #open(product: Product, from: Results): void {
    this.#show({ kind: "item", product, from });
    this.#opened = new Set([...this.#opened, product.asin]);
  }

  #choose(name: string, value: string): void {
    this.#chosen = new Map([...this.#chosen, [name, value]]);
  }

  #buy(product: Product): void {
    this.#page = { kind: "done", product, outcome: shopReward(product, [...this.#chosen.values()], this.goal) };
  }

  #observation(): string {
    const pieces = this.#pieces();
    return this.#mode === "text" ? plainText(pieces) : richText(pieces, (piece) => this.#isClicked(piece));
  }

  /** WebShop looks for an option's value in the page's address, where names are quoted too and other letters escaped. */
  #isClicked({ kind, text }: Piece): boolean {
    return kind === "link" ? this.#opened.has(text) : pages.asciiJson(this.#chosen).includes(`"${text}"`);
  }

  #pieces(): Piece[] {
    const page = this.#page;
    const { instruction } = this.goal;
    switch (page.kind) {
      case "start":
        return pages.startPage(instruction);
      case "results":
        return pages.resultsPage(instruction, page.results, page.number);
      case "item":
        return pages.itemPage(instruction, page.product, this.#showAttributes);
      case "sub":
        return pages.subPage(instruction, page.product, page.name);
      case "done":
        return pages.donePage(page.product.asin, this.#chosen, page.outcome.reward);
    }
  }
}
