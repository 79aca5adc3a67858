import { dataText } from "../data-text.ts";

/** A piece of a document, short enough for a prompt. */
export interface Passage {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface Document {
  readonly title: string;
  readonly text: string;
}

/** Sentences of a text; a break of line ends one too. */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?]["”')\]]?)\s+(?=["“'([]?[\p{Lu}\d])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** Cuts a document at sentences into passages of about `words` words; a longer sentence is one passage, cut at 2,000 characters. */
export function passagesOf({ title, text }: Document, words = 120, id = title): Passage[] {
  const passages: Passage[] = [];
  let sentences: string[] = [];
  let count = 0;
  const close = (): void => {
    if (sentences.length > 0) passages.push({ id: `${id}#${passages.length}`, title: dataText(title, 300), text: dataText(sentences.join(" "), 2000) }); // prettier-ignore
    [sentences, count] = [[], 0];
  };
  for (const sentence of sentencesOf(text)) {
    const length = sentence.split(/\s+/).length;
    if (count > 0 && count + length > words) close();
    sentences.push(sentence);
    count += length;
  }
  close();
  return passages;
}
