import { assert } from "../../base/index.ts";
import { messages, type AttrValue, type GraphDef, type TensorShape } from "./messages.ts";
import type { Attribute, Trace, TracedConstant, TraceableBackend } from "./trace.ts";

/** A function as TensorFlow's SavedModel, with the names to feed and to fetch by. */
export interface GraphFile {
  readonly bytes: Uint8Array;
  readonly inputNames: readonly string[];
  /** Tensors of before the trace, fed behind the inputs. */
  readonly captured: readonly number[];
  readonly outputNames: readonly string[];
}

/** One trace of the function, and which of its tensors went in and came out. */
export interface TracedCall {
  readonly trace: Trace;
  readonly inputs: readonly { readonly id: number; readonly dtype: number | string }[];
  readonly outputs: readonly number[];
}

/** Where a tensor of a trace comes from. */
type Source =
  | { readonly kind: "input" | "captured"; readonly index: number }
  | { readonly kind: "output"; readonly operation: number; readonly index: number }
  | { readonly kind: "constant"; readonly constant: TracedConstant };

/** TensorFlow's version of the format; it refuses graphs that are newer than itself. */
const PRODUCER = 1882;

/**
 * The graph of a function that was traced twice, with sizes that differ in what may differ later. A number that is not the
 * same in both traces depends on these sizes: it may only be one axis of a reshape, which the graph leaves to TensorFlow
 * (-1); else an error says where it is.
 */
export function graphOf(first: TracedCall, second: TracedCall, binding: TraceableBackend["binding"]): GraphFile {
  const graph = new (messages().GraphDef)();
  const captured = [...first.trace.captured.keys()];
  const sources = [sourcesOf(first, captured), sourcesOf(second, captured)];
  const constantNames = new Map<TracedConstant, string>();

  const addNode = (name: string, op: string, inputs: readonly string[], attributes: [string, AttrValue][]): void => {
    const node = graph.addNode();
    node.setName(name);
    node.setOp(op);
    node.setInputList(inputs);
    for (const [key, value] of attributes) node.getAttrMap().set(key, value);
  };
  const nameOf = (source: Source): string => {
    if (source.kind === "constant") {
      const name = constantNames.get(source.constant) ?? `constant${constantNames.size}`;
      if (!constantNames.has(source.constant)) addNode(name, "Const", [], constantAttributes(source.constant));
      constantNames.set(source.constant, name);
      return `${name}:0`;
    }
    return source.kind === "output"
      ? `operation${source.operation}:${source.index}`
      : `${source.kind}${source.index}:0`;
  };

  const placeholder = (name: string, dtype: number | string): string => {
    addNode(name, "Placeholder", [], [["dtype", attribute((value) => value.setType(dtype))]]);
    return `${name}:0`;
  };
  const inputNames = [
    ...first.inputs.map(({ dtype }, i) => placeholder(`input${i}`, dtype)),
    ...captured.map((id, i) => placeholder(`captured${i}`, first.trace.captured.get(id) as number)),
  ];
  const operations = [first.trace.operations, second.trace.operations];
  assert(operations[0].length === operations[1].length, "a function does other operations for other sizes");
  operations[0].forEach((operation, k) => {
    const other = operations[1][k];
    const isSame =
      operation.name === other.name && JSON.stringify(operation.attributes) === JSON.stringify(other.attributes);
    assert(isSame, `operation ${k}, ${operation.name}, differs for other sizes`);
    const inputs = operation.inputs.map((id, slot) => {
      const [a, b] = [sources[0](id), sources[1](other.inputs[slot])];
      return nameOf(sameSource(a, b, operation.name, slot));
    });
    addNode(
      `operation${k}`,
      operation.name,
      inputs,
      operation.attributes.map((given) => [given.name, attributeOf(given, binding)]),
    );
  });
  return {
    bytes: savedModel(graph),
    inputNames,
    captured,
    outputNames: first.outputs.map((id) => nameOf(sources[0](id))),
  };
}

function sourcesOf({ trace, inputs }: TracedCall, captured: readonly number[]): (id: number) => Source {
  const sources = new Map<number, Source>();
  for (const [id, constant] of trace.constants) sources.set(id, { kind: "constant", constant });
  captured.forEach((id, index) => sources.set(id, { kind: "captured", index }));
  inputs.forEach(({ id }, index) => sources.set(id, { kind: "input", index }));
  trace.operations.forEach(({ outputs }, operation) =>
    outputs.forEach((id, index) => sources.set(id, { kind: "output", operation, index })),
  );
  return (id) => {
    const source = sources.get(id);
    assert(source !== undefined, `tensor ${id} came from nowhere`);
    return source;
  };
}

function sameSource(a: Source, b: Source, operation: string, slot: number): Source {
  if (a.kind !== "constant" || b.kind !== "constant") {
    assert(JSON.stringify(a) === JSON.stringify(b), `input ${slot} of ${operation} is another tensor for other sizes`);
    return a;
  }
  const [values, others] = [a.constant.values, b.constant.values];
  const differing = [...values.keys()].filter((i) => values[i] !== others[i]);
  if (values.length === others.length && differing.length === 0) return a;
  const isOneAxis = operation === "Reshape" && slot === 1 && values.length === others.length && differing.length === 1;
  assert(isOneAxis, `input ${slot} of ${operation} is a constant that depends on the sizes`);
  const open = values.slice();
  open[differing[0]] = -1;
  return { kind: "constant", constant: { ...a.constant, values: open } };
}

function constantAttributes({ shape, dtype, values }: TracedConstant): [string, AttrValue][] {
  const tensor = new (messages().Tensor)();
  tensor.setDtype(dtype);
  tensor.setTensorShape(shapeOf(shape));
  tensor.setTensorContent(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  return [
    ["dtype", attribute((value) => value.setType(dtype))],
    ["value", attribute((value) => value.setTensor(tensor))],
  ];
}

function attributeOf({ name, type, value }: Attribute, binding: TraceableBackend["binding"]): AttrValue {
  return attribute((target) => {
    if (type === binding.TF_ATTR_TYPE) target.setType(value);
    else if (type === binding.TF_ATTR_BOOL) target.setB(value);
    else if (type === binding.TF_ATTR_INT && typeof value === "number") target.setI(value);
    else if (type === binding.TF_ATTR_FLOAT) target.setF(value);
    else if (type === binding.TF_ATTR_STRING) target.setS(Buffer.from(String(value)));
    else throw new Error(`attribute ${name} of a kind that graphs are not made with yet`);
  });
}

function shapeOf(sizes: readonly number[]): TensorShape {
  const shape = new (messages().TensorShape)();
  for (const size of sizes) shape.addDim().setSize(size);
  return shape;
}

function attribute(fill: (value: AttrValue) => void): AttrValue {
  const value = new (messages().AttrValue)();
  fill(value);
  return value;
}

function savedModel(graph: GraphDef): Uint8Array {
  const versions = new (messages().VersionDef)();
  versions.setProducer(PRODUCER);
  graph.setVersions(versions);
  const about = new (messages().MetaGraphDef.MetaInfoDef)();
  about.addTags("serve");
  const model = new (messages().SavedModel)();
  model.setSavedModelSchemaVersion(1);
  const meta = model.addMetaGraphs();
  meta.setMetaInfoDef(about);
  meta.setGraphDef(graph);
  return model.serializeBinary();
}
