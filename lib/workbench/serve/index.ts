/** The student behind OpenAI's API. */
export { createApp, type AppOptions } from "./app.ts";
export { listen, type RunningServer } from "./http-server.ts";
export type { Limits } from "./limits.ts";
export { runServe } from "./run-serve.ts";
export { openModels, type ServedModel, type ServedModels, type ServedModelsOptions } from "./served-models.ts";
export * from "./launch/index.ts";
