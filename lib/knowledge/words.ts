/** Words that every rule has, or that say nothing of its matter. */
const STOP = new Set(
  "a an and any are as at be before by do does for from has have if in into is it its may must need needs no not of on one or other should so than that the their them then there they this to what when where which while with without agent rule task".split(
    " ",
  ),
);

/** The telling words of a text, lower-case, in order, with repetitions. */
export const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[a-z0-9]+/g) ?? []).filter((word) => !STOP.has(word));

/** Saturation and length weight of BM25 (Robertson and Zaragoza 2009), at their usual values. */
const [K1, B] = [1.2, 0.75];

/** BM25 of each text for the query; 0 where no word is shared. */
export function wordScores(query: string, texts: readonly string[]): number[] {
  const bags = texts.map(wordsOf);
  const mean = bags.reduce((sum, bag) => sum + bag.length, 0) / Math.max(1, bags.length);
  const asked = [...new Set(wordsOf(query))];
  const holders = new Map(asked.map((word) => [word, bags.filter((bag) => bag.includes(word)).length]));
  return bags.map((bag) =>
    asked.reduce((score, word) => {
      const count = bag.filter((each) => each === word).length;
      if (count === 0) return score;
      const n = holders.get(word)!;
      const rarity = Math.log(1 + (bags.length - n + 0.5) / (n + 0.5));
      return score + (rarity * count * (K1 + 1)) / (count + K1 * (1 - B + (B * bag.length) / mean));
    }, 0),
  );
}
