import { summariseSample } from "../statistics.ts";

export interface TTest {
  readonly test: "student" | "welch";
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Two-sided t-test of two independent samples: Student's with a common variance (as published), or Welch's without one.
 * Null where it is not defined: fewer than two values on a side, or no variance at all.
 */
export function tTest(a: readonly number[], b: readonly number[], test: TTest["test"]): TTest | null {
  if (a.length < 2 || b.length < 2) return null;
  const [left, right] = [summariseSample(a), summariseSample(b)];
  const [va, vb] = [left.sd! ** 2, right.sd! ** 2];
  const [na, nb] = [a.length, b.length];
  const pooled = ((na - 1) * va + (nb - 1) * vb) / (na + nb - 2);
  const [sa, sb] = test === "student" ? [pooled / na, pooled / nb] : [va / na, vb / nb];
  if (sa + sb === 0) return null;
  const t = (left.mean - right.mean) / Math.sqrt(sa + sb);
  const degreesOfFreedom =
    test === "student" ? na + nb - 2 : (sa + sb) ** 2 / (sa ** 2 / (na - 1) + sb ** 2 / (nb - 1));
  return { test, t, degreesOfFreedom, p: twoSidedP(t, degreesOfFreedom) };
}

/** Probability of a value of Student's t distribution at least as far from 0 as `t`. */
export const twoSidedP = (t: number, degreesOfFreedom: number): number =>
  incompleteBeta(degreesOfFreedom / (degreesOfFreedom + t ** 2), degreesOfFreedom / 2, 0.5);

/** Regularised incomplete beta function (continued fraction, Numerical Recipes section 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  return x < (a + 1) / (a + b + 2) ? (front * fraction(x, a, b)) / a : 1 - (front * fraction(1 - x, b, a)) / b;
}

/** Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const held = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / held(1 - ((a + b) * x) / (a + 1));
  let result = d;
  for (let m = 1; m <= 300; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / held(1 + even * d);
    c = held(1 + even / c);
    result *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / held(1 + odd * d);
    c = held(1 + odd / c);
    result *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return result;
}

/** Stirling's series, after the argument was raised to where it is exact to 15 digits. */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const series = 1 / (12 * z) - 1 / (360 * z ** 3) + 1 / (1260 * z ** 5) - 1 / (1680 * z ** 7);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
