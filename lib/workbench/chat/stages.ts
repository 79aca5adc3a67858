import type { OnProgress } from "../../base/index.ts";
import type { Run } from "../run.ts";
import type { Manifest } from "../stage.ts";
import { EXPERIENCED, TOLD, type AgentId } from "./agents.ts";
import { chatEvaluationStage } from "./evaluation.ts";
import { experienceStage } from "./experience.ts";
import { knowledgeStage } from "./knowledge.ts";
import { chatOf } from "./models.ts";
import { playName, playStage } from "./play.ts";

type RunStage = (run: Run, onProgress?: OnProgress) => Promise<Manifest>;

/** The stages with chat models in order: what agents know, how each plays, and what came of it. */
export function chatStages(run: Run): { name: string; run: RunStage }[] {
  const { agents } = chatOf(run);
  const some = (list: readonly AgentId[]): boolean => agents.some((agent) => list.includes(agent));
  return [
    ...(some(TOLD) ? [{ name: "knowledge", run: knowledgeStage }] : []),
    ...(some(EXPERIENCED) ? [{ name: "experience", run: experienceStage }] : []),
    ...agents.map((agent) => ({
      name: playName(agent),
      run: ((run, onProgress) => playStage(run, agent, onProgress)) as RunStage,
    })),
    { name: "evaluation", run: chatEvaluationStage },
  ];
}
