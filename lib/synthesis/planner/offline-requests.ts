import { createRandom } from "../../base/index.ts";
import { drawDraft } from "./draft.ts";
import type { WorldSplit } from "./names.ts";
import { sameRequestKey, type ScriptedRequest } from "./request.ts";
import { createWorld, type World } from "./world.ts";

/** Steps that the requests of one batch need, one each (bot-with-plan: 6 requests a batch). */
export const BATCH_STEPS: readonly number[] = [1, 2, 3, 4, 5, 6];

export interface OfflineRequestOptions {
  readonly seed: number | string;
  readonly split: WorldSplit;
  /** Requests of one step. Default 20. */
  readonly single?: number;
  /** Batches of six requests that need 1 to 6 steps. Default 5: with 20 single ones the 50 of the published evaluation. */
  readonly batches?: number;
}

/**
 * Requests of the scripted world, none twice. Each batch has a world of its own, drawn from seed, split and its number, so
 * that more batches never change those before; batch 0 holds the single ones.
 */
export function* offlineRequests(options: OfflineRequestOptions): Generator<ScriptedRequest> {
  const { seed, split, single = 20, batches = 5 } = options;
  const seen = new Set<string>();
  for (let batch = 0; batch <= batches; batch++) {
    const world = createWorld({ seed: `${seed}/${batch}`, split });
    const random = createRandom(seed, `planner/requests/${split}/${batch}`);
    const lengths = batch === 0 ? Array.from({ length: single }, () => 1) : BATCH_STEPS;
    for (const [number, steps] of lengths.entries()) {
      for (let request: ScriptedRequest | null = null; request === null;) {
        request = unseen(world, `${batch}_${number}`, steps, random, seen);
        if (request !== null) yield request;
      }
    }
  }
}

function unseen(
  world: World,
  id: string,
  steps: number,
  random: Parameters<typeof drawDraft>[2],
  seen: Set<string>,
): ScriptedRequest | null {
  const { request, category, program, answers } = drawDraft(world, steps, random);
  const key = sameRequestKey(request);
  if (seen.has(key)) return null;
  seen.add(key);
  const scripted = {
    world: { seed: world.seed, split: world.split },
    program: [...program],
    answers: [...answers],
  };
  return { id, request, category, steps, scripted };
}
