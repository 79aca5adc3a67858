/** ALFWorld's household in TypeScript: facts in, exact text out; loaders of the published games. */
export * from "./facts.ts";
export { compareIds, nameEntities, type EntityNames } from "./names.ts";
export { Household, type HouseholdOptions } from "./household.ts";
export { NOTHING_HAPPENS, WORDINGS, type Wording } from "./wording.ts";
export * from "./pddl.ts";
export * from "./load.ts";
export * from "./write.ts";
