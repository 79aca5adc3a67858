import type { StepResult, TaskInfo } from "../../environments/index.ts";
import type { Turn } from "../../trajectory/index.ts";

/** What an agent says in one turn: its whole message, and what was read in it. */
export interface AgentTurn extends Pick<
  Turn,
  "content" | "thought" | "action" | "situation" | "knowledge" | "reconsidered" | "prompted" | "extra"
> {
  /** Where the message holds no action: what the agent is told in place of an observation. */
  readonly complaint?: string;
}

/**
 * A player of text environments that has to wait for what it says, because a chat model says it. It plays one episode at
 * a time; `begin` starts a new one.
 */
export interface ChatAgent {
  readonly name: string;
  /** @param signal once aborted, calls under way are given up */
  begin(firstObservation: string, task: TaskInfo, signal?: AbortSignal): Promise<void>;
  /** The next turn, or null to give up. */
  act(): Promise<AgentTurn | null>;
  /** What came of the last turn. */
  observe(result: StepResult): void;
  /** What is to be kept with the episode besides its turns; goes into the trajectory's `extra`. */
  readonly notes?: Readonly<Record<string, unknown>>;
}
