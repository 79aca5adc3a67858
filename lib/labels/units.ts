import { splitUnits } from "./tokenizer/index.ts";

/**
 * Units that the texts do not have but that other texts of their kind will: for each word that occurs with numbers, the
 * word alone and with every number up to one beyond the highest seen. Added to a tokenizer's corpus they become one token
 * too, and with shared embedding parts a token never trained still has a vector that means something.
 */
export function neighbouringUnits(texts: Iterable<string>): string[] {
  const seen = new Set<string>();
  for (const text of texts) for (const unit of splitUnits(text)) seen.add(unit);
  const highest = new Map<string, number>();
  for (const unit of seen) {
    const [, word, number] = /^( \p{L}+) (\d{1,4})$/u.exec(unit) ?? [];
    if (word !== undefined) highest.set(word, Math.max(highest.get(word) ?? 0, Number(number)));
  }
  const units: string[] = [];
  for (const [word, last] of highest) {
    units.push(word, ...Array.from({ length: last + 1 }, (_, i) => `${word} ${i + 1}`));
  }
  return units.filter((unit) => !seen.has(unit)).sort();
}
