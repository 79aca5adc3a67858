/** A thread of `threadedGradients`: computes gradients of the batches that it is sent. */
import { parentPort, workerData } from "node:worker_threads";
import { Llama, LoraAdapter, selectEngine, tf } from "../model/index.ts";
import { BatchGradients } from "./batch-gradients.ts";
import type { ThreadStart, ThreadWork } from "./gradient-threads.ts";
import { objectiveOf } from "./objective-settings.ts";

function serve(start: ThreadStart, port: NonNullable<typeof parentPort>): void {
  selectEngine(start.engine, 1);
  const model = Llama.create(start.config, { seed: 0, parts: start.parts });
  tf.tidy(() => model.weights.assign(tf.tensor1d(start.base)));
  if (start.adapter) model.use(LoraAdapter.create(model, start.adapter, { seed: 0 }));
  const gradients = new BatchGradients(objectiveOf(start.settings, model), model);
  const trainable = new Float32Array(start.trainable);
  const result = new Float32Array(start.result);
  port.on("message", ({ shares, totals }: ThreadWork) => {
    tf.tidy(() => model.trainable.assign(tf.tensor1d(trainable.slice())));
    const { figures, gradient } = gradients.sum(shares, totals);
    result.set(figures.dataSync());
    result.set(gradient.dataSync(), figures.size);
    tf.dispose([figures, gradient]);
    port.postMessage(null);
  });
  port.postMessage(null);
}

if (parentPort) serve(workerData as ThreadStart, parentPort);
