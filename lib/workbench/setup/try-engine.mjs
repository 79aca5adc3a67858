/** Loads the native engine, multiplies two matrices and says so: run by set-up in a process of its own. */
import { createRequire } from "node:module";

const tf = createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu");
const ones = tf.ones([64, 64]);
const product = tf.matMul(ones, ones).dataSync()[0];
if (tf.getBackend() !== "tensorflow" || product !== 64)
  throw new Error(`backend ${tf.getBackend()}, 64 ones give ${product}`);
const { binding, isUsingGpuDevice } = tf.backend();
console.log(`engine:TensorFlow ${binding.TF_Version} computes on the ${isUsingGpuDevice ? "GPU" : "CPU"}`);
