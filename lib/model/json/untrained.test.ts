import Ajv from "ajv";
import { expect, test } from "vitest";
import { complete } from "../complete.ts";
import { Llama } from "../llama.ts";
import { selectEngine } from "../tensorflow.ts";
import { JsonCompiler, type JsonGrammar } from "./index.ts";
import { SCHEMAS } from "./test-schemas.ts";
import { byteIds, stopToken, tokenizer } from "./test-walks.ts";

/** Of each schema. */
const GENERATIONS = 50;

test("1,000 texts of an untrained student, over 20 schemas: every one parses and satisfies its schema", async () => {
  selectEngine("auto");
  const sizes = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 1, num_attention_heads: 2 };
  const model = Llama.create({ ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 2048 }, { seed: 3 });
  const compiler = await JsonCompiler.create(tokenizer, [stopToken]);
  const ajv = new Ajv({ unknownFormats: "ignore" });
  const kinds: { name: string; grammar: JsonGrammar; validate: Ajv.ValidateFunction; texts: Set<string> }[] = [];
  for (const [name, schema] of Object.entries(SCHEMAS))
    kinds.push({ name, grammar: await compiler.compile(schema), validate: ajv.compile(schema), texts: new Set() });
  expect(kinds).toHaveLength(20);

  const prompts = Array.from({ length: GENERATIONS * kinds.length }, (_, i) => byteIds("Plan: ".slice(i % 5)));
  const completions = await complete(model, prompts, {
    stopTokens: [stopToken],
    decode: (ids) => tokenizer.decode(ids),
    sampling: { temperature: 1, seed: 1 },
    constraint: (prompt) => kinds[prompt % kinds.length].grammar.constraint(),
    maxTokens: 2000,
    rows: 128,
  });
  expect(completions).toHaveLength(1000);
  completions.forEach(({ text, end }, i) => {
    const { name, validate, texts } = kinds[i % kinds.length];
    expect([name, end]).toEqual([name, "stop"]);
    expect([name, text, validate(JSON.parse(text!)), validate.errors]).toEqual([name, text, true, null]);
    texts.add(text!);
  });
  // They are not the same text again and again, where there are many.
  for (const { name, texts } of kinds) expect([name, texts.size > 4 || name === "one value"]).toEqual([name, true]);
  await compiler.dispose();
  model.dispose();
}, 120_000);
