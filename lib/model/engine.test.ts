import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interrupted, UserError } from "../base/index.ts";
import {
  complete,
  Engine,
  EngineClosed,
  selectEngine,
  tf,
  TokenText,
  type Constraint,
  type EngineRequest,
  type Llama,
} from "./index.ts";
import { CONTEXT, newModel, prompts, STOP } from "./test-drivers.ts";

let model: Llama;
let tensors: number;
beforeAll(() => {
  selectEngine("auto");
  model = newModel();
  tensors = tf.memory().numTensors;
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensors); // every engine was closed, and has left nothing
  model.dispose();
});

const letters = (ids: readonly number[]): string => ids.map((id) => String.fromCharCode(97 + id)).join("");
const request = (ids: readonly number[], rest: Partial<EngineRequest> = {}): EngineRequest => ({
  ids,
  stopTokens: [STOP],
  maxTokens: 12,
  reader: new TokenText(letters),
  ...rest,
});
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("the engine", () => {
  test("requests that come at any time get what they would get alone, with settings of their own", async () => {
    const given = prompts(24).map((ids, i) =>
      request(ids, {
        maxTokens: 1 + (i % 12),
        ...(i % 3 === 0 && { sampling: { temperature: 1, topP: 0.9, seed: i } }),
        ...(i % 4 === 0 && { logprobs: 2 }),
        ...(i % 5 === 0 && { stopStrings: ["c"] }),
      }),
    );
    const alone: unknown[] = [];
    for (const one of given) {
      const engine = new Engine(model, 1);
      alone.push(await engine.complete({ ...one, reader: new TokenText(letters) }));
      await engine.close();
    }
    const engine = new Engine(model, 6);
    const together = await Promise.all(
      given.map(async (one, i) => {
        await pause(7 * (i % 5));
        return engine.complete({ ...one, reader: new TokenText(letters) });
      }),
    );
    const rounded = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value, (_, v: unknown) => (typeof v === "number" ? Number(v.toFixed(3)) : v)));
    expect(rounded(together)).toEqual(rounded(alone));
    expect([engine.running, engine.waiting]).toEqual([0, 0]);
    await engine.close();
  });

  test("the same as `complete`", async () => {
    const engine = new Engine(model);
    const ids = prompts(3);
    const sampling = { temperature: 1, seed: 4 };
    const wanted = await complete(model, ids, { maxTokens: 9, stopTokens: [STOP], sampling, decode: letters });
    for (const [stream, one] of ids.entries())
      expect(await engine.complete(request(one, { maxTokens: 9, sampling, stream }))).toEqual(wanted[stream]);
    await engine.close();
  });

  test("a request that is called off leaves, whether it runs or waits; the others go on", async () => {
    const engine = new Engine(model, 1);
    const [running, waiting] = [new AbortController(), new AbortController()];
    const long = { maxTokens: CONTEXT, stopTokens: [] };
    const tokens: number[] = [];
    const first = engine.complete(
      request([3], { ...long, signal: running.signal, onToken: ({ id }) => tokens.push(id) === 4 && running.abort() }),
    );
    const second = engine.complete(request([4], { ...long, signal: waiting.signal }));
    const third = engine.complete(request([5]));
    waiting.abort();
    await expect(second).rejects.toThrow(Interrupted);
    await expect(first).rejects.toThrow(Interrupted);
    expect(tokens).toHaveLength(4);
    expect((await third).ids.length).toBeGreaterThan(0);
    await expect(engine.complete(request([3], { signal: running.signal }))).rejects.toThrow(Interrupted);
    await engine.close();
  });

  test("an error of one request is its own", async () => {
    const engine = new Engine(model);
    const nothing: Constraint = { isDone: false, allowed: () => [], accept: () => undefined };
    const bad = engine.complete(request([3], { constraint: () => nothing }));
    const worse = engine.complete(request([3], { onToken: () => { throw new Error("a listener's"); } })); // prettier-ignore
    const good = engine.complete(request([4]));
    await expect(bad).rejects.toThrow("no token is allowed");
    await expect(worse).rejects.toThrow("a listener's");
    expect((await good).end).toMatch(/stop|length/);
    for (const [wrong, message] of [
      [{ ids: [] }, "the prompt is empty"],
      [{ ids: [99] }, "token 99 is outside"],
      [{ maxTokens: 0 }, "maxTurnTokens 0"],
      [{ sampling: { temperature: -1, seed: 0 } }, "temperature -1"],
    ] as const) {
      const asked = engine.complete({ ...request([3]), ...wrong });
      await expect(asked).rejects.toThrow(UserError);
      await expect(asked).rejects.toThrow(message);
    }
    await engine.close();
  });

  test("closed, it ends what is under way", async () => {
    const engine = new Engine(model);
    const under = engine.complete(request([3], { maxTokens: CONTEXT, stopTokens: [] }));
    await pause(5);
    const closing = engine.close();
    await expect(under).rejects.toThrow(EngineClosed);
    await closing;
    await expect(engine.complete(request([3]))).rejects.toThrow(EngineClosed);
  });
});
