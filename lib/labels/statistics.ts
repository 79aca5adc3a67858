import { SOURCES, type Source, type Trajectory } from "../trajectory/index.ts";
import type { LabelledExample } from "./examples.ts";
import type { ChatTemplate } from "./template.ts";
import { splitUnits, type Tokenizer } from "./tokenizer/index.ts";

/** Tokens of one source over a set of examples. */
export interface SourceRow {
  readonly source: Source;
  readonly tokens: number;
  /** Of all tokens. */
  readonly share: number;
  /** Tokens with a positive weight. */
  readonly trained: number;
  /** Of the sum of all weights: how much of the loss comes from this source. */
  readonly lossShare: number;
}

/** One row per source that occurs, in the order of `SOURCES`. */
export function sourceRows(examples: Iterable<LabelledExample>): SourceRow[] {
  const tokens = SOURCES.map(() => 0);
  const trained = SOURCES.map(() => 0);
  const weight = SOURCES.map(() => 0);
  for (const { sources, weights } of examples) {
    for (let t = 0; t < sources.length; t++) {
      tokens[sources[t]]++;
      if (weights[t] > 0) trained[sources[t]]++;
      weight[sources[t]] += weights[t];
    }
  }
  const all = sum(tokens);
  const allWeight = sum(weight);
  return SOURCES.map((source, i) => ({
    source,
    tokens: tokens[i],
    share: ratio(tokens[i], all),
    trained: trained[i],
    lossShare: ratio(weight[i], allWeight),
  })).filter((row) => row.tokens > 0);
}

export interface TokenRow {
  readonly id: number;
  readonly token: string;
  readonly count: number;
}

/** Every token of the vocabulary with its count, most frequent first; tokens never used have count 0. */
export function tokenRows(examples: Iterable<LabelledExample>, tokenizer: Tokenizer): TokenRow[] {
  const counts = new Array<number>(tokenizer.size).fill(0);
  for (const { ids } of examples) for (const id of ids) counts[id]++;
  return counts
    .map((count, id) => ({ id, token: tokenizer.tokenText(id), count }))
    .sort((a, b) => b.count - a.count || a.id - b.id);
}

export interface CompressionRow {
  readonly trajectory: string;
  /** Characters of the turns as the environment and the agent wrote them. */
  readonly characters: number;
  /** Characters after the codec, control tokens left out. */
  readonly compactCharacters: number;
  /** Tokens, control tokens included. */
  readonly tokens: number;
  readonly charactersPerToken: number;
  readonly compactCharactersPerToken: number;
  /** Words with their numbers, after the codec. */
  readonly units: number;
  /** Units that are one token. */
  readonly wholeUnits: number;
}

/** How much shorter the codec and the tokenizer make each trajectory. */
export function compressionRows(
  trajectories: Iterable<Trajectory>,
  template: ChatTemplate,
  tokenizer: Tokenizer,
): CompressionRow[] {
  const rows: CompressionRow[] = [];
  for (const { id, turns } of trajectories) {
    const characters = sum(turns.map((turn) => turn.content.length));
    let compactCharacters = 0;
    let tokens = 0;
    let units = 0;
    let wholeUnits = 0;
    for (const { text, special } of template.renderTurns(turns)) {
      if (special) {
        tokens++;
        continue;
      }
      compactCharacters += text.length;
      tokens += tokenizer.encode(text).length;
      for (const unit of splitUnits(text)) {
        units++;
        if (tokenizer.encode(unit).length === 1) wholeUnits++;
      }
    }
    rows.push({
      trajectory: id,
      characters,
      compactCharacters,
      tokens,
      charactersPerToken: ratio(characters, tokens),
      compactCharactersPerToken: ratio(compactCharacters, tokens),
      units,
      wholeUnits,
    });
  }
  return rows;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
