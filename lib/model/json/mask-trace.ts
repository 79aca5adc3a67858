import type { Tokenizer } from "../../labels/index.ts";
import type { JsonGrammar } from "./constraint.ts";

/** One place of a text: what could have come there, and what came. */
export interface MaskPlace {
  readonly chosen: number;
  readonly allowed: readonly number[];
  /** Texts of these tokens, for display. */
  readonly chosenText: string;
  readonly allowedTexts: readonly string[];
}

/**
 * The mask at each place of an answer, for looking at it. Throws where a token is not allowed.
 * @param ids of a whole answer, the stop token last
 */
export async function traceMask(
  grammar: JsonGrammar,
  tokenizer: Tokenizer,
  ids: readonly number[],
): Promise<MaskPlace[]> {
  const constraint = grammar.constraint();
  const places: MaskPlace[] = [];
  try {
    for (const chosen of ids) {
      const allowed = Array.from((await constraint.allowed()) ?? Array.from({ length: tokenizer.size }, (_, id) => id));
      const texts = allowed.map((id) => tokenizer.tokenText(id));
      places.push({ chosen, allowed, chosenText: tokenizer.tokenText(chosen), allowedTexts: texts });
      constraint.accept(chosen);
    }
  } finally {
    constraint.dispose?.();
  }
  return places;
}
