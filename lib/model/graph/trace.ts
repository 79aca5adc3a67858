import type { NativeBackend, Tensor } from "../tensorflow.ts";

/** What native TensorFlow was asked to do, in the numbers by which the binding knows its tensors. */
export interface Trace {
  readonly operations: readonly TracedOperation[];
  /** Tensors whose values came from JavaScript during the trace. */
  readonly constants: ReadonlyMap<number, TracedConstant>;
  /** Type of each tensor that was there before the trace. */
  readonly captured: ReadonlyMap<number, number | string>;
}

export interface TracedOperation {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

export interface Attribute {
  readonly name: string;
  readonly type: number | string;
  readonly value: unknown;
}

export interface TracedConstant {
  readonly shape: readonly number[];
  readonly dtype: number | string;
  readonly values: Values;
}

type Values = Float32Array | Int32Array | Uint8Array;
type Metadata = { readonly id: number; readonly shape: readonly number[]; readonly dtype: number };

/** The parts of the backend's inside that tracing and graphs need. */
export interface TraceableBackend extends Omit<NativeBackend, "binding"> {
  binding: NativeBackend["binding"] & {
    executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Metadata[];
    createTensor(shape: readonly number[], dtype: number | string, values: Values): number;
    tensorDataSync(id: number): unknown;
    loadSavedModel(folder: string, tags: string): number;
    deleteSavedModel(id: number): void;
    runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): Metadata[];
  };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  getDTypeInteger(dtype: string): number | string;
  createOutputTensor(metadata: Metadata): Tensor;
}

/**
 * Calls f and records each operation that reaches native TensorFlow on the way. `before` tells the tensors that were there
 * already. Values may not be read inside f: what came of them would become part of the trace.
 */
export function traced<T>(
  backend: TraceableBackend,
  f: () => T,
  before: (tensor: Tensor) => boolean,
): { readonly result: T; readonly trace: Trace } {
  const { binding } = backend;
  const inputIds = backend.getInputTensorIds.bind(backend);
  const operations: TracedOperation[] = [];
  const constants = new Map<number, TracedConstant>();
  const captured = new Map<number, number | string>();
  const recording = Object.create(binding, {
    executeOp: {
      value: (name: string, attributes: readonly Attribute[], inputs: readonly number[], count: number) => {
        const results = binding.executeOp(name, attributes, inputs, count);
        // The one kernel that leaves its type to be inferred, which only eager TensorFlow does.
        const type = { name: "T", type: binding.TF_ATTR_TYPE, value: results[0].dtype };
        const complete = name === "ExpandDims" ? [...attributes, type] : attributes;
        operations.push({ name, attributes: complete, inputs: [...inputs], outputs: results.map(({ id }) => id) });
        return results;
      },
    },
    createTensor: {
      value: (shape: readonly number[], dtype: number | string, values: Values) => {
        const id = binding.createTensor(shape, dtype, values);
        constants.set(id, { shape, dtype, values: values.slice() });
        return id;
      },
    },
    tensorDataSync: {
      value: () => {
        throw new Error("values of a tensor are read inside a function that is being compiled to a graph");
      },
    },
  }) as TraceableBackend["binding"];
  backend.binding = recording;
  backend.getInputTensorIds = (tensors) => {
    for (const tensor of tensors) {
      // Not every input has a number of its own: 64-bit scalars are made on the spot.
      if (tensor.id === undefined || !before(tensor)) continue;
      backend.binding = binding; // values that are yet to be handed over belong to before
      captured.set(inputIds([tensor])[0], backend.getDTypeInteger(tensor.dtype));
      backend.binding = recording;
    }
    return inputIds(tensors);
  };
  try {
    return { result: f(), trace: { operations, constants, captured } };
  } finally {
    backend.binding = binding;
    Reflect.deleteProperty(backend, "getInputTensorIds"); // the class's own shows again
  }
}
