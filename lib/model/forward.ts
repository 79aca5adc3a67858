import type { LlamaConfig } from "./config.ts";
import { addLinear, causalAttention, gatherRows, rmsNorm, swiGlu, withGain, type Rotation } from "./kernels/index.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "./tensorflow.ts";
import type { LayerWeights, LlamaWeights } from "./weights.ts";

/** What depends on the length of the sequences only. */
export interface Positions {
  readonly rotation: Rotation;
  /** [length, length], or one a row [batch, length, length]; 0 where a position may look. */
  readonly mask: Tensor;
}

/** What is added to a projection of x; where the projection has a gain, it is still to be multiplied into x. */
export type Term = (x: Tensor2D, gain?: Tensor1D) => Tensor2D;

/** Terms beside the projections of one layer, named as in `LayerWeights`. */
export type LayerTerms = Readonly<Record<"qkv" | "output" | "gate" | "up" | "down", Term | undefined>>;

/**
 * The decoder (Touvron et al. 2023) over right-padded sequences that all start at position 0. `ids` is
 * [batch · length] int32. Returns the last hidden states [batch · length, hidden], normalised but for the final gain,
 * which belongs to the output table.
 */
export function hiddenStates(
  weights: LlamaWeights,
  ids: Tensor1D,
  batch: number,
  positions: Positions,
  config: LlamaConfig,
  terms?: readonly LayerTerms[],
): Tensor2D {
  const layers = layerStates(weights, ids, batch, positions, config, terms);
  return rmsNorm(layers[layers.length - 1], config.rms_norm_eps);
}

/** The residual stream [batch · length, hidden] after each layer, not normalised. */
export function layerStates(
  weights: LlamaWeights,
  ids: Tensor1D,
  batch: number,
  positions: Positions,
  config: LlamaConfig,
  terms?: readonly LayerTerms[],
): Tensor2D[] {
  const length = ids.size / batch;
  let x = gatherRows(weights.embedding, ids);
  return weights.layers.map((layer, i) => (x = decoderLayer(x, layer, batch, length, positions, config, terms?.[i])));
}

function decoderLayer(
  x: Tensor2D,
  layer: LayerWeights,
  batch: number,
  length: number,
  { rotation, mask }: Positions,
  config: LlamaConfig,
  terms?: LayerTerms,
): Tensor2D {
  const normed = rmsNorm(x, config.rms_norm_eps);
  const projection = withGain(layer.qkv, layer.attentionGain);
  const shape = {
    batch,
    length,
    heads: config.num_attention_heads,
    keyHeads: config.num_key_value_heads,
    headDim: config.head_dim,
  };
  const added = terms?.qkv?.(normed, layer.attentionGain);
  const attended = causalAttention(normed, projection, rotation, mask, shape, added);
  const y = addLinear(withTerm(x, terms?.output, attended), attended, layer.output);
  return addFeedForward(y, layer, config, terms);
}

/** x plus the gated feed-forward block of x. */
function addFeedForward(x: Tensor2D, layer: LayerWeights, config: LlamaConfig, terms?: LayerTerms): Tensor2D {
  const normed = rmsNorm(x, config.rms_norm_eps);
  const gate = withGain(layer.gate, layer.feedForwardGain);
  const up = withGain(layer.up, layer.feedForwardGain);
  const ofGate = terms?.gate?.(normed, layer.feedForwardGain);
  const ofUp = terms?.up?.(normed, layer.feedForwardGain);
  const hidden = swiGlu(normed, gate, up, ofGate, ofUp);
  return addLinear(withTerm(x, terms?.down, hidden), hidden, layer.down);
}

const withTerm = (residual: Tensor2D, term: Term | undefined, x: Tensor2D): Tensor2D =>
  term ? tf.add(residual, term(x)) : residual;
