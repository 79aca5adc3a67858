import { z } from "zod";
import { createRandom, Interrupted, type OnProgress } from "../../base/index.ts";
import { askFor, ModelError, type ChatModel } from "../../llm/index.ts";
import type { ToolSpec } from "../../tools/index.ts";
import type { RecordStore } from "./record-store.ts";
import { CATEGORIES, sameRequestKey, type PlannerRequest } from "./request.ts";
import { inParallel } from "./simulate.ts";
import { PLANNER_TOOLS } from "./tool-specs.ts";

const ideasSchema = z.object({
  topic: z.string(),
  ideas: z.array(z.object({ tool: z.string(), idea: z.string() })),
});
const singleSchema = z.object({ requests: z.array(z.object({ request: z.string(), topic: z.string() })) });
const multiSchema = z.object({
  requests: z.array(z.object({ request: z.string(), steps: z.number().int(), explanation: z.string() })),
});

/** What one call, or one pair of calls, brought. */
export const requestBatchSchema = z.object({
  category: z.string().optional(),
  topic: z.string().optional(),
  ideas: ideasSchema.shape.ideas.optional(),
  requests: z.array(
    z.object({
      request: z.string(),
      topic: z.string().optional(),
      explanation: z.string().optional(),
      steps: z.number().int().optional(),
    }),
  ),
});
export type RequestBatch = z.output<typeof requestBatchSchema>;

export interface OnlineRequestOptions {
  readonly model: ChatModel;
  /** Takes the batches by number; those that it has are not asked for again. */
  readonly store: RecordStore<RequestBatch>;
  readonly seed: number | string;
  /** Single-step requests, in batch 0; 0: none. Default 20. */
  readonly single?: number;
  /** Multi-step batches, from 1 on. Default 5; the published training set has 460. */
  readonly batches?: number;
  readonly tools?: readonly ToolSpec[];
  readonly concurrency?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Batches that brought no requests, with the model's error; another call tries them again. */
export type FailedBatches = readonly { readonly batch: number; readonly error: string }[];

/**
 * Has a model write requests. A multi-step batch takes two calls: a topic of a random category with an idea for each tool,
 * then six requests that need 1 to 6 steps. Categories follow from seed and number of the batch.
 */
export async function writeRequests(options: OnlineRequestOptions): Promise<FailedBatches> {
  const { store, single = 20, batches = 5, signal, onProgress } = options;
  const numbers = Array.from({ length: batches + 1 }, (_, batch) => batch).filter((batch) => batch > 0 || single > 0);
  const open = numbers.filter((batch) => !store.has(String(batch)));
  let done = numbers.length - open.length;
  const failed: { batch: number; error: string }[] = [];
  await inParallel(open, options.concurrency ?? 1, async (batch) => {
    if (signal?.aborted) throw new Interrupted(`stopped after ${done} of ${numbers.length} batches of requests`);
    try {
      store.put(String(batch), await (batch === 0 ? singleSteps(options, single) : multiSteps(options, batch)));
    } catch (error) {
      if (!(error instanceof ModelError && error.kind === "answer")) throw error;
      failed.push({ batch, error: error.message });
    }
    done++;
    onProgress?.({ done, total: numbers.length });
  });
  return failed;
}

/** All requests of the store in order, without those that repeat an earlier one. */
export function readRequests(store: RecordStore<RequestBatch>, similarity = 0.8): PlannerRequest[] {
  const kept: { key: string; words: ReadonlySet<string> }[] = [];
  return store.ids().flatMap((batch) => {
    const { category, topic, requests } = store.get(batch)!;
    return requests.flatMap((entry, number): PlannerRequest[] => {
      const key = sameRequestKey(entry.request);
      const words = new Set(key.split(" "));
      if (key === "" || kept.some((other) => other.key === key || overlap(other.words, words) >= similarity)) return [];
      kept.push({ key, words });
      const steps = entry.steps ?? (batch === "0" ? 1 : undefined);
      return [
        {
          id: `${batch}_${number}`,
          request: entry.request,
          ...defined({ category, topic: entry.topic ?? topic, explanation: entry.explanation }),
          ...(steps !== undefined && steps > 0 && { steps }),
        },
      ];
    });
  });
}

/** Words that two requests share, over all words that they have (Jaccard). */
function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}

const defined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const toolLines = (tools: readonly ToolSpec[]): string =>
  tools.map(({ name, description }) => `- ${name}: ${description}`).join("\n");

async function ask<T extends z.ZodType>(
  { model, signal }: OnlineRequestOptions,
  parts: readonly string[],
  schema: T,
): Promise<z.output<T>> {
  const messages = [{ role: "user" as const, content: parts.join("\n\n") }];
  return (await askFor(model, messages, schema, signal ? { signal } : {})).value;
}

async function singleSteps(options: OnlineRequestOptions, count: number): Promise<RequestBatch> {
  return ask(
    options,
    [
      "People send requests, questions as well as instructions, to an assistant on their computer.",
      `Write ${count} requests that it can answer at once, from general knowledge and without any tool. Each has another topic; some are short, some are chatty, some are typed carelessly.`,
      'Write a JSON object with the field "requests", a list of objects with the fields "request" and "topic".',
    ],
    singleSchema,
  );
}

async function multiSteps(options: OnlineRequestOptions, batch: number): Promise<RequestBatch> {
  const { seed, tools = PLANNER_TOOLS } = options;
  const category = createRandom(seed, `planner/category/${batch}`).pick(CATEGORIES);
  const listed = `The assistant has these tools:\n${toolLines(tools)}`;
  const { topic, ideas } = await ask(
    options,
    [
      "People send requests to an assistant on their computer.",
      listed,
      `Choose a narrow topic of the category "${category}". For each tool write down in one sentence what someone with this topic in mind could need it for.`,
      'Write a JSON object with the fields "topic" and "ideas"; "ideas" is a list of objects with the fields "tool" and "idea".',
    ],
    ideasSchema,
  );
  const { requests } = await ask(
    options,
    [
      "People send requests, questions as well as instructions, to an assistant on their computer.",
      listed,
      `Topic: ${topic}\nIdeas:\n${ideas.map(({ tool, idea }) => `- ${tool}: ${idea}`).join("\n")}`,
      "Write six requests on the topic. The first needs one call of a tool, the second two calls that build on each other, and so on up to six. Combine the ideas in different ways. Say what is wanted, never how to get it or which tool to use; in some, leave out something that only the user knows.",
      'Write a JSON object with the field "requests", a list of objects with the fields "request", "steps" (how many calls it needs) and "explanation" (which calls these are).',
    ],
    multiSchema,
  );
  return { category, topic, ideas, requests };
}
