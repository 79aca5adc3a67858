import { Interrupted, type OnProgress } from "../../base/index.ts";
import { askFor, ModelError, type ChatModel } from "../../llm/index.ts";
import {
  inParallel,
  plannerEvaluationSchema,
  type PlannerEvaluation,
  type PlannerRecord,
  type RecordStore,
} from "../../synthesis/index.ts";

/** Rates each step and the final answer of a finished episode. */
export interface PlannerJudge {
  /** Named in results. */
  readonly name: string;
  /** Null where no usable rating came. */
  judge(record: PlannerRecord, signal?: AbortSignal): Promise<PlannerEvaluation | null>;
}

/** The steps of an episode as a judge reads them, the last one left out: its result is the answer (as in bot-with-plan). */
export function episodeText({ request, steps }: PlannerRecord): string {
  const taken = steps
    .slice(0, -1)
    .map(({ plan, result }) => `Task: ${plan.task}\nTool: ${plan.selected_tool}\nResult: ${result}`);
  const answer = steps[steps.length - 1]?.result ?? "";
  return [
    `Request:\n${request.request}`,
    `Steps:\n${taken.length === 0 ? "none" : taken.join("\n\n")}`,
    `Final answer:\n${answer}`,
  ].join("\n\n");
}

/** A chat model as judge, at temperature 0. What it says is refused where it does not rate every step. */
export function chatJudge(model: ChatModel): PlannerJudge {
  return {
    name: model.name,
    async judge(record, signal) {
      const content = `${INSTRUCTIONS}\n\n${episodeText(record)}`;
      const options = { temperature: 0, ...(signal && { signal }) };
      try {
        const { value } = await askFor(model, [{ role: "user", content }], plannerEvaluationSchema, options);
        return value.steps.length === record.steps.length - 1 ? value : null;
      } catch (error) {
        if (error instanceof ModelError && error.kind === "answer") return null;
        throw error;
      }
    },
  };
}

const INSTRUCTIONS = `You judge how an assistant carried out a request. It took steps, each a task for a tool and the tool's result, and then gave a final answer.

Rate with whole numbers from 1 (bad) to 5 (good).
- Each step: "task_rating", whether the task was a useful next one after the steps before; "tool_rating", whether the tool suits the task; "result_rating", whether the result answers the task; and a short "explanation".
- The whole: "final_answer_rating", whether the final answer fulfils the request, and a short "explanation".

Write a JSON object with the fields "steps" (a list with one entry for every step, in their order), "final_answer_rating" and "explanation".`;

export interface JudgeOptions {
  readonly records: Iterable<PlannerRecord>;
  readonly judge: PlannerJudge;
  /** Takes the evaluations by the ids of their requests; those that it has are not asked for again. */
  readonly store: RecordStore<PlannerEvaluation>;
  readonly concurrency?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Judges the finished episodes among the records. The others get no evaluation, and so count as failed. */
export async function judgeRecords(options: JudgeOptions): Promise<void> {
  const { judge, store, signal, onProgress } = options;
  const finished = [...options.records].filter(({ stop }) => stop === "final_answer");
  const open = finished.filter(({ request }) => !store.has(request.id));
  let done = finished.length - open.length;
  await inParallel(open, options.concurrency ?? 1, async (record) => {
    if (signal?.aborted) throw new Interrupted(`stopped after ${done} of ${finished.length} evaluations`);
    const evaluation = await judge.judge(record, signal);
    if (evaluation !== null) store.put(record.request.id, evaluation);
    done++;
    onProgress?.({ done, total: finished.length });
  });
}
