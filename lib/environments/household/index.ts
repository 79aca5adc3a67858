/** ALFWorld's household in TypeScript: facts in, exact text out; loaders of the published games. */
export * from "./facts.ts";
export { compareIds, nameEntities, type EntityNames } from "./names.ts";
export { Household, type HouseholdOptions } from "./household.ts";
export type { HouseholdView, ObjectView } from "./view.ts";
export { NOTHING_HAPPENS, WORDINGS, type Wording } from "./wording.ts";
export { parseProblem } from "./pddl.ts";
export type { ProblemInfo } from "./facts-builder.ts";
export * from "./load.ts";
export * from "./write.ts";
export { createHouseholdCodec } from "./compact.ts";
export * from "./generator/index.ts";
export { PlacementPrior, type PlacementPriorJson } from "./prior.ts";
export * from "./read.ts";
export { ROOM_KINDS, roomKind, type RoomKind } from "./rooms.ts";
export { gameRow, typeRows, type GameRow, type TypeRow } from "./statistics.ts";
export { gameProblems } from "./check.ts";
export { smallGame, type SmallGame } from "./small-game.ts";
