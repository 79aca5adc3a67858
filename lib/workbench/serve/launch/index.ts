/** How other servers are started for a model, and when they are ready. */
export { launchScript, type Launch, type LaunchOptions, type ServerKind } from "./launch.ts";
export { launchOf } from "./servers.ts";
export { waitUntilReady, type ReadyOptions } from "./wait-until-ready.ts";
