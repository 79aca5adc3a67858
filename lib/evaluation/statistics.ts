import { createRandom, type Random } from "../base/index.ts";

/** A value with the ends of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The 0.975 quantile of the standard normal distribution: every interval here is a 95 % interval. */
const Z = 1.959963984540054;

/**
 * Wilson score interval of a proportion, 95 %, without continuity correction (Wilson 1927; method 3 of Newcombe 1998).
 * Unlike p ± 2 standard errors it stays inside [0, 1] and has a width where all or none succeed.
 */
export function wilson(successes: number, n: number): Interval {
  if (!(n > 0) || !(successes >= 0 && successes <= n))
    throw new RangeError(`Wilson interval of ${successes} successes in ${n}: needs 0 ≤ successes ≤ n and n > 0`);
  const p = successes / n;
  const scale = 1 + Z ** 2 / n;
  const centre = (p + Z ** 2 / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  return {
    value: p,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}

export interface SampleSummary {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation with n − 1 in the denominator (ddof 1); null for a single value. */
  readonly sd: number | null;
  /** sd / √n; null for a single value. */
  readonly standardError: number | null;
}

/** Mean, standard deviation (ddof 1) and standard error of independent values. Throws where there are none. */
export function summariseSample(values: readonly number[]): SampleSummary {
  const n = values.length;
  const mean = meanOf(values);
  if (n === 1) return { n, mean, sd: null, standardError: null };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { n, mean, sd, standardError: sd / Math.sqrt(n) };
}

/** Quantile of ascending values by linear interpolation (type 7 of Hyndman and Fan, the default of R and NumPy). */
export function quantile(sorted: readonly number[], probability: number): number {
  if (sorted.length === 0) throw new RangeError("quantile of an empty list");
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}

/** One measured value, with the clusters it belongs to. */
export interface ClusteredValue {
  readonly value: number;
  /** What it counts in the mean, such as the steps of the episode that it is a rate of; 1 by default. */
  readonly weight?: number;
  readonly taskId: string;
  readonly seed: number | string;
}

export const BOOTSTRAP_RESAMPLES = 1000;

/**
 * Mean with a 95 % percentile interval of the cluster bootstrap over tasks and seeds: both are drawn with replacement,
 * and a value counts as often as its task times its seed was drawn (the "pigeonhole" bootstrap, Owen 2007). So the
 * interval covers new tasks and new training seeds; with a single seed it covers new tasks only. With two or three
 * seeds it is still somewhat narrow, as any bootstrap over so few clusters. The same `seed` gives the same interval.
 */
export function clusterBootstrap(
  values: readonly ClusteredValue[],
  seed: number | string = 0,
  resamples = BOOTSTRAP_RESAMPLES,
): Interval {
  return percentileInterval(weightedMean(values), bootstrapMeans(values, seed, resamples));
}

/** An interval, and the p value that belongs to it. */
export interface PairedEstimate extends Interval {
  /** Two-sided: can the mean difference be 0? At least 2 / (resamples + 1). */
  readonly p: number;
}

/**
 * Mean of paired differences with the interval of `clusterBootstrap` and a p value from the same resamples: twice the
 * smaller of the shares of resampled means at or below 0 and at or above 0, the observed sample counted in (Davison and
 * Hinkley 1997, section 4.2). It turns the interval round: p < 0.05 where the 95 % interval leaves 0 out, but for the
 * resolution of the resamples. Unlike McNemar's test it draws whole tasks and whole training seeds, so it respects that
 * episodes of one task, and of one student, are alike. Where all differences are 0 it is 1.
 */
export function pairedBootstrap(
  differences: readonly ClusteredValue[],
  seed: number | string = 0,
  resamples = BOOTSTRAP_RESAMPLES,
): PairedEstimate {
  const value = weightedMean(differences);
  const means = bootstrapMeans(differences, seed, resamples);
  const below = means.filter((mean) => mean <= 0).length;
  const above = means.filter((mean) => mean >= 0).length;
  const p = Math.min(1, (2 * (1 + Math.min(below, above))) / (1 + resamples));
  return { ...percentileInterval(value, means), p };
}

/** Means of the resamples of `clusterBootstrap`, ascending. */
function bootstrapMeans(values: readonly ClusteredValue[], seed: number | string, resamples: number): number[] {
  const taskOf = indexBy(values.map((row) => row.taskId));
  const seedOf = indexBy(values.map((row) => String(row.seed)));
  const random = createRandom(seed, "statistics/bootstrap");
  const means: number[] = [];
  for (let k = 0; k < resamples; k++) {
    let sum = 0;
    let weight = 0;
    // A draw can miss every value where not all tasks were run under all seeds; it is then drawn again.
    while (weight === 0) {
      const tasks = drawCounts(taskOf.count, random);
      const seeds = drawCounts(seedOf.count, random);
      for (let i = 0; i < values.length; i++) {
        const w = tasks[taskOf.index[i]] * seeds[seedOf.index[i]] * (values[i].weight ?? 1);
        sum += w * values[i].value;
        weight += w;
      }
    }
    means.push(sum / weight);
  }
  return means.sort((a, b) => a - b);
}

// Sums of floats can leave the mean a rounding error outside an interval of no width.
const percentileInterval = (value: number, means: readonly number[]): Interval => ({
  value,
  low: Math.min(value, quantile(means, 0.025)),
  high: Math.max(value, quantile(means, 0.975)),
});

/**
 * Exact McNemar test: two-sided p value that `onlyA` and `onlyB`, the pairs where just one of two arms succeeded, come
 * from a fair coin (twice the smaller binomial tail, at most 1). Pairs where both did the same carry no information.
 */
export function mcnemarExact(onlyA: number, onlyB: number): number {
  const n = onlyA + onlyB;
  let logTerm = -n * Math.LN2; // of C(n, 0) / 2^n, in logarithms: 2^-n underflows from n = 1075
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= Math.min(onlyA, onlyB); k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

function meanOf(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of an empty list");
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function weightedMean(values: readonly ClusteredValue[]): number {
  const weight = values.reduce((sum, row) => sum + (row.weight ?? 1), 0);
  if (!(weight > 0)) throw new RangeError(`mean of ${values.length} values that weigh ${weight} together`);
  return values.reduce((sum, row) => sum + row.value * (row.weight ?? 1), 0) / weight;
}

function indexBy(keys: readonly string[]): { index: number[]; count: number } {
  const numbers = new Map<string, number>();
  for (const key of keys) if (!numbers.has(key)) numbers.set(key, numbers.size);
  return { index: keys.map((key) => numbers.get(key)!), count: numbers.size };
}

/** How often each of `n` clusters comes up in `n` draws with replacement. */
function drawCounts(n: number, random: Random): number[] {
  const counts = new Array<number>(n).fill(0);
  for (let i = 0; i < n; i++) counts[random.int(n)]++;
  return counts;
}
