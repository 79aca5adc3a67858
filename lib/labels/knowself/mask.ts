import { KNOWLEDGE_START, KNOWLEDGE_END } from "../../trajectory/index.ts";
import type { Piece } from "./agent-pieces.ts";
import { knowSelfTemplate, type KnowSelfModel, type TemplateTurn } from "./templates.ts";

export interface MaskOptions {
  readonly modelType: KnowSelfModel;
  /** The rule between `<knowledge>` and `</knowledge>` is not learnt (`--mask_knowledge`). Default false, as published. */
  readonly maskKnowledge?: boolean;
  /** Only the agent's last turn is learnt (`--mask_history`). Default false. */
  readonly maskHistory?: boolean;
}

export interface MaskSegmentsOptions extends MaskOptions {
  /**
   * `exact` (default): the agent's first token is learnt. `upstream`: the published trainer measures the prompt with a
   * line break too many, so that with Gemma's and Qwen's template the first token of an agent's turn, such as
   * `[Knowledge]`, is not learnt unless the tokenizer merges two line breaks. Here a character counts as a token.
   */
  readonly boundary?: "exact" | "upstream";
}

/** A stretch of text whose tokens all are in the loss, or none. */
export interface MaskSegment {
  readonly text: string;
  readonly inLoss: boolean;
}

/** A conversation as text, parted by what is in the loss (`train_stage1.py`). Without the token that begins a sequence. */
export function maskSegments(turns: readonly TemplateTurn[], options: MaskSegmentsOptions): MaskSegment[] {
  const pieces = learntPieces(turns, options);
  const { splitter } = knowSelfTemplate(options.modelType);
  const shifted = options.boundary === "upstream" && splitter !== "" ? withoutFirstTokens(pieces) : pieces;
  return shifted.reduce<MaskSegment[]>((segments, { text, own }) => {
    const last = segments.at(-1);
    if (last?.inLoss === own) segments[segments.length - 1] = { text: last.text + text, inLoss: own };
    else segments.push({ text, inLoss: own });
    return segments;
  }, []);
}

/** The rendered conversation, where `own` says what is in the loss under these options. */
export function learntPieces(turns: readonly TemplateTurn[], options: MaskOptions): Piece[] {
  const { modelType, maskKnowledge = false, maskHistory = false } = options;
  const lastTurn = turns.findLastIndex(({ role }) => role === "assistant");
  const shown = maskHistory ? turns.map((turn, i) => (i === lastTurn ? turn : { ...turn, loss: false })) : turns;
  return knowSelfTemplate(modelType)
    .pieces(shown)
    .map((piece) => (maskKnowledge && piece.source === "knowledge" ? { ...piece, own: false } : piece));
}

/** The first token, or character, of every turn that is learnt left out. */
function withoutFirstTokens(pieces: readonly Piece[]): Piece[] {
  let learning = false;
  let inside = false;
  return pieces.flatMap((piece): Piece[] => {
    // A masked rule is no end of the turn.
    if (piece.special && piece.text === KNOWLEDGE_START) inside = true;
    if (piece.special && piece.text === KNOWLEDGE_END) inside = false;
    const first = piece.own && !learning;
    learning = piece.own || (learning && inside);
    if (!first) return [piece];
    if (piece.special) return [{ ...piece, own: false }];
    const [character] = piece.text;
    return [
      { ...piece, text: character, own: false },
      { ...piece, text: piece.text.slice(character.length) },
    ].filter(({ text }) => text !== "");
  });
}
