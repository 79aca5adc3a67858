/** Planning apart from function calling: planners that say the next step, and the loop that has tools carry it out. */
export { finalAnswerTool } from "./final-answer.ts";
export * from "./plan.ts";
export * from "./planner.ts";
export { resultsText, stepsText, studentPrompt, teacherMessages, zeroShotPrompt, type PastStep } from "./prompts.ts";
export * from "./run-planner.ts";
