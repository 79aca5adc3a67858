/** Training speed of the student's shape on our engine: `bench-engine.ts THREADS SECONDS` prints tokens per second. */
import { Llama, selectEngine } from "../model/index.ts";
import { AdamW, makeBatch, sftRecipeSchema, sftStep } from "./index.ts";

const VOCABULARY = 1000;
const ROWS = 16;
const LENGTH = 120;

function main(threads: number, seconds: number): void {
  selectEngine("auto", threads);
  const shape = {
    vocab_size: VOCABULARY,
    hidden_size: 64,
    intermediate_size: 176,
    num_hidden_layers: 4,
    num_attention_heads: 4,
    tie_word_embeddings: true,
    max_position_embeddings: 640,
  };
  const model = Llama.create(shape, { seed: 0 });
  const optimizer = new AdamW(model.parameterCount, sftRecipeSchema.parse({ seed: 0 }));
  const row = (r: number): { id: string; ids: number[]; weights: number[]; sources: number[] } => {
    const ids = Array.from({ length: LENGTH + 1 }, (_, t) => (r * 7919 + t * 104729) % VOCABULARY);
    return { id: String(r), ids, weights: ids.map((_, t) => (t % 3 === 1 ? 1 : 0.1)), sources: ids.map(() => 0) };
  };
  const batch = makeBatch(Array.from({ length: ROWS }, (_, r) => row(r)));
  const timedStep = (): number => {
    const start = performance.now();
    const figures = sftStep(model, batch, optimizer, 1e-3);
    figures.dataSync();
    figures.dispose();
    return performance.now() - start;
  };
  for (let i = 0; i < 5; i++) timedStep();
  const times: number[] = [];
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) times.push(timedStep());
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  process.stdout.write(`${(ROWS * LENGTH * 1000) / median}\n`);
}

main(Number(process.argv[2]), Number(process.argv[3]));
