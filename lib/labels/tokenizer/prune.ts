import { BpeTokenizer } from "./tokenizer.ts";

const ANYTHING = String.raw`[\s\S]+`;

/**
 * Drops the tokens that only served as steps towards longer ones (" cab" on the way to " cabinet 3"): no text of the
 * corpus ever shows them, so they would be rows of the embedding that are never trained. Units that have become one
 * token are then looked up whole (`ignore_merges`, as in Llama 3); parts of other units keep the merges they need.
 * @param pieces the distinct units of the corpus
 */
export function pruneIntermediates(tokenizer: BpeTokenizer, pieces: Iterable<string>): BpeTokenizer {
  const { definition } = tokenizer;
  const { vocabulary, merges, added } = definition;
  // A pattern that looks around itself may cut a piece that stands alone.
  const uncut = new BpeTokenizer({ ...definition, preTokenizer: { ...definition.preTokenizer, patterns: [ANYTHING] } });
  const parts = new Map<string, readonly [string, string]>();
  for (const [left, right] of merges) if (!parts.has(left + right)) parts.set(left + right, [left, right]);
  const byMerges = new Set<string>();
  const kept = new Set<string>();
  const keepPart = (token: string): void => {
    if (byMerges.has(token)) return;
    byMerges.add(token);
    for (const part of parts.get(token) ?? []) keepPart(part);
  };
  for (const piece of pieces) {
    const ids = uncut.encode(piece);
    if (ids.length === 1) kept.add(vocabulary[ids[0]]);
    else for (const id of ids) keepPart(vocabulary[id]);
  }
  const isSpecial = new Set(added.map(({ id }) => id));
  const isByte = (token: string): boolean => !parts.has(token);
  const isPart = (token: string): boolean => isByte(token) || byMerges.has(token);
  return new BpeTokenizer({
    ...definition,
    vocabulary: vocabulary.filter((token, id) => isSpecial.has(id) || isPart(token) || kept.has(token)),
    merges: merges.filter(([left, right]) => isPart(left) && isPart(right) && byMerges.has(left + right)),
    wholePieces: true,
  });
}
