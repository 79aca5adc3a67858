import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeJson } from "../../base/index.ts";
import { loadTokenizer, readExamples, SPECIAL_TOKENS, trainTokenizer } from "../../labels/index.ts";
import { Llama } from "../../model/index.ts";
import { openRun } from "../run.ts";
import { newStudent } from "../stages/training.ts";
import { checkTrainingEngine } from "../stages/training-engine.ts";
import { withDeepSpeed } from "../test-deepspeed.ts";
import { plannerStages } from "./stages.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "planner-given-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A small model as somebody else may have made it: its own tokenizer, control tokens and sizes. */
function writeBase(base: string): void {
  const text = "Find the year of birth of the current mayor. I need the result, so the answer is known.";
  const specials = ["<s>", "</s>", "<unk>"];
  const tokenizer = trainTokenizer([text], { vocabularySize: 400, specials, pattern: String.raw` ?\p{L}+|.` });
  const sizes = { hidden_size: 16, intermediate_size: 32, num_hidden_layers: 2, num_attention_heads: 2 };
  const model = Llama.create({ ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 2048 }, { seed: 5 });
  model.save(base);
  model.dispose();
  writeJson(path.join(base, "tokenizer.json"), tokenizer);
}

const recipe = (base: string): string => `name: given
title: A model of somebody else learns to plan
extends: planner
settings:
  labels: { maximumLength: 2048 }
  model: { context: 2048 }
  training:
    epochs: 1
    batchSize: 8
    engine: deepspeed
    deepspeed:
      model: ${base}
      device: cpu
      precision: fp32
      zeroStage: 0
      microBatchSize: 8
      lora: { r: 4, target_modules: [q_proj, v_proj] }
  planner:
    requests: { single: 20, batches: 4 }
    evaluation: { single: 1, batches: 1, runs: 1, planTokens: 16 }
    generalisation: { single: 1, batches: 1, hotpot: 0 }
`;

it("a recipe that names a model trains it with its own tokenizer", { timeout: 600_000 }, async (context) => {
  withDeepSpeed(context, folder);
  const base = path.join(folder, "base");
  const file = path.join(folder, "given.yaml");
  fs.writeFileSync(file, recipe(base));
  const run = openRun({ recipe: file, seed: 0, quick: false });
  expect(() => checkTrainingEngine(run)).toThrow(/base: no model: config\.json cannot be read/);
  writeBase(base);
  checkTrainingEngine(run);
  for (const { run: stage } of plannerStages) await stage(run);

  const own = loadTokenizer(path.join(base, "tokenizer.json"));
  const tokenizer = loadTokenizer(path.join(run.folder, "labels", "tokenizer.json"));
  expect(tokenizer.size).toBe(own.size + SPECIAL_TOKENS.length);
  for await (const { ids } of readExamples(path.join(run.folder, "labels", "examples.jsonl.gz"))) {
    expect(tokenizer.decode(ids)).toContain('{"context_information_summary": "');
    expect(ids.filter((id) => id >= own.size).map((id) => tokenizer.tokenText(id))).toContain("<|assistant|>");
  }

  const [given, before, after] = [Llama.load(base), newStudent(run), Llama.load(path.join(run.folder, "training"))];
  expect(after.config.vocab_size).toBe(tokenizer.size);
  const weight = (model: Llama, name: string) => [...model.toArrays().get(`model.layers.0.${name}.weight`)!.data];
  expect(weight(before, "self_attn.q_proj")).toEqual(weight(given, "self_attn.q_proj"));
  expect(weight(after, "mlp.up_proj")).toEqual(weight(given, "mlp.up_proj"));
  expect(weight(after, "self_attn.q_proj")).not.toEqual(weight(given, "self_attn.q_proj"));
});
