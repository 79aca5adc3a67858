import { createRequire } from "node:module";

/** TensorFlow's protocol messages that a graph is made of, as the native package brings them (without types of their own). */
interface Messages {
  readonly AttrValue: new () => AttrValue;
  readonly GraphDef: new () => GraphDef;
  readonly MetaGraphDef: { readonly MetaInfoDef: new () => { addTags(tag: string): void } };
  readonly SavedModel: new () => SavedModel;
  readonly Tensor: new () => TensorMessage;
  readonly TensorShape: new () => TensorShape;
  readonly VersionDef: new () => { setProducer(version: number): void };
}

export interface AttrValue {
  setType(dtype: unknown): void;
  setB(value: unknown): void;
  setI(value: number): void;
  setF(value: unknown): void;
  setS(bytes: Uint8Array): void;
  setTensor(value: TensorMessage): void;
}

export interface GraphDef {
  addNode(): NodeDef;
  setVersions(versions: unknown): void;
}

interface NodeDef {
  setName(name: string): void;
  setOp(operation: string): void;
  setInputList(names: readonly string[]): void;
  getAttrMap(): { set(name: string, value: AttrValue): void };
}

export interface TensorMessage {
  setDtype(dtype: unknown): void;
  setTensorShape(shape: TensorShape): void;
  setTensorContent(bytes: Uint8Array): void;
}

export interface TensorShape {
  addDim(): { setSize(size: number): void };
}

export interface SavedModel {
  setSavedModelSchemaVersion(version: number): void;
  addMetaGraphs(): { setMetaInfoDef(about: unknown): void; setGraphDef(graph: GraphDef): void };
  serializeBinary(): Uint8Array;
}

/** Loaded with the first graph: the plain JavaScript engine goes without. */
export const messages = (): Messages =>
  createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js") as Messages;
