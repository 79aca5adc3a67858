/** Models as GGUF files, for llama.cpp and what is built on it. */
export { readChatTemplate, readGguf, writeGguf, type GgufOptions } from "./gguf.ts";
export { ggufVocabulary, longestMatch, type GgufVocabulary } from "./vocabulary.ts";
