import { nativeBackend, type NativeBackend, type Tensor } from "../tensorflow.ts";

type Attribute = { readonly name: string; readonly type: number | string; readonly value: unknown };

/** Runs one TensorFlow kernel that TensorFlow.js has no function for. Not recorded for gradients. */
export function execute(
  backend: NativeBackend,
  name: string,
  inputs: readonly Tensor[],
  attributes: Attribute[],
): Tensor {
  return backend.executeMultipleOutputs(name, attributes, inputs, 1)[0];
}

const floatType = ({ binding }: NativeBackend): Attribute => ({
  name: "T",
  type: binding.TF_ATTR_TYPE,
  value: binding.TF_FLOAT,
});

/** The native backend where it computes on the CPU: there oneDNN's kernels are 2 to 5 times faster than TensorFlow's. */
export function oneDnnBackend(): NativeBackend | undefined {
  const backend = nativeBackend();
  return backend && !backend.isUsingGpuDevice ? backend : undefined;
}

/** Runs a oneDNN kernel under its own name; TensorFlow itself would only use it in a compiled graph. */
export function executeOneDnn(
  backend: NativeBackend,
  name: string,
  inputs: readonly Tensor[],
  more: Attribute[] = [],
): Tensor {
  const label = { name: "_kernel", type: backend.binding.TF_ATTR_STRING, value: "MklNameChangeOp" };
  return execute(backend, name, inputs, [floatType(backend), label, ...more]);
}

export const typeAttribute = (backend: NativeBackend, name: string, value: number | string): Attribute => ({
  name,
  type: backend.binding.TF_ATTR_TYPE,
  value,
});
