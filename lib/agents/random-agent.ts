import type { Random } from "../base/index.ts";
import type { Agent, Decision } from "./agent.ts";

/** Any admissible command: the floor that every result is read against. */
export class RandomAgent implements Agent {
  readonly name = "random";
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  begin(): void {}

  act(admissible: () => string[]): Decision | null {
    const commands = admissible();
    return commands.length > 0 ? { action: this.#random.pick(commands) } : null;
  }

  observe(): void {}
}
