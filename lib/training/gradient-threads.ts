import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import { typeScriptThread } from "../base/index.ts";
import type { EmbeddingParts } from "../labels/index.ts";
import { tf, type EngineKind, type Llama, type LlamaConfig, type LoraConfig } from "../model/index.ts";
import { addUp, BatchGradients, totalsOf, type Share } from "./batch-gradients.ts";
import type { GradientSource } from "./gradient-source.ts";
import type { ObjectiveSettings } from "./objective-settings.ts";
import type { Gradient, Objective } from "./objective.ts";

/** What a thread is started with. */
export interface ThreadStart {
  readonly engine: EngineKind;
  readonly config: LlamaConfig;
  readonly parts: EmbeddingParts | undefined;
  readonly base: Float32Array;
  readonly adapter: LoraConfig | null;
  readonly settings: ObjectiveSettings;
  /** The trained weights, written by the main thread before each step. */
  readonly trainable: SharedArrayBuffer;
  /** Figures and then gradient, written by the thread. */
  readonly result: SharedArrayBuffer;
}

/** Message to a thread; its answer is `null` when `result` is filled. */
export interface ThreadWork {
  readonly shares: readonly Share<never>[];
  readonly totals: readonly number[];
}

interface Thread {
  readonly worker: Worker;
  readonly result: Float32Array;
}

/**
 * Spreads the batches of a step over `count` threads, this one included; each has the whole model and one thread inside
 * an operation. Small operations do not fill several cores, whole batches do. The gradients are added up in a fixed
 * order, so that equal runs give equal weights.
 */
export async function threadedGradients<Row, Batch extends { readonly tokens: number }>(
  objective: Objective<Row, Batch>,
  model: Llama,
  engine: EngineKind,
  count: number,
): Promise<GradientSource<Batch>> {
  const gradients = new BatchGradients(objective, model);
  const figures = objective.figures.length;
  const size = model.trainable.size;
  const trainable = new SharedArrayBuffer(4 * size);
  const weights = new Float32Array(trainable);
  const start = {
    engine,
    config: model.config,
    parts: model.parts,
    base: model.weights.dataSync() as Float32Array,
    adapter: model.adapter?.config ?? null,
    settings: objective.settings,
    trainable,
  };
  const threads = await Promise.all(
    Array.from({ length: count - 1 }, async (): Promise<Thread> => {
      const result = new SharedArrayBuffer(4 * (figures + size));
      const file = new URL("./gradient-thread.ts", import.meta.url);
      const worker = typeScriptThread(file, { ...start, result } satisfies ThreadStart);
      await once(worker, "message"); // it is ready; an error on the way is thrown here
      return { worker, result: new Float32Array(result) };
    }),
  );

  const answer = async ({ worker, result }: Thread, work: ThreadWork): Promise<Gradient> => {
    worker.postMessage(work);
    await once(worker, "message");
    return {
      figures: tf.tensor1d(result.slice(0, figures)),
      gradient: tf.tensor1d(result.slice(figures)),
    };
  };

  return {
    ways: count,
    gradient: async (shares) => {
      const totals = totalsOf(objective, shares);
      weights.set(model.trainable.dataSync());
      const own = shares.filter((_, i) => i % count === 0);
      const others = threads.map((thread, t) => ({ thread, shares: shares.filter((_, i) => i % count === t + 1) }));
      const busy = others.filter(({ shares }) => shares.length > 0);
      const answers = busy.map(({ thread, shares }) => answer(thread, { shares: shares as Share<never>[], totals }));
      let sum = gradients.sum(own, totals);
      for (const gradient of await Promise.all(answers)) sum = addUp(sum, gradient);
      return sum;
    },
    close: async () => {
      gradients.dispose();
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
