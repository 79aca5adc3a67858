import { Household, smallGame } from "../../environments/index.ts";
import type { Environment, StepResult, TaskInfo } from "../../environments/index.ts";

/** One mug on the shelf, to be put on the desk. */
export const mugRoom = (): Household =>
  new Household(smallGame({ receptacles: { "desk 1": [], "shelf 1": ["mug"] }, task: "put a mug in desk" }));

/** Commands that win it. */
export const MUG_PLAN = ["go to shelf 1", "take mug 1 from shelf 1", "go to desk 1", "put mug 1 in/on desk 1"] as const;

/** The smallest shop: three pages; `title` stands on the second and third. Buying without the option earns a half. */
export class TinyShop implements Environment {
  readonly task: TaskInfo;
  readonly #title: string;
  #page: "start" | "results" | "item" = "start";
  #chosen = false;

  constructor(title = "Plain Cup") {
    this.task = { id: "shop 1", type: "shop", source: "generated", split: "test", goal: "i need a blue cup" };
    this.#title = title;
  }

  reset(): string {
    this.#page = "start";
    this.#chosen = false;
    return this.#text();
  }

  step(action: string): StepResult {
    const [, name = "", argument = ""] = /(.+)\[(.+)\]/.exec(action) ?? [];
    const value = argument.toLowerCase();
    if (this.#page === "start" && name === "search") this.#page = "results";
    else if (this.#page === "results" && value === "b01") this.#page = "item";
    else if (this.#page === "item" && value === "blue") this.#chosen = true;
    else if (this.#page === "item" && value === "buy now")
      return { observation: "Thank you", reward: this.#chosen ? 1 : 0.5, done: true, invalid: false };
    else return { observation: this.#text(), reward: 0, done: false, invalid: true };
    return { observation: this.#text(), reward: 0, done: false, invalid: false };
  }

  actions(): string[] {
    return { start: ["search[cup]"], results: ["click[b01]"], item: ["click[blue]", "click[buy now]"] }[this.#page];
  }

  clone(): Environment {
    const copy = new TinyShop(this.#title);
    copy.#page = this.#page;
    copy.#chosen = this.#chosen;
    return copy;
  }

  #text(): string {
    const head = `Instruction: [SEP] ${this.task.goal}`;
    if (this.#page === "start") return `WebShop [SEP] ${head} [SEP] Search`;
    if (this.#page === "results") return `${head} [SEP] Back to Search [SEP] B01 [SEP] ${this.#title} [SEP] $5.00`;
    return `${head} [SEP] < Prev [SEP] color [SEP] blue [SEP] ${this.#title} [SEP] Buy Now`;
  }
}
