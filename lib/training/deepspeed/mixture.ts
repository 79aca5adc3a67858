import { createRandom, UserError } from "../../base/index.ts";
import { permutation } from "../permutation.ts";

/**
 * Rows drawn from several sources in given shares: `share` of a source is the probability that a place is its. Each source
 * is gone through in random order, and again in another when it is through. This is how AgentTuning mixes agent and
 * general data, J = η · E_agent + (1 − η) · E_general (Zeng et al. 2023). The same seed gives the same rows.
 */
export function* mixRows<Row>(
  sources: Readonly<Record<string, readonly Row[]>>,
  shares: Readonly<Record<string, number>>,
  { count, seed }: { readonly count: number; readonly seed: number | string },
): Generator<Row> {
  const names = Object.keys(shares).sort();
  for (const name of names)
    if (!(shares[name] >= 0) || (shares[name] > 0 && !sources[name]?.length))
      throw new UserError(`mixture: "${name}" has share ${shares[name]} and ${sources[name]?.length ?? 0} rows`);
  const random = createRandom(seed, "training/mixture");
  const walks = names.map((name) => walk(sources[name] ?? [], seed, name));
  const weights = names.map((name) => shares[name]);
  for (let i = 0; i < count; i++) yield walks[random.weighted(weights)]();
}

function walk<Row>(rows: readonly Row[], seed: number | string, name: string): () => Row {
  let place = 0;
  let order = permutation(rows.length, seed, `training/mixture/${name}/0`);
  return () => {
    if (place > 0 && place % rows.length === 0)
      order = permutation(rows.length, seed, `training/mixture/${name}/${place / rows.length}`);
    return rows[order(place++ % rows.length)];
  };
}
