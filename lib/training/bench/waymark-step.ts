/** Speed of our training step: `waymark-step.ts SHAPE THREADS SECONDS FOLDER` prints JSON; the start weights go to FOLDER. */
import * as path from "node:path";
import { readJson } from "../../base/index.ts";
import { Llama, selectEngine, type LlamaConfigInput } from "../../model/index.ts";
import { localGradients } from "../gradient-source.ts";
import { threadedGradients } from "../gradient-threads.ts";
import { AdamW, applyGradient, sftObjective, sftRecipeSchema } from "../index.ts";

interface Shape {
  readonly config: LlamaConfigInput & { readonly vocab_size: number };
  readonly rows: number;
  readonly length: number;
}

async function main(name: string, threads: number, seconds: number, folder: string): Promise<void> {
  const { config, rows, length } = readJson<Record<string, Shape>>(
    path.join(import.meta.dirname, "../../model/bench/shapes.json"),
  )[name];
  const { engine } = selectEngine("auto", threads);
  const model = Llama.create(config, { seed: 0 });
  model.save(folder);
  const optimizer = new AdamW(model.layout, sftRecipeSchema.parse({ seed: 0 }));
  const objective = sftObjective(length);
  const source =
    threads > 1 ? await threadedGradients(objective, model, engine, threads) : localGradients(objective, model);
  // The same rows as in torch_step.py: one token of three is the agent's own.
  const lines = Array.from({ length: rows }, (_, r) => {
    const ids = Array.from({ length: length + 1 }, (_, t) => (r * 7919 + t * 104729) % config.vocab_size);
    const weights = ids.map((_, t) => (t % 3 === 1 ? 1 : 0.1));
    return [{ row: { id: String(r), ids, weights, sources: ids.map(() => 0) }, index: r }];
  });
  const shares = Array.from({ length: threads }, (_, part) => ({
    batch: objective.batch(lines.filter((_, i) => i % threads === part)),
  }));
  const timedStep = async (): Promise<{ time: number; loss: number }> => {
    const start = performance.now();
    const figures = applyGradient(await source.gradient(shares), model, optimizer, 1e-3);
    const [loss] = figures.dataSync();
    figures.dispose();
    return { time: performance.now() - start, loss };
  };
  const { loss } = await timedStep();
  for (let i = 0; i < 4; i++) await timedStep();
  const times: number[] = [];
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) times.push((await timedStep()).time);
  await source.close();
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ tokensPerSecond: (rows * length * 1000) / median, loss, peakMb }) + "\n");
}

const [name, threads, seconds, folder] = process.argv.slice(2);
void main(name, Number(threads), Number(seconds), folder);
