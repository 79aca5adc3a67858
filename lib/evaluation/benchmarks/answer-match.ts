/** Letters of ASCII punctuation, as Python's `string.punctuation` has them. */
const PUNCTUATION = /[!-/:-@[-`{-~]/g;

/**
 * The text as SQuAD and HotpotQA compare answers: lower case, without punctuation, articles and more than one blank
 * (`normalize_answer` in SQuAD's `evaluate-v1.1.py` and in HotpotQA's `hotpot_evaluate_v1.py`).
 */
export const normaliseAnswer = (text: string): string =>
  text
    .toLowerCase()
    .replace(PUNCTUATION, "")
    .replace(/\b(a|an|the)\b/g, " ")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");

/** Equal once normalised. */
export const isExactMatch = (predicted: string, gold: string): boolean =>
  normaliseAnswer(predicted) === normaliseAnswer(gold);

/** Answers that are right or wrong as a whole. */
const CLOSED = ["yes", "no", "noanswer"];
export const isClosedAnswer = (answer: string): boolean => CLOSED.includes(normaliseAnswer(answer));

/** F1 of the words that both have, in [0, 1]. As in HotpotQA's script, yes and no count only where they are the answer. */
export function answerF1(predicted: string, gold: string): number {
  const [said, wanted] = [normaliseAnswer(predicted), normaliseAnswer(gold)];
  if (said !== wanted && (isClosedAnswer(said) || isClosedAnswer(wanted))) return 0;
  const [ours, theirs] = [said, wanted].map((text) => text.split(" ").filter((word) => word !== ""));
  const left = new Map<string, number>();
  for (const word of theirs) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of ours) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  if (common === 0) return 0;
  const [precision, recall] = [common / ours.length, common / theirs.length];
  return (2 * precision * recall) / (precision + recall);
}

/** Whether the answer's words stand in a text one after the other, both normalised. */
export const holdsAnswer = (text: string, gold: string): boolean => {
  const wanted = normaliseAnswer(gold);
  return wanted !== "" && ` ${normaliseAnswer(text)} `.includes(` ${wanted} `);
};
