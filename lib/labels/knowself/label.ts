import { UserError } from "../../base/index.ts";
import { SOURCES, type Trajectory, type TrajectoryPair } from "../../trajectory/index.ts";
import type { LabelledExample, LabelResult } from "../examples.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { sourceBoundary } from "./agent-pieces.ts";
import { learntPieces, type MaskOptions } from "./mask.ts";
import { knowSelfTemplate } from "./templates.ts";

export interface KnowSelfLabelOptions extends MaskOptions {
  /** The model's own, with KnowSelf's six tokens added (`writeTokenizerWith`, `SITUATION_TOKENS`). */
  readonly tokenizer: Pick<Tokenizer, "encode" | "decode" | "special">;
  /** Most tokens of an example. A longer one is left out; the published trainer cuts it. */
  readonly maxLength: number;
}

/**
 * A trajectory in KnowSelf's form as a training row for Llama 3, Gemma or Qwen, with weights 0 and 1. Text between two
 * control tokens is encoded as a whole, but an agent's turn begins anew, as it does where the model generates it.
 * Throws `UserError` where nothing in it would be learnt, or the tokenizer lacks a control token.
 */
export function labelKnowSelf(
  trajectory: Pick<Trajectory, "id" | "turns">,
  options: KnowSelfLabelOptions,
): LabelResult {
  const { tokenizer, maxLength, modelType } = options;
  const { bos } = knowSelfTemplate(modelType);
  const delimiter = SOURCES.indexOf("delimiter");
  const row = { ids: [] as number[], weights: [] as number[], sources: [] as number[] };
  const add = (ids: readonly number[], weight: 0 | 1, sourceOf: (k: number) => number): void =>
    ids.forEach((id, k) => {
      row.ids.push(id);
      row.weights.push(weight);
      row.sources.push(sourceOf(k));
    });
  if (bos !== null) add([tokenizer.special(bos)], 0, () => delimiter);
  for (const run of textRuns(learntPieces(trajectory.turns, options))) {
    const [{ text, special, source, own }] = run;
    const weight = own && row.ids.length > 0 ? 1 : 0;
    if (special) add([tokenizer.special(text)], weight, () => delimiter);
    else {
      const whole = run.map((piece) => piece.text).join("");
      const ids = tokenizer.encode(whole);
      const bounds = boundsOf(run).map(({ end, source }) => ({ end: tokensUpTo(ids, end, tokenizer), source }));
      add(ids, weight, (k) => SOURCES.indexOf(bounds.find(({ end }) => k < end)?.source ?? source));
    }
  }
  if (!row.weights.includes(1))
    throw new UserError(`trajectory ${trajectory.id}: empty loss mask: no agent turn is learnt`);
  if (row.ids.length > maxLength) return { kind: "too_long", id: trajectory.id, length: row.ids.length };
  return { kind: "example", example: { id: trajectory.id, ...row } };
}

export type KnowSelfPairResult =
  | {
      readonly kind: "pair";
      readonly pair: { readonly id: string; readonly chosen: LabelledExample; readonly rejected: LabelledExample };
    }
  | { readonly kind: "too_long"; readonly id: string; readonly length: number };

/** Both sides of a pair as rows for preference training; what they share is prompt, and not learnt. */
export function labelKnowSelfPair(pair: TrajectoryPair, options: KnowSelfLabelOptions): KnowSelfPairResult {
  const { id, shared } = pair;
  const label = ({ turns }: Trajectory, side: string): LabelResult => {
    const prompted = turns.map((turn, i) => (i < shared ? { ...turn, loss: false } : turn));
    return labelKnowSelf({ id: `${id}, ${side}`, turns: prompted }, options);
  };
  const chosen = label(pair.chosen, "chosen");
  if (chosen.kind === "too_long") return chosen;
  const rejected = label(pair.rejected, "rejected");
  if (rejected.kind === "too_long") return rejected;
  return { kind: "pair", pair: { id, chosen: chosen.example, rejected: rejected.example } };
}

type Pieces = ReturnType<typeof learntPieces>;

/** Control tokens alone, texts that follow each other together while they are alike in the loss and an agent's begins. */
function textRuns(pieces: Pieces): Pieces[] {
  return pieces.reduce<Pieces[]>((runs, piece) => {
    const last = runs.at(-1);
    const joins = last && !last[0].special && !piece.special && !isAgents(piece) && !isAgents(last[0]);
    if (joins) last.push(piece);
    else if (piece.text !== "") runs.push([piece]);
    return runs;
  }, []);
}

const isAgents = ({ source }: Pieces[number]): boolean => source === "thought" || source === "action";

/** Where each part of a run ends, in characters, and whose it is. */
function boundsOf(run: Pieces): { end: number; source: Pieces[number]["source"] }[] {
  const [{ text, source }] = run;
  if (source === "thought")
    return [
      { end: sourceBoundary(text), source },
      { end: text.length, source: "action" },
    ];
  let end = 0;
  return run.map((piece) => ({ end: (end += piece.text.length), source: piece.source }));
}

/** How many of the tokens it takes to reach `length` characters. */
function tokensUpTo(ids: readonly number[], length: number, tokenizer: Pick<Tokenizer, "decode">): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokenizer.decode(ids.slice(0, middle)).length < length) low = middle + 1;
    else high = middle;
  }
  return low;
}
