/** Agents that a chat model plays: KnowSelf's inference, and the methods that it is compared with. */
export { ActionGraph, actionName } from "./action-graph.ts";
export type { AgentTurn, ChatAgent } from "./chat-agent.ts";
export { ConversationAgent, type ConversationOptions, type Sampling } from "./conversation-agent.ts";
export { ExpelAgent, type ExpelOptions } from "./expel.ts";
export {
  experiencePairs,
  gatherInsights,
  type ExperiencePair,
  type GatherInsightsOptions,
  type GatheringStep,
} from "./gather-insights.ts";
export { householdExamples, householdProfile, type HouseholdProfileOptions } from "./household-profile.ts";
export { InsightList, type Insight, type InsightCall } from "./insights.ts";
export { KnowAgent, type KnowAgentOptions } from "./know-agent.ts";
export { KnowSelfAgent, type AskForKnowledge, type KnowledgeMode, type KnowSelfOptions } from "./knowself-agent.ts";
export { knowSelfPromptFormat, type KnowSelfModelType } from "./knowself-prompt-format.ts";
export { promptedKnowSelf } from "./knowself-prompted.ts";
export { playChatEpisode, type ChatEpisodeOptions } from "./play-chat-episode.ts";
export { promptOf, withoutInstruction, type Example, type Profile } from "./profile.ts";
export { publishedExamples } from "./published-examples.ts";
export { ReActAgent } from "./react.ts";
export { playReflexion, type ReflexionOptions, type ReflexionResult } from "./reflexion.ts";
export { scriptedPlayer, type ScriptedPlayerOptions } from "./scripted-chat-model.ts";
export { shopExample, shopProfile } from "./shop-profile.ts";
export { buildStateKnowledge, StateKnowledgeBase, type StateEntry } from "./state-knowledge.ts";
export { totalUsage, UsageMeter, type EpisodeUsage } from "./usage-meter.ts";
export { WorldKnowledgeAgent, type WorldKnowledgeOptions } from "./world-knowledge-agent.ts";
