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

/** Single requests that share a world: of more, a student would learn this world's names by heart. */
const SINGLE_A_WORLD = 20;

/**
 * Requests of the scripted world, none twice. Each batch has a world of its own, drawn from seed, split and its number, so
 * that more batches never change those before; batch 0 holds the single ones, with a new world every 20.
 */
export function* offlineRequests(options: OfflineRequestOptions): Generator<ScriptedRequest> {
  const { seed, split, single = 20, batches = 5 } = options;
  const seen = new Set<string>();
  function* inOneWorld(name: string, wanted: readonly { readonly id: string; readonly steps: number }[]) {
    const world = createWorld({ seed: `${seed}/${name}`, split });
    const random = createRandom(seed, `planner/requests/${split}/${name}`);
    for (const { id, steps } of wanted) {
      for (let request: ScriptedRequest | null = null; request === null;) {
        request = unseen(world, id, steps, random, seen);
        if (request !== null) yield request;
      }
    }
  }
  for (let first = 0; first < single; first += SINGLE_A_WORLD) {
    const length = Math.min(SINGLE_A_WORLD, single - first);
    const wanted = Array.from({ length }, (_, i) => ({ id: `0_${first + i}`, steps: 1 }));
    yield* inOneWorld(first === 0 ? "0" : `0/${first}`, wanted);
  }
  for (let batch = 1; batch <= batches; batch++) {
    const wanted = BATCH_STEPS.map((steps, i) => ({ id: `${batch}_${i}`, steps }));
    yield* inOneWorld(String(batch), wanted);
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
