/** The student: a small Llama on TensorFlow.js, its files and its decoding. */
export * from "./complete.ts";
export * from "./config.ts";
export * from "./constraint.ts";
export * from "./generate.ts";
export * from "./json/index.ts";
export type { Parameter } from "./layout.ts";
export * from "./llama.ts";
export { LoraAdapter } from "./lora.ts";
export { parseLoraConfig, type LoraConfig, type LoraConfigInput } from "./lora-config.ts";
export type { ResizeOptions } from "./resize.ts";
export type { TokenLogprob } from "./logprobs.ts";
export type { GeneratedToken, RowDriver, RowEnd } from "./row.ts";
export * from "./safetensors.ts";
export type { Sampling } from "./sampling.ts";
export * from "./tensorflow.ts";
export * from "./token-trie.ts";
