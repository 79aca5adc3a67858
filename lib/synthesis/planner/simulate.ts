import { runPlanner, type Planner } from "../../agents/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import { Interrupted, yieldToEventLoop, type OnProgress } from "../../base/index.ts";
import { recordOf, type PlannerRecord } from "./record.ts";
import type { RecordStore } from "./record-store.ts";
import type { PlannerRequest } from "./request.ts";

/** Which requests have to be answered in the first step: none, those of batch 0 (the single-step ones), or all. */
export type DirectAnswer = "off" | "simple" | "on";

export interface SimulationOptions<R extends PlannerRequest> {
  readonly requests: readonly R[];
  readonly planner: (request: R) => Planner;
  /** The tools of one episode; called anew for each, so that what they draw does not depend on the others. */
  readonly tools: (request: R) => readonly AgentTool[];
  /** Takes the records by the ids of their requests; a request that it has already is not played again. */
  readonly store: RecordStore<PlannerRecord>;
  readonly seed: number | string;
  /** Default 10. */
  readonly maxSteps?: number;
  /** Default `off`. */
  readonly directAnswer?: DirectAnswer;
  /** Episodes at once; more than 1 only helps where models are asked over a network. Default 1. */
  readonly concurrency?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Whether the request has to be answered in the first step. */
export const isDirect = (mode: DirectAnswer, { id }: PlannerRequest): boolean =>
  mode === "on" || (mode === "simple" && id.startsWith("0_"));

/** Plays every request that the store does not have yet, and stores each episode, however it ended. */
export async function simulate<R extends PlannerRequest>(options: SimulationOptions<R>): Promise<void> {
  const { requests, store, seed, maxSteps = 10, directAnswer = "off", signal, onProgress } = options;
  const open = requests.filter(({ id }) => !store.has(id));
  let done = requests.length - open.length;
  onProgress?.({ done, total: requests.length });
  await inParallel(open, options.concurrency ?? 1, async (request) => {
    if (signal?.aborted) throw new Interrupted(`stopped after ${done} of ${requests.length} episodes`);
    const episode = await runPlanner({
      request: request.request,
      planner: options.planner(request),
      tools: options.tools(request),
      maxSteps,
      directAnswer: isDirect(directAnswer, request),
      ...(signal && { signal }),
    });
    store.put(request.id, recordOf(request, seed, episode));
    done++;
    onProgress?.({ done, total: requests.length });
  });
}

/** Works through the items with so many workers; the first error stops all of them. */
export async function inParallel<T>(
  items: readonly T[],
  workers: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      try {
        await work(items[next++]);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
      await yieldToEventLoop();
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, workers) }, worker));
}
