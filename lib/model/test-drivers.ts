import { expect } from "vitest";
import { createRandom } from "../base/index.ts";
import { Llama, tf, type Constraint, type GeneratedToken, type GenerateOptions, type RowDriver } from "./index.ts";

export const VOCABULARY = 20;
export const STOP = 1;
export const MAX_TURN = 4;
export const CONTEXT = 40;
export const newModel = (): Llama =>
  Llama.create(
    {
      vocab_size: VOCABULARY,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      max_position_embeddings: CONTEXT,
      initializer_range: 0.5,
    },
    { seed: 5 },
  );
export const OPTIONS: GenerateOptions = { stopTokens: [STOP], maxTurnTokens: MAX_TURN };

/** Allows the same tokens all the time. */
export class Only implements Constraint {
  readonly isDone = false;
  isDisposed = false;
  readonly #ids: readonly number[];

  constructor(ids: readonly number[]) {
    this.#ids = ids;
  }

  allowed(): readonly number[] {
    return this.#ids;
  }

  accept(id: number): void {
    expect(this.#ids).toContain(id);
  }

  dispose(): void {
    expect(this.isDisposed).toBe(false);
    this.isDisposed = true;
  }
}

/** Says a fixed script and checks every turn of the model against the whole forward pass. */
export class Checked implements RowDriver {
  readonly context: number[] = [];
  readonly constraints: Only[] = [];
  readonly tokens: GeneratedToken[] = [];
  reason: string | undefined;
  turns = 0;
  readonly #model: Llama;
  readonly #script: readonly (readonly number[])[];
  readonly #allowed: readonly number[] | null;

  constructor(model: Llama, script: readonly (readonly number[])[], allowed: readonly number[] | null = null) {
    this.#model = model;
    this.#script = script;
    this.#allowed = allowed;
  }

  start(): readonly number[] {
    this.context.push(...this.#script[0]);
    return this.#script[0];
  }

  constraint(): Constraint | null {
    if (!this.#allowed) return null;
    this.constraints.push(new Only(this.#allowed));
    return this.constraints[this.constraints.length - 1];
  }

  token(token: GeneratedToken): boolean {
    this.tokens.push(token);
    return false;
  }

  turn(generated: readonly number[]): readonly number[] | null {
    for (const token of generated) {
      expect(token).toBe(this.#best());
      this.context.push(token);
    }
    if (generated.length < MAX_TURN) expect(this.#best()).toBe(STOP);
    const next = this.#script[++this.turns] ?? null;
    this.context.push(STOP, ...(next ?? []));
    return next;
  }

  end(reason: string): void {
    expect(this.reason).toBeUndefined();
    this.reason = reason;
  }

  #best(): number {
    const logits = tf.tidy(() => this.#model.logits([this.context]).dataSync().slice(-VOCABULARY));
    return (this.#allowed ?? [...logits.keys()]).reduce((a, b) => (logits[b] > logits[a] ? b : a));
  }
}

/** Speaks one turn. */
export const reader = (prompt: readonly number[], seen: GeneratedToken[] = []): RowDriver => ({
  start: () => prompt,
  token: (token) => seen.push(token) < 0,
  turn: () => null,
});

export const prompts = (count: number, longest = 9): number[][] => {
  const random = createRandom(1, "test/prompts");
  const length = (): number => 1 + random.int(longest);
  return Array.from({ length: count }, () => Array.from({ length: length() }, () => 2 + random.int(VOCABULARY - 2)));
};
