import type { Random } from "../../base/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { carelessCommand } from "./slips.ts";

export interface Doubts {
  readonly random: Random;
  /** Chance that a turn is called into question. */
  readonly probability: number;
  /** Chance that there was no mistake, and the agent stays with what it meant to do. */
  readonly unfounded: number;
}

/**
 * Now and then this agent is told to think again: it had a careless command in mind, or the right one, and then says what
 * is right. What it learns by this is to judge its own command once it is asked to; not when to ask.
 */
export class ReconsideringTeacher implements Agent {
  readonly name: string;
  readonly #agent: Agent;
  readonly #doubts: Doubts;

  constructor(agent: Agent, doubts: Doubts) {
    this.name = agent.name;
    this.#agent = agent;
    this.#doubts = doubts;
  }

  begin(firstObservation: string): void {
    this.#agent.begin(firstObservation);
  }

  act(admissible: () => string[]): Decision | null {
    const { random, probability, unfounded } = this.#doubts;
    const decision = this.#agent.act(admissible);
    if (!decision || decision.knowledge !== undefined || !random.chance(probability)) return decision;
    const first = random.chance(unfounded) ? decision.action : carelessCommand(admissible(), random);
    return { ...decision, reconsidered: { action: first, reflection: decision.thought ?? "" }, prompted: true };
  }

  observe(action: string, observation: string): void {
    this.#agent.observe(action, observation);
  }
}
