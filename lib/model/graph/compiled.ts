import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { assert } from "../../base/index.ts";
import { nativeBackend, tf, type Tensor } from "../tensorflow.ts";
import { graphOf, type GraphFile, type TracedCall } from "./graph-def.ts";
import { traced, type TraceableBackend } from "./trace.ts";

/** An input of a compiled function. */
export interface GraphInput {
  readonly tensor: Tensor;
  /** Axes whose size may be another in the next call; of several inputs they vary together. */
  readonly varying: readonly number[];
}

type Graph = (inputs: readonly Tensor[]) => Tensor[];

/** Graphs that one function keeps; beyond, the oldest goes. */
const MOST_GRAPHS = 32;

/**
 * A function of tensors that native TensorFlow runs as one graph instead of operation by operation, which for small
 * models takes a third to two thirds of the time. Once for each combination of fixed sizes it is traced; sizes of the
 * varying axes may change from call to call. It must do the same operations whatever the values and varying sizes are,
 * and reads of other tensors are of those there at the first call.
 *
 * Where there is no gain (GPU: sessions would move every input there and back) or no native library, the function itself runs.
 */
export class Compiled {
  readonly #f: (inputs: readonly Tensor[]) => Tensor[];
  readonly #graphs = new Map<string, { readonly run: Graph; readonly free: () => void }>();

  constructor(f: (inputs: readonly Tensor[]) => Tensor[]) {
    this.#f = f;
  }

  /** The function's results, the caller's to dispose. */
  run(inputs: readonly GraphInput[]): Tensor[] {
    const tensors = inputs.map(({ tensor }) => tensor);
    const backend = nativeBackend() as TraceableBackend | undefined;
    // An axis of size 1 cannot be told from one that is stretched to fit, nor be traced shorter.
    const isOpen = inputs.every(({ tensor, varying }) => varying.every((axis) => tensor.shape[axis] > 1));
    if (!backend || backend.isUsingGpuDevice || !isOpen) return tf.tidy(() => this.#f(tensors));
    const key = inputs.map(({ tensor, varying }) => `${tensor.dtype} ${fixedSizes(tensor, varying).join()}`).join("; ");
    let graph = this.#graphs.get(key);
    if (!graph) {
      graph = compile(backend, this.#f, inputs);
      this.#graphs.set(key, graph);
      for (const [oldest, { free }] of this.#graphs) {
        if (this.#graphs.size <= MOST_GRAPHS) break;
        this.#graphs.delete(oldest);
        free();
      }
    }
    return graph.run(tensors);
  }

  dispose(): void {
    for (const { free } of this.#graphs.values()) free();
    this.#graphs.clear();
  }
}

const fixedSizes = ({ shape }: Tensor, varying: readonly number[]): (number | string)[] =>
  shape.map((size, axis) => (varying.includes(axis) ? "*" : size));

function compile(
  backend: TraceableBackend,
  f: (inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly GraphInput[],
): { run: Graph; free: () => void } {
  tf.engine().startScope();
  let graph: GraphFile;
  try {
    const shorter = inputs.map(({ tensor, varying }) =>
      tf.slice(
        tensor,
        tensor.shape.map(() => 0),
        tensor.shape.map((size, axis) => (varying.includes(axis) ? size - 1 : size)),
      ),
    );
    const [first, second] = [inputs.map(({ tensor }) => tensor), shorter].map((call) => traceCall(backend, f, call));
    graph = graphOf(first, second, backend.binding);
  } finally {
    tf.engine().endScope();
  }
  const { bytes, inputNames, captured, outputNames } = graph;
  const id = load(backend, bytes);
  const [feeds, fetches] = [inputNames.join(), outputNames.join()];
  return {
    run: (tensors) =>
      backend.binding
        .runSavedModel(id, [...backend.getInputTensorIds(tensors), ...captured], feeds, fetches)
        .map((metadata) => backend.createOutputTensor(metadata)),
    free: () => backend.binding.deleteSavedModel(id),
  };
}

function traceCall(
  backend: TraceableBackend,
  f: (inputs: readonly Tensor[]) => Tensor[],
  inputs: readonly Tensor[],
): TracedCall {
  const ids = backend.getInputTensorIds(inputs);
  assert(new Set(ids).size === ids.length, "a compiled function was given one tensor as two of its inputs");
  const first = tf.scalar(0).id;
  const { result, trace } = traced(
    backend,
    () => tf.tidy(() => f(inputs)),
    (tensor) => tensor.id < first && !inputs.includes(tensor),
  );
  return {
    trace,
    inputs: inputs.map(({ dtype }, i) => ({ id: ids[i], dtype: backend.getDTypeInteger(dtype) })),
    outputs: backend.getInputTensorIds(result),
  };
}

/** Puts the graph into a session; it is read from a file. */
function load(backend: TraceableBackend, bytes: Uint8Array): number {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-graph-"));
  try {
    fs.writeFileSync(path.join(folder, "saved_model.pb"), bytes);
    return backend.binding.loadSavedModel(folder, "serve");
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
