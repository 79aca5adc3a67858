/** Byte-level BPE with Hugging Face's file format. */
export { tokenizerConfig } from "./config.ts";
export { splitUnits } from "./patterns.ts";
export { BpeTokenizer, loadTokenizer, type Tokenizer } from "./tokenizer.ts";
export { trainTokenizer, type TrainTokenizerOptions } from "./train.ts";
