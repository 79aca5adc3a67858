import { Interrupted, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { playEpisode, type Agent } from "../agents/index.ts";
import type { Environment } from "../environments/index.ts";
import { KNOWLEDGE, type Trajectory } from "../trajectory/index.ts";
import { encodeSegments, END, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import { generate, type Llama } from "../model/index.ts";
import { AdmissibleConstraint } from "./admissible-constraint.ts";
import { StudentDriver, type KnowledgeSource } from "./student-driver.ts";

interface PlayOptions {
  readonly stepLimit: number;
  /** Recorded in the trajectories. */
  readonly seed: number | string;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown: a part of the episodes is no result. */
  readonly signal?: AbortSignal;
}

export interface PlayStudentOptions extends PlayOptions {
  /** Each is made when its episode begins, and let go when that is over. */
  readonly environments: readonly (() => Environment)[];
  readonly model: Llama;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** Only the environment's admissible commands can be generated; else the student plays freely. */
  readonly admissibleOnly: boolean;
  /** The agent's name in the trajectories. */
  readonly name: string;
  /** Longest episode in tokens; a longer one ends with `context_limit`. */
  readonly maxLength: number;
  /** For a student that knows KnowSelf's situations: each environment's source of knowledge. */
  readonly knowledge?: (index: number) => KnowledgeSource;
}

/**
 * Most tokens of one agent turn; a longer one is read as it stands. A household turn has about five, more where a name
 * is new to the tokenizer and falls into pieces.
 */
const MAX_TURN_TOKENS = 32;

/** Episodes decoded side by side; bounds the memory of keys and values (128 rows of 768 tokens: about 0.5 GB). */
const ROWS = 128;

/** Plays every environment once, greedily, many side by side; trajectories in the order of the environments. */
export async function playStudent(options: PlayStudentOptions): Promise<Trajectory[]> {
  const { model, tokenizer, template, environments, maxLength, onProgress, signal } = options;
  const constraint = options.admissibleOnly ? new AdmissibleConstraint(template, tokenizer) : null;
  const drivers = environments.map(
    (createEnvironment, index) =>
      new StudentDriver({ ...options, createEnvironment, constraint, knowledge: options.knowledge?.(index) }),
  );
  const stopTokens = [tokenizer.special(END), ...(options.knowledge ? [tokenizer.special(KNOWLEDGE)] : [])];
  const rules = { stopTokens, maxLength, maxTurnTokens: MAX_TURN_TOKENS, rows: ROWS };
  await generate(model, drivers, { ...rules, onProgress, signal });
  return drivers.map((driver) => driver.trajectory());
}

export interface PlayAgentsOptions extends PlayOptions {
  readonly environments: readonly Environment[];
  /** A fresh agent for each environment, so that episodes do not depend on their order. */
  readonly createAgent: (environment: Environment) => Agent;
}

/** Plays every environment once with a scripted agent. */
export async function playAgents(options: PlayAgentsOptions): Promise<Trajectory[]> {
  const { environments, createAgent, stepLimit, seed, onProgress, signal } = options;
  const trajectories: Trajectory[] = [];
  for (const environment of environments) {
    if (signal?.aborted) throw new Interrupted("stopped while agents were playing");
    trajectories.push(playEpisode(environment, createAgent(environment), { stepLimit, seed }));
    onProgress?.({ done: trajectories.length, total: environments.length });
    if (trajectories.length % 16 === 0) await yieldToEventLoop();
  }
  return trajectories;
}

/** Counts the tokens of an episode as the student reads and writes it; for `resultRows`. */
export function tokenCounter(template: ChatTemplate, tokenizer: Tokenizer): (trajectory: Trajectory) => number {
  return ({ turns }) => encodeSegments(template.renderTurns(turns), tokenizer).length;
}
