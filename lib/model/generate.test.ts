import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { createRandom, Interrupted, readJson } from "../base/index.ts";
import { generate, Llama, readConfig, readSafetensors, selectEngine, tf, type RowDriver } from "./index.ts";

const VOCABULARY = 20;
const STOP = 1;
const MAX_TURN = 4;
const newModel = (): Llama =>
  Llama.create(
    {
      vocab_size: VOCABULARY,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 4,
      num_key_value_heads: 2,
      max_position_embeddings: 40,
      initializer_range: 0.5,
    },
    { seed: 5 },
  );

beforeAll(() => {
  selectEngine("auto");
});

/** Says a fixed script and checks every turn of the model against the whole forward pass. */
class Checked implements RowDriver {
  readonly context: number[] = [];
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

  allowed(): readonly number[] | null {
    return this.#allowed;
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

describe("generate", () => {
  test("each token is what the whole forward pass would choose, for rows of any length side by side", async () => {
    const model = newModel();
    const random = createRandom(1, "test/scripts");
    const told = (): number[] => Array.from({ length: 1 + random.int(6) }, () => 2 + random.int(VOCABULARY - 2));
    const drivers = Array.from({ length: 9 }, (_, row) => {
      const script = Array.from({ length: 1 + (row % 3) }, told);
      return new Checked(model, script, row % 2 ? [STOP, 4, 7, 9] : null);
    });
    const before = tf.memory().numTensors;
    await generate(model, drivers, { stopToken: STOP, maxTurnTokens: MAX_TURN });
    expect(tf.memory().numTensors).toBe(before);
    expect(drivers.map((driver) => driver.turns)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3]);
    for (const driver of drivers) expect(driver.reason).toBe("finished");
    model.dispose();
  });

  test("torch's greedy continuation, token for token", async () => {
    const folder = path.join(import.meta.dirname, "fixtures", "parity");
    const { greedy } = readJson<{ greedy: { prompt: number[]; continuation: number[] } }>(
      path.join(folder, "fixture.json"),
    );
    const config = readConfig(path.join(folder, "config.json"));
    const model = Llama.fromArrays(config, readSafetensors(path.join(folder, "policy.safetensors")));
    let continuation: readonly number[] = [];
    const driver: RowDriver = {
      start: () => greedy.prompt,
      allowed: () => null,
      turn: (generated) => {
        continuation = [...generated];
        return null;
      },
    };
    const { length } = greedy.continuation;
    await generate(model, [driver], { stopToken: 2, maxTurnTokens: length });
    expect(continuation).toEqual(greedy.continuation);
    model.dispose();
  });

  test("a row that fills the context ends there, the others go on", async () => {
    const model = newModel();
    const long = new Checked(model, [new Array<number>(30).fill(3), new Array<number>(9).fill(3)]);
    const short = new Checked(model, [[5, 6]]);
    await generate(model, [long, short], { stopToken: STOP, maxTurnTokens: MAX_TURN, maxLength: 33 });
    expect([long.reason, short.reason]).toEqual(["context_limit", "finished"]);
    model.dispose();
  });

  test("an aborted signal stops it and leaves no tensor behind", async () => {
    const model = newModel();
    const controller = new AbortController();
    const drivers = [new Checked(model, [[5, 6], [7]])];
    const before = tf.memory().numTensors;
    const onProgress = (): void => controller.abort();
    const result = generate(model, drivers, {
      stopToken: STOP,
      maxTurnTokens: MAX_TURN,
      onProgress,
      signal: controller.signal,
    });
    await expect(result).rejects.toThrow(Interrupted);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
