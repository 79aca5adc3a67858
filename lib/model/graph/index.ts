/** Functions of tensors as graphs that native TensorFlow runs in one go. */
export * from "./compiled.ts";
