import { UserError } from "../base/index.ts";
import type { Metric, ResultRow } from "./rows.ts";
import { mcnemarExact, pairedBootstrap, type Interval } from "./statistics.ts";

/**
 * Two arms on the same tasks and seeds. `difference` is arm A minus arm B, with its interval over tasks and seeds; it
 * has no width where all pairs are alike.
 */
export interface Comparison {
  readonly armA: string;
  readonly armB: string;
  readonly metric: Metric;
  readonly n: number;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly seeds: number;
  readonly difference: Interval;
  /**
   * Two-sided exact McNemar p value over all pairs. It takes them as independent, which episodes of one trained student
   * are not: with several seeds read `bootstrapP`.
   */
  readonly p: number;
  /** Two-sided p value of the paired cluster bootstrap over tasks and seeds; see `pairedBootstrap`. */
  readonly bootstrapP: number;
}

/**
 * Pairs a measure of two arms, success by default, by task and seed. Tasks that only one arm played are an error, not
 * dropped. Of a measure that is no proportion, `onlyA` and `onlyB` are the pairs where A, or B, had more, and `p` is that
 * of the sign test.
 */
export function compareArms(
  rows: readonly ResultRow[],
  armA: string,
  armB: string,
  metric: Metric = "success",
): Comparison {
  const pick = (arm: string): Map<string, ResultRow> =>
    new Map(
      rows
        .filter((row) => row.arm === arm && row.metric === metric)
        .map((row) => [JSON.stringify([row.source, row.split, row.taskId, row.seed]), row]),
    );
  const [a, b] = [pick(armA), pick(armB)];
  const missing = [...a.keys()].find((key) => !b.has(key)) ?? [...b.keys()].find((key) => !a.has(key));
  if (a.size === 0 || missing !== undefined)
    throw new UserError(
      `cannot pair "${armA}" (${a.size} episodes) with "${armB}" (${b.size}): ` +
        `${missing ?? "no episodes"}; compare arms that played the same tasks under the same seeds`,
    );
  const pairs = [...a].map(([key, row]) => ({ ...row, value: row.value - b.get(key)!.value }));
  const onlyA = pairs.filter((pair) => pair.value > 0).length;
  const onlyB = pairs.filter((pair) => pair.value < 0).length;
  const { p: bootstrapP, ...difference } = pairedBootstrap(pairs);
  const seeds = new Set(pairs.map(({ seed }) => seed)).size;
  const p = mcnemarExact(onlyA, onlyB);
  return { armA, armB, metric, n: pairs.length, onlyA, onlyB, seeds, difference, p, bootstrapP };
}
