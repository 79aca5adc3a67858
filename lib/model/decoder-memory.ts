import { disposeCaches, firstColumns, joinColumns, lastColumns, type LayerCache } from "./key-value-cache.ts";
import { tf } from "./tensorflow.ts";

/** Columns that the recent part keeps when it is folded into the old one, and that it may gather before. */
const KEPT = 2;
const GATHERED = 16;

/**
 * The memory of a decoder's layers. Every new column makes a copy of the tensor that it is added to, so single ones are
 * added to a short recent part, which now and then is folded into the old one.
 */
export class DecoderMemory {
  /** Empty while everything stands in the recent part. */
  #old: readonly LayerCache[] = [];
  #recent: readonly LayerCache[] = [];

  /** Everything in one part; the memory's own tensors. Empty before the first token. */
  whole(): readonly LayerCache[] {
    if (this.#old.length > 0) this.replace(joinColumns(this.#old, this.#recent));
    return this.#recent;
  }

  /** Old and recent part of each layer, each of 2 columns or more; undefined where there are too few. The memory's own tensors. */
  parts(): readonly (readonly [LayerCache, LayerCache])[] | undefined {
    const columns = this.#recent[0]?.keys.shape[2] ?? 0;
    if (this.#old.length === 0) {
      if (columns < 2 * KEPT) return undefined;
      this.#hold(firstColumns(this.#recent, columns - KEPT), lastColumns(this.#recent, KEPT));
    } else if (columns >= KEPT + GATHERED)
      this.#hold(joinColumns(this.#old, firstColumns(this.#recent, columns - KEPT)), lastColumns(this.#recent, KEPT));
    return this.#old.map((old, layer) => [old, this.#recent[layer]]);
  }

  /** Holds this instead of all before. */
  replace(caches: readonly LayerCache[]): void {
    this.#hold([], caches);
  }

  /** Holds this instead of the recent part. */
  replaceRecent(caches: readonly LayerCache[]): void {
    this.#hold(this.#old, caches);
  }

  #hold(old: readonly LayerCache[], recent: readonly LayerCache[]): void {
    for (const { keys, values } of [...old, ...recent]) [keys, values].forEach((tensor) => tf.keep(tensor));
    if (old !== this.#old) disposeCaches(this.#old);
    if (recent !== this.#recent) disposeCaches(this.#recent);
    this.#old = old;
    this.#recent = recent;
  }
}
