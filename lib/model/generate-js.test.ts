/** The plain JavaScript engine generates as the native one does. */
import * as path from "node:path";
import { expect, test } from "vitest";
import { readJson } from "../base/index.ts";
import { complete, Llama, readConfig, readSafetensors, selectEngine } from "./index.ts";

test("torch's greedy continuation, in a batch of prompts of different lengths", async () => {
  expect(selectEngine("js").engine).toBe("js");
  const file = (name: string): string => path.join(import.meta.dirname, "fixtures", "parity", name);
  const { greedy } = readJson<{ greedy: { prompt: number[]; continuation: number[] } }>(file("fixture.json"));
  const model = Llama.fromArrays(readConfig(file("config.json")), readSafetensors(file("policy.safetensors")));
  const prompts = [[1, 2, 3], greedy.prompt, [7]];
  const completions = await complete(model, prompts, {
    maxTokens: greedy.continuation.length,
    stopTokens: [],
    rows: 2,
  });
  expect(completions[1]).toEqual({ ids: greedy.continuation, end: "length" });
  model.dispose();
});
