/**
 * `thefuzz.fuzz.token_set_ratio` of thefuzz 0.22.1 over RapidFuzz 3.14.6: how alike two texts are as sets of words, 0 to 100; 100
 * where all words of one are in the other, 0 where cleaning leaves nothing of one. thefuzz 0.19.0, which WebShop pins, differs only
 * at underscores and beyond ASCII.
 */
export function tokenSetRatio(a: string, b: string): number {
  const [wordsA, wordsB] = [wordSet(a), wordSet(b)];
  if (wordsA.size === 0 || wordsB.size === 0) return 0;
  const common = [...wordsA].filter((word) => wordsB.has(word));
  const onlyA = [...wordsA].filter((word) => !wordsB.has(word)).sort(byCodePoints);
  const onlyB = [...wordsB].filter((word) => !wordsA.has(word)).sort(byCodePoints);
  if (common.length > 0 && (onlyA.length === 0 || onlyB.length === 0)) return 100;
  const [restA, restB] = [[...onlyA.join(" ")], [...onlyB.join(" ")]];
  const commonLength = [...common.join(" ")].length;
  const gap = commonLength > 0 ? 1 : 0;
  const [lengthA, lengthB] = [commonLength + gap + restA.length, commonLength + gap + restB.length];
  // The common words are the same on both sides, in the same place: only the rest can differ.
  const whole = similarity(restA.length + restB.length - 2 * commonSubsequence(restA, restB), lengthA + lengthB);
  if (commonLength === 0) return roundHalfEven(whole);
  const withA = similarity(gap + restA.length, commonLength + lengthA);
  const withB = similarity(gap + restB.length, commonLength + lengthB);
  return roundHalfEven(Math.max(whole, withA, withB));
}

/**
 * thefuzz's cleaning: the letters U+0080 to U+00FF go (with what separates words among them), everything but letters and
 * digits becomes a blank, and letters become small one by one.
 */
function wordSet(text: string): Set<string> {
  const kept = text.replace(/[\u0080-\u00ff]/g, "").replace(/[^\p{L}\p{N}]/gu, " ");
  const small = [...kept].map((letter) => [...letter.toLowerCase()][0]).join("");
  return new Set(small.split(" ").filter((word) => word !== ""));
}

const similarity = (distance: number, lengths: number): number => 100 - (100 * distance) / lengths;

/** Length of the longest common subsequence. */
function commonSubsequence(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const letter of a) {
    const next = [0];
    for (let j = 0; j < b.length; j++) next.push(letter === b[j] ? row[j] + 1 : Math.max(row[j + 1], next[j]));
    row = next;
  }
  return row[b.length];
}

/** Python's `round`. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Python's order of strings. JavaScript's differs beyond U+FFFF. */
function byCodePoints(a: string, b: string): number {
  const [lettersA, lettersB] = [[...a], [...b]];
  for (let i = 0; i < Math.min(lettersA.length, lettersB.length); i++) {
    const difference = lettersA[i].codePointAt(0)! - lettersB[i].codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return lettersA.length - lettersB.length;
}
