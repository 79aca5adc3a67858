import type { LlamaConfig } from "./config.ts";
import { causalAttention, rmsNorm, swiGlu, type Rotation } from "./kernels/index.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "./tensorflow.ts";
import type { LayerWeights, LlamaWeights } from "./weights.ts";

/** What depends on the length of the sequences only. */
export interface Positions {
  readonly rotation: Rotation;
  /** [length, length], 0 where a position may look. */
  readonly mask: Tensor2D;
}

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
): Tensor2D {
  const length = ids.size / batch;
  let x = tf.gather(weights.embedding, ids);
  for (const layer of weights.layers) x = decoderLayer(x, layer, batch, length, positions, config);
  return rmsNorm(x, config.rms_norm_eps) as Tensor2D;
}

function decoderLayer(
  x: Tensor2D,
  layer: LayerWeights,
  batch: number,
  length: number,
  { rotation, mask }: Positions,
  config: LlamaConfig,
): Tensor2D {
  const qkv = linear(rmsNorm(x, config.rms_norm_eps), withGain(layer.qkv, layer.attentionGain));
  const attended = causalAttention(qkv, rotation, mask, {
    batch,
    length,
    heads: config.num_attention_heads,
    keyHeads: config.num_key_value_heads,
    headDim: config.head_dim,
  });
  const y = tf.add(x, linear(attended, layer.output));
  return tf.add(y, feedForward(rmsNorm(y, config.rms_norm_eps), layer));
}

/** The gated feed-forward block; `x` is normalised but for its gain. */
export function feedForward(x: Tensor, { gate, up, down, feedForwardGain }: LayerWeights): Tensor2D {
  return linear(swiGlu(linear(x, withGain(gate, feedForwardGain)), linear(x, withGain(up, feedForwardGain))), down);
}

/** x Wᵀ with W [out, in]. */
export const linear = (x: Tensor, weight: Tensor2D): Tensor2D => tf.matMul(x, weight, false, true);

/** (x ⊙ gain) Wᵀ = x (W ⊙ gain)ᵀ, and W is much smaller than x. */
export const withGain = (weight: Tensor2D, gain: Tensor1D): Tensor2D => tf.mul(weight, gain);
