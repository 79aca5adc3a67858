/** Operations with hand-written gradients: fewer and faster kernels than TensorFlow.js would record by itself. */
export * from "./attention.ts";
export * from "./batch-mat-mul.ts";
export * from "./cross-entropy.ts";
export * from "./dropout.ts";
export * from "./gather-rows.ts";
export * from "./linear.ts";
export * from "./rms-norm.ts";
export * from "./rope.ts";
export * from "./rows.ts";
export * from "./softmax.ts";
export * from "./split-like.ts";
export * from "./swiglu.ts";
export * from "./weighted-row-sums.ts";
