import type { Turn } from "../trajectory/index.ts";

/** What an agent does in one turn: a command in the environment's words, with the thought behind it where it has one. */
export interface Decision extends Pick<Turn, "knowledge" | "reconsidered" | "prompted"> {
  readonly thought?: string;
  readonly action: string;
}

/** A player of text environments. It knows only what it is told here; a new episode starts with `begin`. */
export interface Agent {
  readonly name: string;
  begin(firstObservation: string): void;
  /** The next turn, or null to give up. Few agents ask for the admissible commands, and real tasks may not have them. */
  act(admissible: () => string[]): Decision | null;
  /** The environment's answer; `action` may be another than the agent chose. */
  observe(action: string, observation: string): void;
}
