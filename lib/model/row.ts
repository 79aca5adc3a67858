import { createRandom, UserError, type Random } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";
import { tokenLogprobs, type TokenLogprob } from "./logprobs.ts";
import { bestToken, drawToken, type Sampling } from "./sampling.ts";

/** Why a row stopped: its driver had no more to say, the context was full, or it was called off. */
export type RowEnd = "finished" | "context_limit" | "cancelled";

/** A token that the model chose. */
export interface GeneratedToken {
  readonly id: number;
  /** Under the model's own distribution: temperature 1, no filter, no constraint. Where asked for. */
  readonly logprob?: number;
  /** The most probable tokens at this place, best first. Where asked for. */
  readonly alternatives?: readonly TokenLogprob[];
}

/** One conversation of many that are decoded side by side. */
export interface RowDriver {
  /** Names the row in errors and its random numbers; default: its index. */
  readonly id?: string;
  /** The tokens to begin with; at least one. Called when a place is free, so what a row needs can be made here. */
  start(): readonly number[];
  /** Called as a turn begins: what it may say; null or absent: anything. */
  constraint?(): Constraint | null;
  /** Sees every token of a turn as it is chosen, the stop token too. True ends the turn with it. */
  token?(token: GeneratedToken): boolean;
  /** Called with a whole turn, stop token left out; returns the tokens to feed next, or null to finish the row. */
  turn(generated: readonly number[]): readonly number[] | null;
  /** Called once, when the row stops. */
  end?(reason: RowEnd): void;
  /** Called instead of `end` where the row cannot go on. Without it the error stops all rows. */
  fail?(error: unknown): void;
}

export interface RowRules {
  /** Each ends a turn. The first is put where a turn was cut, so that the context shows a closed turn. */
  readonly stopTokens: readonly number[];
  /** Longest row. */
  readonly maxLength: number;
  /** Longest turn; a longer one is cut here. */
  readonly maxTurnTokens: number;
  /** Absent: the best token is taken. */
  readonly sampling?: Sampling;
  /** The driver is told the log-probability of each token, and so many of the most probable tokens at its place. */
  readonly logprobs?: number;
}

/** A conversation in the batch: what its driver says and the model chooses, in turns. */
export class Row {
  readonly id: string;
  readonly rules: RowRules;
  readonly #random: Random | null;
  #ended = false;
  #constraint: Constraint | null = null;
  readonly #driver: RowDriver;
  #pending: number[] = [];
  #generated: number[] = [];
  #length = 0;

  /** Starts the driver; `index` is its number among all. */
  constructor(driver: RowDriver, index: number, rules: RowRules) {
    this.id = driver.id ?? String(index);
    const draws = rules.sampling !== undefined && rules.sampling.temperature > 0;
    this.#random = draws ? createRandom(rules.sampling.seed, `sample/${this.id}`) : null;
    this.#driver = driver;
    this.rules = rules;
    const first = driver.start();
    if (first.length === 0) throw new UserError(`row ${this.id}: a row must start with at least one token`);
    this.#beginTurn(first);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a choice needs the logits, and not the best token alone. */
  get needsLogits(): boolean {
    return this.#random !== null || this.rules.logprobs !== undefined || this.#constraint !== null;
  }

  /** How many tokens will be fed before the model chooses again. */
  get pending(): number {
    return this.#pending.length;
  }

  /** The next tokens to feed. */
  take(count: number): readonly number[] {
    this.#length += count;
    return this.#pending.splice(0, count);
  }

  /** Chooses the next token from the model's logits [vocabulary]. */
  async choose(logits: Float32Array): Promise<GeneratedToken> {
    const { sampling, logprobs } = this.rules;
    const allowed = (await this.#constraint?.allowed()) ?? null;
    if (allowed?.length === 0) throw new UserError(`row ${this.id}: no token is allowed`);
    const id =
      sampling && this.#random ? drawToken(logits, allowed, sampling, this.#random) : bestToken(logits, allowed);
    return logprobs === undefined ? { id } : { id, ...tokenLogprobs(logits, id, logprobs) };
  }

  /** Takes in the model's choice, and what the driver says to it. */
  advance(token: GeneratedToken): void {
    const { stopTokens, maxTurnTokens } = this.rules;
    const { id } = token;
    this.#constraint?.accept(id);
    const stops = stopTokens.includes(id);
    if (!stops) this.#generated.push(id);
    const isOver = this.#driver.token?.(token) ?? false; // asked in any case
    if (!stops && !isOver && !this.#constraint?.isDone && this.#generated.length < maxTurnTokens) {
      this.#pending = [id];
      if (!this.#hasRoom()) this.#end("context_limit");
      return;
    }
    const turn = this.#generated;
    this.#generated = [];
    this.release();
    const next = this.#driver.turn(turn);
    if (next === null) this.#end("finished");
    else this.#beginTurn(stops ? [id, ...next] : [id, ...stopTokens.slice(0, 1), ...next]);
  }

  /** Ends the row before its time. */
  cancel(): void {
    this.#end("cancelled");
  }

  /** Ends the row with an error: its driver's, or everybody's where the driver does not take it. */
  fail(error: unknown): void {
    this.#ended = true;
    this.release();
    if (!this.#driver.fail) throw error;
    this.#driver.fail(error);
  }

  /** Frees the turn's constraint. */
  release(): void {
    const constraint = this.#constraint;
    this.#constraint = null;
    constraint?.dispose?.();
  }

  #beginTurn(tokens: readonly number[]): void {
    this.#pending = [...tokens];
    if (this.#hasRoom()) this.#constraint = this.#driver.constraint?.() ?? null;
    else this.#end("context_limit");
  }

  /** Whether the model gets to choose again. */
  #hasRoom(): boolean {
    return this.#length + this.#pending.length <= this.rules.maxLength;
  }

  #end(reason: RowEnd): void {
    this.#ended = true;
    this.release();
    this.#driver.end?.(reason);
  }
}
