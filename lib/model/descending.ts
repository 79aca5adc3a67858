/**
 * Indices of `values` from the largest value to the smallest; of equal values, the one with the lower `ids` first (by
 * default the lower index). Lazy: the first m of n cost O(n + m log n).
 */
export function* descending(values: ArrayLike<number>, ids?: ArrayLike<number>): Generator<number, void, undefined> {
  const heap = Int32Array.from({ length: values.length }, (_, i) => i);
  let size = heap.length;
  const isBefore = (a: number, b: number): boolean =>
    values[a] > values[b] || (values[a] === values[b] && (ids ? ids[a] < ids[b] : a < b));
  const sink = (at: number): void => {
    const index = heap[at];
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], index)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = index;
  };
  for (let at = (size >> 1) - 1; at >= 0; at--) sink(at);
  while (size > 0) {
    yield heap[0];
    heap[0] = heap[--size];
    sink(0);
  }
}
