import { beforeAll, describe, expect, test } from "vitest";
import type { ProgressUpdate } from "../base/index.ts";
import { generate, Llama, selectEngine, tf, type GeneratedToken, type RowDriver } from "./index.ts";
import { Checked, CONTEXT, newModel, OPTIONS, prompts, reader, VOCABULARY } from "./test-drivers.ts";

beforeAll(() => {
  selectEngine("auto");
});

describe("rows in a batch", () => {
  test("a driver is started when a place is free; the batch stays full", async () => {
    const model = newModel();
    let open = 0;
    const opened: number[] = [];
    const drivers = prompts(12).map((prompt, row): RowDriver => {
      let turns = 1 + (row % 4);
      return {
        start: () => {
          opened.push(++open);
          return prompt;
        },
        turn: () => (--turns > 0 ? [5] : null),
        end: () => open--,
      };
    });
    const updates: ProgressUpdate[] = [];
    await generate(model, drivers, { ...OPTIONS, rows: 3, onProgress: (update) => updates.push(update) });
    expect(opened).toHaveLength(12);
    expect(Math.max(...opened)).toBe(3);
    expect(opened.slice(2).filter((rows) => rows === 3).length).toBeGreaterThan(7); // less where two ended at once
    const done = updates.map((update) => update.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(updates.at(-1)).toEqual({ done: 12, total: 12 });
    model.dispose();
  });

  test("a row that fills the context ends there, the others go on", async () => {
    const model = newModel();
    const long = new Checked(model, [new Array<number>(30).fill(3), new Array<number>(9).fill(3)]);
    const tooLong = new Checked(model, [new Array<number>(34).fill(3)]);
    const short = new Checked(model, [[5, 6]]);
    const endless = new Checked(
      model,
      Array.from({ length: 20 }, () => [8]),
    );
    await generate(model, [long, tooLong, short, endless], { ...OPTIONS, maxLength: 33, rows: 2 });
    expect([long, tooLong, short, endless].map(({ reason }) => reason)).toEqual([
      "context_limit",
      "context_limit",
      "finished",
      "context_limit",
    ]);
    expect(tooLong.tokens).toEqual([]);
    expect(endless.context.length + endless.tokens.length).toBeGreaterThan(33);
    model.dispose();
  });

  test("the last place of the context still gives a choice", async () => {
    const model = newModel();
    const seen: GeneratedToken[] = [];
    await generate(model, [reader(new Array<number>(CONTEXT - 2).fill(3), seen)], { stopTokens: [], maxTurnTokens: 9 });
    expect(seen).toHaveLength(3);
    model.dispose();
  });

  test("first tokens may be long: they are read in pieces", async () => {
    const config = { ...newModel().config, num_attention_heads: 16, num_key_value_heads: 4, head_dim: 2, max_position_embeddings: 1200 }; // prettier-ignore
    const model = Llama.create(config, { seed: 2 });
    const seen = [new Array<GeneratedToken>(), new Array<GeneratedToken>()];
    const [long, short] = [1150, 700].map((length, i) => Array.from({ length }, (_, at) => 2 + ((at * (i + 3)) % 18)));
    await generate(model, [reader(long, seen[0]), reader(short, seen[1])], { stopTokens: [], maxTurnTokens: 1, logprobs: 0 }); // prettier-ignore
    for (const [i, prompt] of [long, short].entries()) {
      const [{ id, logprob }] = seen[i];
      const all = tf.tidy(() =>
        tf
          .logSoftmax(model.logits([prompt]))
          .dataSync()
          .slice(-VOCABULARY),
      );
      expect(all[id]).toBe(Math.max(...all));
      expect(Math.abs(logprob! - all[id])).toBeLessThan(1e-4);
    }
    model.dispose();
  });

  test("a row that has ended harms no other while it waits to be dropped, even beyond the context", async () => {
    const model = newModel();
    const full = new Checked(model, [new Array<number>(CONTEXT - 1).fill(3), [8, 8]]);
    const others = prompts(15, 4).map((prompt) => new Checked(model, [prompt, [5], [6, 7]]));
    await generate(model, [full, ...others], { ...OPTIONS, rows: 16 });
    expect(full.reason).toBe("context_limit");
    expect(new Set(others.map(({ reason }) => reason))).toEqual(new Set(["finished"]));
    model.dispose();
  });
});
