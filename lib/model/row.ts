import { createRandom, UserError, type Random } from "../base/index.ts";
import type { Constraint } from "./constraint.ts";
import type { TokenLogprob } from "./logprobs.ts";

/** Why a row stopped: its driver had no more to say, or the context was full. */
export type RowEnd = "finished" | "context_limit";

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
}

export interface RowRules {
  /** Each ends a turn. The first is put where a turn was cut, so that the context shows a closed turn. */
  readonly stopTokens: readonly number[];
  /** Longest row. */
  readonly maxLength: number;
  /** Longest turn; a longer one is cut here. */
  readonly maxTurnTokens: number;
  /** Of the row's random numbers, where it needs any. */
  readonly seed?: number | string;
}

/** A conversation in the batch: what its driver says and the model chooses, in turns. */
export class Row {
  readonly id: string;
  readonly random: Random | null;
  #ended = false;
  #constraint: Constraint | null = null;
  readonly #driver: RowDriver;
  readonly #rules: RowRules;
  #pending: number[] = [];
  #generated: number[] = [];
  #length = 0;

  /** Starts the driver; `index` is its number among all. */
  constructor(driver: RowDriver, index: number, rules: RowRules) {
    this.id = driver.id ?? String(index);
    this.random = rules.seed === undefined ? null : createRandom(rules.seed, `sample/${this.id}`);
    this.#driver = driver;
    this.#rules = rules;
    const first = driver.start();
    if (first.length === 0) throw new UserError(`row ${this.id}: a row must start with at least one token`);
    this.#beginTurn(first);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Of the present turn. */
  get constraint(): Constraint | null {
    return this.#constraint;
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

  /** Takes in the model's choice, and what the driver says to it. */
  advance(token: GeneratedToken): void {
    const { stopTokens, maxTurnTokens } = this.#rules;
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
    return this.#length + this.#pending.length <= this.#rules.maxLength;
  }

  #end(reason: RowEnd): void {
    this.#ended = true;
    this.release();
    this.#driver.end?.(reason);
  }
}
