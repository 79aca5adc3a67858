import { UserError, type Random } from "../base/index.ts";
import { descending } from "./descending.ts";

/** How tokens are drawn. Filters work in the order of transformers' `generate`: temperature, top-k, top-p. */
export interface Sampling {
  /** Divides the logits; 0 takes the best token, whatever the filters say. */
  readonly temperature: number;
  /** Only the best so many tokens, and those that equal the last of them. */
  readonly topK?: number;
  /** Only the smallest set of best tokens whose probabilities reach this sum; in (0, 1]. */
  readonly topP?: number;
  /** Each row draws from a stream of its own under this seed, so that its tokens do not depend on other rows. */
  readonly seed: number | string;
}

/** Throws `UserError` where a value is out of its range. */
export function checkSampling({ temperature, topK, topP }: Sampling): void {
  if (!(temperature >= 0 && temperature < Infinity))
    throw new UserError(`temperature ${temperature}: a number of 0 or more is expected`);
  if (topK !== undefined && !(Number.isInteger(topK) && topK >= 1))
    throw new UserError(`topK ${topK}: a whole number of 1 or more is expected`);
  if (topP !== undefined && !(topP > 0 && topP <= 1))
    throw new UserError(`topP ${topP}: a number above 0 and up to 1 is expected`);
}

/** The best token of `logits` [vocabulary], among `allowed` where that is not null; of equal ones the lower. */
export function bestToken(logits: Float32Array, allowed: ArrayLike<number> | null): number {
  const count = allowed ? allowed.length : logits.length;
  let best = allowed ? allowed[0] : 0;
  for (let i = 1; i < count; i++) {
    const id = allowed ? allowed[i] : i;
    if (logits[id] > logits[best] || (logits[id] === logits[best] && id < best)) best = id;
  }
  return best;
}

/** Draws a token from `logits` [vocabulary], among `allowed` where that is not null. The temperature must not be 0. */
export function drawToken(
  logits: Float32Array,
  allowed: ArrayLike<number> | null,
  sampling: Sampling,
  random: Random,
): number {
  const { ids, weights } = candidates(logits, allowed, sampling);
  let left = random.next() * sum(weights);
  if (!(left >= 0)) throw new UserError("the model's logits are not finite numbers; its weights must be broken");
  let last = 0; // where rounding leaves a sliver beyond the last weight
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return ids[last];
}

/** Tokens that may be drawn. */
export interface Candidates {
  readonly ids: ArrayLike<number>;
  /** In proportion to the probabilities. */
  readonly weights: Float64Array;
}

/** What the filters leave. The temperature must not be 0. */
export function candidates(
  logits: Float32Array,
  allowed: ArrayLike<number> | null,
  { temperature, topK = Infinity, topP = 1 }: Sampling,
): Candidates {
  const ids = allowed ?? Int32Array.from(logits.keys());
  const values = allowed ? Float32Array.from(allowed, (id) => logits[id]) : logits;
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  const weights = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) weights[i] = Math.exp((values[i] - largest) / temperature);

  let kept: readonly number[] | undefined;
  const order = descending(values, ids);
  if (topK < values.length) kept = best(order, values, topK);
  if (topP < 1) kept = reaching(kept ?? order, weights, topP * sum(kept ? kept.map((i) => weights[i]) : weights));
  if (!kept) return { ids, weights };
  return { ids: kept.map((i) => ids[i]), weights: Float64Array.from(kept, (i) => weights[i]) };
}

/** The first `count` of indices in descending order, and those behind them of the same value. */
function best(order: Iterable<number>, values: Float32Array, count: number): number[] {
  const kept: number[] = [];
  for (const i of order) {
    if (kept.length >= count && values[i] < values[kept[count - 1]]) break;
    kept.push(i);
  }
  return kept;
}

/** The first of `order` whose weights together reach `mass`. */
function reaching(order: Iterable<number>, weights: Float64Array, mass: number): number[] {
  const kept: number[] = [];
  let reached = 0;
  for (const i of order) {
    kept.push(i);
    reached += weights[i];
    if (reached >= mass) break;
  }
  return kept;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
