/** The method bot-with-plan on the embedded student: its stages, and what the notebook and the report show of them. */
export {
  evaluationRequests,
  plannerEvaluationStage,
  readRequestRows,
  readSeries,
  readSeriesRuns,
  type RequestRow,
  type SeriesRun,
} from "./evaluation.ts";
export { generalisationStage, readGeneralisation } from "./generalisation.ts";
export { judgeStage, readJudged } from "./judge.ts";
export { plannerLabelsStage, plannerTemplate, plannerTokenizer, rowTrajectory } from "./labels.ts";
export { packageStage, readPackaged, type RowSet } from "./package.ts";
export { plannerResults, type PlannerResults, type SeriesComparison, type StepsRow, type StopRow } from "./results.ts";
export { SERIES, type SeriesName } from "./series.ts";
export type { PlannerSettings } from "./settings.ts";
export { plannerOf, playScripted, readSimulation, simulationStage, type ScriptedPlay } from "./simulation.ts";
export { plannerStages } from "./stages.ts";
export { openStudent, withStudent, type OpenStudent } from "./student.ts";
export { PLANNER_PATTERN } from "./tokenizer.ts";
export * from "./views.ts";
