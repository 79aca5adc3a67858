/** The student: a small Llama on TensorFlow.js, its files and its decoding. */
export * from "./config.ts";
export * from "./generate.ts";
export * from "./llama.ts";
export * from "./safetensors.ts";
export * from "./tensorflow.ts";
