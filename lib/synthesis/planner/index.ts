/** Data for planners: a scripted world, requests, simulated tools, episodes, and their packaging as training rows. */
export { calculate, numberText } from "./calculation.ts";
export { drawDraft, type Draft } from "./draft.ts";
export { modelTools } from "./model-tools.ts";
export { NAME_WORDS, namesOf, SPLITS, type NamedKind, type WorldSplit } from "./names.ts";
export { BATCH_STEPS, offlineRequests, type OfflineRequestOptions } from "./offline-requests.ts";
export {
  readRequests,
  requestBatchSchema,
  writeRequests,
  type FailedBatches,
  type OnlineRequestOptions,
  type RequestBatch,
} from "./online-requests.ts";
export * from "./package.ts";
export { programStepSchema, type ProgramStep } from "./program.ts";
export * from "./record.ts";
export * from "./record-store.ts";
export * from "./recorded.ts";
export { RELATIONS, relationNamed, relationsOf, USER, type Relation, type Source } from "./relations.ts";
export {
  CATEGORIES,
  plannerRequestSchema,
  sameRequestKey,
  type PlannerRequest,
  type ScriptedRequest,
} from "./request.ts";
export { scriptedTeacher } from "./scripted-teacher.ts";
export { scriptedTools, SEARCH_FAILURES, type SearchFailures } from "./scripted-tools.ts";
export { inParallel, isDirect, simulate, type DirectAnswer, type SimulationOptions } from "./simulate.ts";
export { PLANNER_TOOLS } from "./tool-specs.ts";
export {
  hasWords,
  holdsValue,
  readEmail,
  readEvent,
  readFact,
  type AskedEmail,
  type AskedEvent,
  type AskedFact,
} from "./understand.ts";
export {
  createWorld,
  factSentence,
  worldDocuments,
  worldFiles,
  worldOf,
  type World,
  type WorldDocument,
  type WorldId,
} from "./world.ts";
export { worldTools } from "./world-tools.ts";
