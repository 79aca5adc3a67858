import type { LlamaConfig } from "./config.ts";
import { addLinear, causalAttention, rmsNorm, swiGlu, withGain, type Rotation } from "./kernels/index.ts";
import { tf, type Tensor, type Tensor1D, type Tensor2D } from "./tensorflow.ts";
import type { LayerWeights, LlamaWeights } from "./weights.ts";

/** What depends on the length of the sequences only. */
export interface Positions {
  readonly rotation: Rotation;
  /** [length, length], or one a row [batch, length, length]; 0 where a position may look. */
  readonly mask: Tensor;
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
  return rmsNorm(x, config.rms_norm_eps);
}

function decoderLayer(
  x: Tensor2D,
  layer: LayerWeights,
  batch: number,
  length: number,
  { rotation, mask }: Positions,
  config: LlamaConfig,
): Tensor2D {
  const projection = withGain(layer.qkv, layer.attentionGain);
  const attended = causalAttention(rmsNorm(x, config.rms_norm_eps), projection, rotation, mask, {
    batch,
    length,
    heads: config.num_attention_heads,
    keyHeads: config.num_key_value_heads,
    headDim: config.head_dim,
  });
  const y = addLinear(x, attended, layer.output);
  return addFeedForward(y, layer, config);
}

/** x plus the gated feed-forward block of x. */
export function addFeedForward(x: Tensor2D, layer: LayerWeights, config: LlamaConfig): Tensor2D {
  const gate = withGain(layer.gate, layer.feedForwardGain);
  const up = withGain(layer.up, layer.feedForwardGain);
  return addLinear(x, swiGlu(rmsNorm(x, config.rms_norm_eps), gate, up), layer.down);
}
