import type { LlamaConfig } from "./config.ts";
import { EMBEDDING, HEAD, parameterLayout, type Parameter } from "./layout.ts";
import { PROJECTIONS, trainedTokens, type LoraConfig, type Projection, type TrainedTokens } from "./lora-config.ts";

/** What an adapter holds for one kind of projection; the same for every layer. */
export interface LowRank {
  readonly projection: Projection;
  /** Of the weight that is changed. */
  readonly out: number;
  readonly in: number;
}

/**
 * An adapter's flat vector: rows of the embedding, then for each projection the A of all layers [layers, r, in] and the B
 * of all layers [layers, out, r], so that one batched product forms the updates of all layers; then rows of the output table.
 */
export interface AdapterLayout {
  /** Under PEFT's names. */
  readonly parameters: readonly Parameter[];
  readonly lowRank: readonly LowRank[];
  readonly tokens: TrainedTokens;
}

/** PEFT's name of what belongs to the base's weight `name`. */
const inPeft = (name: string, part: string): string => `base_model.model.${name.replace(/weight$/, part)}`;
export const rowsName = (table: string): string => inPeft(table, "token_adapter.trainable_tokens_delta");

export function adapterLayout(lora: LoraConfig, model: LlamaConfig): AdapterLayout {
  const shapes = new Map(parameterLayout(model).map(({ name, shape }) => [name, shape]));
  const tokens = trainedTokens(lora, model);
  const parameters: Parameter[] = [];
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    const size = shape.reduce((a, b) => a * b, 1);
    parameters.push({ name, shape, offset, size });
    offset += size;
  };
  const addRows = (table: string, count: number): void => {
    if (count > 0) add(rowsName(table), count, model.hidden_size);
  };
  addRows(EMBEDDING, tokens.embedding.length);
  const lowRank = lora.target_modules.map((projection): LowRank => {
    const names = Array.from(
      { length: model.num_hidden_layers },
      (_, layer) => `model.layers.${layer}.${PROJECTIONS[projection]}.weight`,
    );
    const [out, input] = shapes.get(names[0]) as readonly number[];
    for (const name of names) add(inPeft(name, "lora_A.weight"), lora.r, input);
    for (const name of names) add(inPeft(name, "lora_B.weight"), out, lora.r);
    return { projection, out, in: input };
  });
  addRows(HEAD, tokens.head.length);
  return { parameters, lowRank, tokens };
}
