import * as fs from "node:fs";
import * as path from "node:path";
import { Interrupted, readJson, sha256, writeJson, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { tf, type Llama } from "../model/index.ts";
import { makeBatch } from "./batches.ts";
import { planEpoch } from "./plan.ts";
import { answerLogProbabilities, type ReferenceLogProbabilities } from "./preference-objective.ts";
import type { PreferencePair } from "./row-problems.ts";
import type { RowSource } from "./row-source.ts";

interface Cached {
  readonly signature: string;
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

/**
 * Log-probabilities of all pairs under the model as it is now (its active adapter included), computed once and kept in
 * `reference.json` in `folder`: training that is continued must not take its own progress for the reference.
 */
export async function referenceLogProbabilities(
  model: Llama,
  rows: RowSource<PreferencePair>,
  folder: string,
  options: {
    readonly batchSize: number;
    readonly batchTokens: number;
    readonly onProgress?: OnProgress;
    readonly signal?: AbortSignal;
  },
): Promise<ReferenceLogProbabilities> {
  const file = path.join(folder, "reference.json");
  const signature = sha256(`${rows.hash} ${weightsHash(model)}`);
  const cached = fs.existsSync(file) ? readJson<Cached>(file) : undefined;
  if (cached?.signature === signature)
    return { chosen: Float64Array.from(cached.chosen), rejected: Float64Array.from(cached.rejected) };

  const result = { chosen: new Float64Array(rows.count), rejected: new Float64Array(rows.count) };
  let done = 0;
  for (const lines of planEpoch(rows, 0, { ...options, seed: "reference" })) {
    if (options.signal?.aborted) throw new Interrupted("stopped while the reference model was asked");
    const indices = lines.flat();
    const pairs = indices.map((index) => rows.read(index));
    for (const side of ["chosen", "rejected"] as const) {
      const batch = makeBatch(
        pairs.map((pair) => [pair[side]]),
        model.config.max_position_embeddings,
      );
      const values = tf.tidy(() => answerLogProbabilities(model, model.trainable, batch).dataSync());
      indices.forEach((index, i) => (result[side][index] = values[i]));
    }
    done += indices.length;
    options.onProgress?.({ done, total: rows.count, note: "reference model" });
    await yieldToEventLoop();
  }
  const { chosen, rejected } = result;
  writeJson(file, { signature, chosen: [...chosen], rejected: [...rejected] } satisfies Cached);
  return result;
}

/** Of base and adapter. */
export function weightsHash(model: Llama): string {
  const bytes = (weights: { dataSync(): unknown }): Uint8Array =>
    new Uint8Array((weights.dataSync() as Float32Array).buffer);
  return sha256([model.weights, model.trainable].map((weights) => sha256(bytes(weights))).join());
}
