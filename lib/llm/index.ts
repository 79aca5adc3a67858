/** The one port to chat models: clients of servers, cache, retry, budget, scripted models. */
export { askFor, jsonSchemaOf, type AskedValue } from "./ask.ts";
export * from "./budget.ts";
export { folderStore, withCache, type CacheOptions, type CacheStore } from "./cache.ts";
export * from "./chat-model.ts";
export { systemClock, type Clock } from "./clock.ts";
export type { HttpOptions } from "./json-http.ts";
export * from "./json-schema/index.ts";
export { llamaCppModel, type LlamaCppOptions } from "./llama-cpp-model.ts";
export { ModelError, type ModelErrorKind } from "./model-error.ts";
export { openAiChatModel } from "./openai-chat-model.ts";
export type { OpenAiOptions } from "./openai-client.ts";
export { openAiCompletionsModel, type OpenAiCompletionsOptions } from "./openai-completions-model.ts";
export { chatMlFormat, llama2Format, plainFormat, type PromptFormat } from "./prompt-format.ts";
export { withRetry, type RetryOptions } from "./retry.ts";
export * from "./scripted.ts";
export { tgiModel, type TgiOptions } from "./tgi-model.ts";
export * from "./tool-calls.ts";
