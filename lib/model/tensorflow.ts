import { createRequire } from "node:module";
import * as fs from "node:fs";
import * as path from "node:path";
import { z } from "zod";
import { UserError } from "../base/index.ts";
import type * as tensorflow from "@tensorflow/tfjs";

export type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Variable } from "@tensorflow/tfjs";

const requireModule = createRequire(import.meta.url);

/** The one copy of TensorFlow.js; everything that uses tensors takes it from here. */
export const tf = requireModule("@tensorflow/tfjs") as typeof tensorflow;

/** Where tensors are computed: native TensorFlow on CPU or GPU, or plain JavaScript (slow, works everywhere). */
export type EngineKind = "cpu" | "gpu" | "js";

export interface EngineInfo {
  readonly engine: EngineKind;
  /** Version of the native library, or of TensorFlow.js for the `js` engine. */
  readonly tensorflowVersion: string;
  readonly device: string;
  readonly threads: number;
}

/** What the native backend offers beyond the TensorFlow.js interface. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_Version: string;
    readonly [constant: `TF_${string}`]: number | string;
  };
  executeMultipleOutputs(
    name: string,
    attributes: readonly { name: string; type: number | string; value: unknown }[],
    inputs: readonly tensorflow.Tensor[],
    outputs: number,
  ): tensorflow.Tensor[];
}

let selected: EngineInfo | undefined;

/**
 * Chooses the engine for this process. `auto` is what set-up wrote in `.setup/engine.json`, else the native CPU engine
 * where its binding is installed, else `js`. Native libraries read their settings once, so a process keeps its first
 * native engine. A GPU that was asked for and is not usable is an error, never a silent fall-back.
 *
 * `threads` (default: WAYMARK_THREADS, else 2, whatever the machine has) is the number of CPU threads that training spreads
 * its rows over; results are equal bit for bit from run to run for the same number. Inside one operation there is a
 * single thread, for the operations of small models are too short to share; TF_NUM_INTRAOP_THREADS overrides that.
 */
export function selectEngine(kind: "auto" | EngineKind = "auto", threads = threadsWanted()): EngineInfo {
  const wanted = kind === "auto" ? (selected?.engine ?? engineOfSetup() ?? (bindingFile() ? "cpu" : "js")) : kind;
  if (selected?.engine === wanted) return selected;
  tf.enableProdMode(); // no checks of every single operation, no advertisement for the native packages
  selected = wanted === "js" ? selectJavaScript() : selectNative(wanted, threads);
  return selected;
}

/** The native backend, or undefined where the `js` engine computes. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : undefined;
}

function selectJavaScript(): EngineInfo {
  process.stderr.write("warning: the plain JavaScript engine is used; training will be about 100 times slower\n");
  void tf.setBackend("cpu"); // takes effect at once: this backend has nothing to wait for
  return { engine: "js", tensorflowVersion: tf.version["tfjs-core"], device: "JavaScript", threads: 1 };
}

function selectNative(kind: "cpu" | "gpu", threads: number): EngineInfo {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true"; // else TensorFlow takes nearly all of the GPU's memory
  process.env.TF_NUM_INTRAOP_THREADS ??= "1";
  process.env.TF_NUM_INTEROP_THREADS ??= "-1"; // one operation after another, in the thread that asks for it
  if (kind === "cpu") process.env.CUDA_VISIBLE_DEVICES = "-1";
  if (!bindingFile())
    throw new UserError(
      "the native TensorFlow binding is not installed: run `npm run setup`, or choose the slow engine with `--js`",
    );
  requireModule("@tensorflow/tfjs-node-gpu"); // registers and selects the backend "tensorflow"
  if (!tf.findBackendFactory("tensorflow"))
    throw new UserError("@tensorflow/tfjs-node-gpu did not register its backend: run `npm run setup` again");
  void tf.setBackend("tensorflow"); // takes effect at once: this backend has nothing to wait for
  const backend = nativeBackend() as NativeBackend;
  if (kind === "gpu" && !backend.isUsingGpuDevice)
    throw new UserError(
      "engine `gpu` was asked for, but TensorFlow sees no usable GPU: check `nvidia-smi` and run `npm run setup -- --gpu`, or choose `--cpu`",
    );
  if (kind === "cpu" && backend.isUsingGpuDevice)
    throw new UserError("engine `cpu` was asked for in a process that already computes on the GPU: start a new one");
  return {
    engine: kind,
    tensorflowVersion: backend.binding.TF_Version,
    device: kind === "gpu" ? "GPU:0" : "CPU",
    threads: kind === "cpu" ? threads : 1,
  };
}

const threadsWanted = (): number => {
  const text = process.env.WAYMARK_THREADS ?? "2";
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1)
    throw new UserError(`WAYMARK_THREADS=${text}: a whole number of CPU threads, 1 or more, is expected`);
  return threads;
};

function bindingFile(): string | undefined {
  try {
    const manifest = requireModule.resolve("@tensorflow/tfjs-node-gpu/package.json");
    const file = path.join(path.dirname(manifest), "lib", "napi-v8", "tfjs_binding.node");
    return fs.existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** What `npm run setup` prepared; looked for in the project that this file belongs to. */
function engineOfSetup(): EngineKind | undefined {
  let folder = path.dirname(requireModule.resolve("@tensorflow/tfjs/package.json"));
  while (path.basename(folder) !== "node_modules" && path.dirname(folder) !== folder) folder = path.dirname(folder);
  const file = path.join(path.dirname(folder), ".setup", "engine.json");
  if (!fs.existsSync(file)) return undefined;
  const parsed = z
    .object({ engine: z.enum(["cpu", "gpu", "js"]) })
    .safeParse(JSON.parse(fs.readFileSync(file, "utf8")));
  if (!parsed.success)
    throw new UserError(`${file}: "engine" must be cpu, gpu or js: delete the file and run \`npm run setup\` again`);
  return parsed.data.engine;
}
