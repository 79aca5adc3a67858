/** KnowSelf's inference and the methods beside it, played by chat models: stages, and what came out. */
export { AGENT_IDS, AGENTS, type AgentId } from "./agents.ts";
export { chatResults, type ChatResults, type ChatRow } from "./results.ts";
export { chatStages } from "./stages.ts";
