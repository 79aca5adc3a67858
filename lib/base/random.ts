import { xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { createHash } from "node:crypto";

/**
 * A seeded source of randomness. One source per purpose: `createRandom(seed, "train/order")` and
 * `createRandom(seed, "train/init")` are independent, so using more numbers for one never changes the other.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits of resolution. */
  next(): number;
  /** Uniform integer in [0, n). */
  int(n: number): number;
  /** True with probability `p`. */
  chance(p: number): boolean;
  /** One element, uniformly. Throws on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** One index, with probability proportional to its weight. Throws where no weight is positive. */
  weighted(weights: readonly number[]): number;
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[];
  /** `count` distinct elements in random order. */
  sample<T>(items: readonly T[], count: number): T[];
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** The whole state, as plain JSON; give it to `restoreRandom`. */
  state(): readonly number[];
}

type Generator = ReturnType<typeof xoroshiro128plus>;

/** The source named `name` under `seed`. Equal arguments give equal sequences on every machine. */
export function createRandom(seed: number | string, name: string): Random {
  const digest = createHash("sha256").update(`${seed}/${name}`).digest();
  return fromGenerator(xoroshiro128plus(digest.readInt32LE(0)));
}

/** Continues a source from `Random.state()`. */
export function restoreRandom(state: readonly number[]): Random {
  return fromGenerator(xoroshiro128plusFromState(state));
}

function fromGenerator(generator: Generator): Random {
  const next = (): number => (generator.next() >>> 0) / 2 ** 32;
  const int = (n: number): number => {
    if (!(n > 0)) throw new RangeError(`random integer below ${n}: the bound must be positive`);
    return Math.floor(next() * n);
  };
  const shuffle = <T>(items: readonly T[]): T[] => {
    const copy = [...items];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = int(i + 1);
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  };
  return {
    next,
    int,
    chance: (p) => next() < p,
    pick: (items) => items[int(items.length)],
    weighted: (weights) => {
      let left = next() * weights.reduce((a, b) => a + b, 0);
      let last = -1;
      for (let i = 0; i < weights.length; i++) {
        if (!(weights[i] > 0)) continue;
        last = i;
        left -= weights[i];
        if (left < 0) return i;
      }
      if (last < 0) throw new RangeError(`random choice among ${weights.length} weights, none of them positive`);
      return last; // rounding left a sliver beyond the last weight
    },
    shuffle,
    sample: (items, count) => shuffle(items).slice(0, count),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    state: () => generator.getState(),
  };
}
