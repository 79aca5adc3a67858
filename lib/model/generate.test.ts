import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { Interrupted, readJson } from "../base/index.ts";
import {
  generate,
  Llama,
  readConfig,
  readSafetensors,
  selectEngine,
  tf,
  TokenTrie,
  type Constraint,
  type GeneratedToken,
  type GenerateOptions,
  type RowDriver,
} from "./index.ts";
import { Checked, newModel, Only, OPTIONS, prompts, reader, STOP, VOCABULARY } from "./test-drivers.ts";

beforeAll(() => {
  selectEngine("auto");
});

describe("generate", () => {
  test.each([
    [6, 1],
    [15, 3],
    [40, 16],
  ])(
    "each token is what the whole forward pass would choose, for rows of any length, %i rows, %i at a time",
    async (count, rows) => {
      const model = newModel();
      const told = prompts(3 * count, 6);
      const drivers = Array.from({ length: count }, (_, row) => {
        const script = told.slice(3 * row, 3 * row + 1 + (row % 3));
        return new Checked(model, script, row % 2 ? [STOP, 4, 7, 9] : null);
      });
      const before = tf.memory().numTensors;
      await generate(model, drivers, { ...OPTIONS, rows });
      expect(tf.memory().numTensors).toBe(before);
      drivers.forEach(({ turns, reason, constraints }, row) => {
        expect([turns, reason]).toEqual([1 + (row % 3), "finished"]);
        expect(constraints.map(({ isDisposed }) => isDisposed)).toEqual(row % 2 ? new Array(turns).fill(true) : []);
      });
      model.dispose();
    },
  );

  test("torch's greedy continuation, token for token", async () => {
    const folder = path.join(import.meta.dirname, "fixtures", "parity");
    const { greedy } = readJson<{ greedy: { prompt: number[]; continuation: number[] } }>(
      path.join(folder, "fixture.json"),
    );
    const config = readConfig(path.join(folder, "config.json"));
    const model = Llama.fromArrays(config, readSafetensors(path.join(folder, "policy.safetensors")));
    const { length } = greedy.continuation;
    const alone: GeneratedToken[] = [];
    const crowded: GeneratedToken[] = [];
    await generate(model, [reader(greedy.prompt, alone)], { stopTokens: [2], maxTurnTokens: length });
    const crowd = [reader([5]), reader(greedy.prompt, crowded), reader([9, 8, 7]), reader([3, 3])];
    await generate(model, crowd, { stopTokens: [2], maxTurnTokens: length, rows: 2 });
    for (const seen of [alone, crowded]) expect(seen.map(({ id }) => id)).toEqual(greedy.continuation);
    model.dispose();
  });

  test.each([
    ["greedy", undefined],
    ["drawn", { temperature: 1.5, topP: 0.95, seed: 3 }],
  ])("a row alone and in a crowd: equal tokens, log-probabilities to 1e-4 (%s)", async (_, sampling) => {
    const model = newModel();
    const options: GenerateOptions = { stopTokens: [], maxTurnTokens: 12, logprobs: 2, sampling };
    const all = prompts(12, 20).map((prompt, row) => ({
      prompt,
      row,
      alone: new Array<GeneratedToken>(),
      crowded: new Array<GeneratedToken>(),
    }));
    const driver = (row: number, prompt: readonly number[], seen: GeneratedToken[]): RowDriver => ({
      ...reader(prompt, seen),
      id: `r${row}`,
    });
    await generate(model, all.map(({ row, prompt, crowded }) => driver(row, prompt, crowded)), { ...options, rows: 5 }); // prettier-ignore
    for (const { prompt, row, alone, crowded } of all) {
      await generate(model, [driver(row, prompt, alone)], options);
      expect(crowded.map(({ id }) => id)).toEqual(alone.map(({ id }) => id));
      crowded.forEach(({ logprob, alternatives }, i) => {
        expect(Math.abs(logprob! - alone[i].logprob!)).toBeLessThan(1e-4);
        alternatives!.forEach((other, j) => expect(Math.abs(other.logprob - alone[i].alternatives![j].logprob)).toBeLessThan(1e-4)); // prettier-ignore
      });
    }
    model.dispose();
  });

  test("log-probabilities are those of the whole forward pass, whatever is allowed or drawn", async () => {
    const model = newModel();
    const [prompt] = prompts(1);
    const seen: GeneratedToken[] = [];
    const driver = { ...reader(prompt, seen), constraint: () => new Only([4, 7, 9]) };
    const sampling = { temperature: 0.3, seed: 1 };
    await generate(model, [driver], { stopTokens: [], maxTurnTokens: 6, logprobs: 3, sampling });
    expect(seen).toHaveLength(6);
    seen.forEach(({ id, logprob, alternatives }, i) => {
      const context = [...prompt, ...seen.slice(0, i).map((token) => token.id)];
      const all = tf.tidy(() =>
        tf
          .logSoftmax(model.logits([context]))
          .dataSync()
          .slice(-VOCABULARY),
      );
      expect(Math.abs(logprob! - all[id])).toBeLessThan(1e-5);
      const best = [...all.keys()].sort((a, b) => all[b] - all[a]).slice(0, 3);
      expect(alternatives!.map((other) => other.id)).toEqual(best);
      alternatives!.forEach((other) => expect(Math.abs(other.logprob - all[other.id])).toBeLessThan(1e-5));
    });
    model.dispose();
  });

  test("a turn that its driver or its constraint ends is closed with the stop token", async () => {
    const model = newModel();
    const trie = new TokenTrie([[4, 7]]);
    for (const end of ["driver", "constraint"]) {
      const turns: (readonly number[])[] = [];
      const driver: RowDriver = {
        start: () => [2, 3],
        constraint: () => (end === "driver" ? new Only([4]) : turns.length === 0 ? trie.constraint() : null),
        token: () => end === "driver" && turns.length === 0,
        turn: (generated) => (turns.push([...generated]) === 1 ? [5] : null),
      };
      await generate(model, [driver], { ...OPTIONS, maxTurnTokens: 2 });
      const said = end === "driver" ? [4] : [4, 7];
      expect(turns[0]).toEqual(said);
      const after = new Checked(model, [[2, 3, ...said, STOP, 5]], end === "driver" ? [4] : null);
      await generate(model, [after], OPTIONS);
      expect(after.tokens.map(({ id }) => id).slice(0, turns[1].length)).toEqual(turns[1]);
    }
    model.dispose();
  });

  test("an aborted signal, an error of a driver, an empty row: nothing is left behind", async () => {
    const model = newModel();
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    const script = [[5, 6], [7]];
    const run = (driver: RowDriver, options: Partial<GenerateOptions> = {}): Promise<void> =>
      generate(model, [new Checked(model, script), driver], { ...OPTIONS, ...options });
    await expect(run(reader([5]), { onProgress, signal: controller.signal })).rejects.toThrow(Interrupted);
    await expect(run(reader([]))).rejects.toThrow("row 1: a row must start with at least one token");
    const broken = (): never => {
      throw new Error("broken driver");
    };
    const only = new Only([]);
    for (const method of ["start", "constraint", "token", "turn", "end"] as const)
      await expect(run({ ...reader([5]), [method]: broken })).rejects.toThrow("broken driver");
    await expect(run({ ...reader([5]), id: "seven", constraint: () => only })).rejects.toThrow(
      "row seven: no token is allowed",
    );
    expect(only.isDisposed).toBe(true);
    const late: Constraint = { ...new Only([4]), allowed: () => Promise.reject(new Error("late")), accept: broken };
    await expect(run({ ...reader([5]), constraint: () => late })).rejects.toThrow("late");
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test("bad options are named", async () => {
    const model = newModel();
    const run = (options: Partial<GenerateOptions>): Promise<void> => generate(model, [], { ...OPTIONS, ...options });
    await run({});
    await expect(run({ rows: 0 })).rejects.toThrow("rows 0: a whole number of 1 or more is expected");
    await expect(run({ maxTurnTokens: 1.5 })).rejects.toThrow("maxTurnTokens 1.5");
    await expect(run({ logprobs: -1 })).rejects.toThrow("logprobs -1: a whole number of 0 or more is expected");
    await expect(run({ sampling: { temperature: -1, seed: 0 } })).rejects.toThrow("temperature -1");
    model.dispose();
  });
});
