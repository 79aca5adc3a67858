/** The method KnowSelf on the embedded student: its stages, and what the notebook and the report show of them. */
export { ARMS, type Arm, type ArmId, type Variant } from "./arms.ts";
export { knowSelfEvaluationStage, readArmEpisodes, readKnowSelfRows, TEACHERS } from "./evaluation.ts";
export { goldStage, placeOf, readGold, readHouseholds, type HouseholdRow } from "./gold.ts";
export {
  earlierTrajectories,
  knowSelfOf,
  livedIn,
  testSets,
  trainingHomes,
  type LivedIn,
  type TestSet,
} from "./households.ts";
export { knowSelfResults, type KnowSelfResults } from "./results.ts";
export { heldOutGold, heldOutLens } from "./lens-turns.ts";
export { pairsStage, readSituations, variantOf } from "./pairs.ts";
export type { Situations } from "./situations-of.ts";
export { knowSelfStages } from "./stages.ts";
export { armFolder, sftFolder } from "./tuning.ts";
export * from "./views.ts";
