import { createHash } from "node:crypto";

const ROUNDS = 6;

/**
 * A random order of 0 to `count - 1` that is computed place by place, so that shuffling a data set takes no memory: a
 * Feistel network over the next even number of bits; results beyond `count` are sent round again (Black & Rogaway 2002).
 * Equal arguments give equal orders.
 */
export function permutation(count: number, seed: number | string, name: string): (place: number) => number {
  const digest = createHash("sha256").update(`${seed}/${name}`).digest();
  const keys = Array.from({ length: ROUNDS }, (_, round) => digest.readUInt32LE(4 * round));
  const half = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
  const low = 2 ** half - 1;
  const turn = (value: number): number => {
    let left = Math.floor(value / 2 ** half);
    let right = value & low;
    for (const key of keys) [left, right] = [right, left ^ (scramble(right ^ key) & low)];
    return left * 2 ** half + right;
  };
  return (place) => {
    let value = turn(place);
    while (value >= count) value = turn(value);
    return value;
  };
}

/** Mixes 32 bits so that each depends on all (the finaliser of MurmurHash3). */
function scramble(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
