/**
 * Python's `random.seed(seed); random.shuffle(items)` (CPython 3.2 and newer): the Mersenne Twister MT19937, seeded with an
 * integer below 2^32, and whole numbers drawn by rejection. Only for orders that published work fixed with it.
 */
export function pythonShuffle<T>(items: readonly T[], seed: number): T[] {
  const next = mersenneTwister(seed);
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const bits = 32 - Math.clz32(i + 1);
    let j: number;
    do j = next() >>> (32 - bits);
    while (j > i);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

const SIZE = 624;

/** Source: Matsumoto and Nishimura 1998, `init_by_array` with the one key that Python makes of a small seed. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  const previous = (i: number): number => state[i - 1] ^ (state[i - 1] >>> 30);
  state[0] = 19650218;
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, previous(i)) + i;
  let i = 1;
  const wrap = (): void => {
    if (++i < SIZE) return;
    state[0] = state[SIZE - 1];
    i = 1;
  };
  for (let k = 0; k < SIZE; k++, wrap()) state[i] = (state[i] ^ Math.imul(previous(i), 1664525)) + seed;
  for (let k = 0; k < SIZE - 1; k++, wrap()) state[i] = (state[i] ^ Math.imul(previous(i), 1566083941)) - i;
  state[0] = 0x80000000;
  let index = SIZE;
  return () => {
    if (index === SIZE) {
      for (let k = 0; k < SIZE; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % SIZE] & 0x7fffffff);
        state[k] = state[(k + 397) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      index = 0;
    }
    let y = state[index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  };
}
