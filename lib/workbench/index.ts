/** What notebooks and scripts use: recipes, runs, the stages of the walk, their artefacts and results. */
export { loadRecipe, type Recipe, type Settings } from "./recipe.ts";
export { openRun, runOf, type Run, type RunParameters } from "./run.ts";
export { runStage, readManifest, type Manifest } from "./stage.ts";
export { runPipeline, stagesOf, type PipelineStage } from "./pipeline.ts";
export * from "./games.ts";
export * from "./results.ts";
export { ARMS, evaluationStage, readEpisodes } from "./stages/evaluation.ts";
export { labelsStage, readLabels, readRows, weightsOf } from "./stages/labels.ts";
export { trainingStage } from "./stages/training-engine.ts";
export { newStudent, readTrainingMetrics, snapshotsOf, studentFolder } from "./stages/training.ts";
export { firstTrajectory, readPrior, readTrajectories, trajectoriesStage } from "./stages/trajectories.ts";
export * from "./further-training.ts";
export * as knowSelf from "./knowself/index.ts";
export * as planner from "./planner/index.ts";
export * from "./rollouts/index.ts";
export * from "./walk-tools.ts";
