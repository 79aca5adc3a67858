/** Speed of our greedy decoding: `waymark-generate.ts SHAPE ROWS SECONDS FOLDER` prints JSON; the weights go to FOLDER. */
import * as path from "node:path";
import { readJson } from "../../base/index.ts";
import { complete, Llama, selectEngine, type LlamaConfigInput } from "../index.ts";

const PROMPT = 32;
const NEW_TOKENS = 128;

async function main(shape: string, rows: number, seconds: number, folder: string): Promise<void> {
  const shapes = readJson<Record<string, { config: LlamaConfigInput & { vocab_size: number } }>>(
    path.join(import.meta.dirname, "shapes.json"),
  );
  selectEngine("auto", 1);
  const { config } = shapes[shape];
  const model = Llama.create({ ...config, initializer_range: 0.2 }, { seed: 0 }); // wide, so that few logits nearly tie
  model.save(folder);
  const prompts = Array.from({ length: rows }, (_, r) =>
    Array.from({ length: PROMPT }, (_, t) => (r * 7919 + t * 104729) % config.vocab_size),
  );
  const run = async (): Promise<{ time: number; ids: (readonly number[])[] }> => {
    const start = performance.now();
    const completions = await complete(model, prompts, { maxTokens: NEW_TOKENS, stopTokens: [], rows });
    return { time: performance.now() - start, ids: completions.map((completion) => completion.ids) };
  };
  const { ids } = await run();
  const times: number[] = [];
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) times.push((await run()).time);
  const median = times.sort((a, b) => a - b)[times.length >> 1];
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(JSON.stringify({ tokensPerSecond: (rows * NEW_TOKENS * 1000) / median, ids, peakMb }) + "\n");
}

const [shape, rows, seconds, folder] = process.argv.slice(2);
void main(shape, Number(rows), Number(seconds), folder);
