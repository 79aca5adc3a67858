import type { Environment, StepResult } from "../environments/index.ts";

const INTRO =
  "You are in the middle of a room. Looking quickly around you, you see a desk 1, and a shelf 1.\n\n" +
  "Your task is to: put a mug in desk.";

/** The smallest household for tests: one mug on the shelf, to be put on the desk. */
export class MugRoom implements Environment {
  readonly task;
  #at: "" | "shelf 1" | "desk 1" = "";
  #held = false;

  constructor(id = "mug") {
    this.task = { id, type: "pick_and_place_simple", source: "generated", split: "test", goal: "put a mug in desk" };
  }

  reset(): string {
    this.#at = "";
    this.#held = false;
    return INTRO;
  }

  actions(): string[] {
    return [
      ...(this.#at === "desk 1" ? [] : ["go to desk 1"]),
      ...(this.#at === "shelf 1" ? [] : ["go to shelf 1"]),
      "look",
      ...(this.#held && this.#at === "desk 1" ? ["put mug 1 in/on desk 1"] : []),
      ...(!this.#held && this.#at === "shelf 1" ? ["take mug 1 from shelf 1"] : []),
    ];
  }

  step(action: string): StepResult {
    const answer = (observation: string, done = false): StepResult => ({
      observation,
      reward: done ? 1 : 0,
      done,
      invalid: observation === "Nothing happens.",
    });
    if (!this.actions().includes(action)) return answer("Nothing happens.");
    if (action === "go to shelf 1") {
      this.#at = "shelf 1";
      return answer(`You arrive at loc 1. On the shelf 1, you see ${this.#held ? "nothing" : "a mug 1"}.`);
    }
    if (action === "go to desk 1") {
      this.#at = "desk 1";
      return answer("You arrive at loc 2. On the desk 1, you see nothing.");
    }
    if (action === "take mug 1 from shelf 1") {
      this.#held = true;
      return answer("You pick up the mug 1 from the shelf 1.");
    }
    if (action === "look") return answer("You are in the middle of a room.");
    return answer("You put the mug 1 in/on the desk 1.", true);
  }

  clone(): Environment {
    const copy = new MugRoom(this.task.id);
    copy.#at = this.#at;
    copy.#held = this.#held;
    return copy;
  }
}
