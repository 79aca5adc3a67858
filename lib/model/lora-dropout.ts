import { createRandom } from "../base/index.ts";
import type { LlamaConfig } from "./config.ts";
import type { LayerTerms, Term } from "./forward.ts";
import { dropoutMask, interleavedRows, linear, withGain } from "./kernels/index.ts";
import type { LoraConfig, Projection } from "./lora-config.ts";
import { scaling, type AdapterPieces } from "./lora-weights.ts";
import { tf, type Tensor1D, type Tensor2D } from "./tensorflow.ts";

/**
 * An adapter in training with dropout, as terms beside the base's projections: scaling · B A dropout(x), with a mask of
 * its own for each projection, as in PEFT. Dropout on x cannot be expressed in the weights.
 */
export function droppedTerms(
  { factors }: AdapterPieces,
  lora: LoraConfig,
  model: LlamaConfig,
  seed: number,
): LayerTerms[] {
  const { num_attention_heads: heads, num_key_value_heads: keyHeads, head_dim: headDim } = model;
  const order: Partial<Record<Projection, Int32Array>> = {
    q_proj: interleavedRows(heads, headDim, 0),
    k_proj: interleavedRows(keyHeads, headDim, 0),
  };
  const byLayer = new Map(
    [...factors].map(([projection, { a, b }]) => {
      const scaled = tf.mul(b, scaling(lora));
      const rows = order[projection];
      const ordered = rows ? tf.gather(scaled, tf.tensor1d(rows, "int32"), 1) : scaled;
      return [projection, { a: tf.unstack(a) as Tensor2D[], b: tf.unstack(ordered) as Tensor2D[] }];
    }),
  );
  return Array.from({ length: model.num_hidden_layers }, (_, layer) => {
    const term = (projection: Projection): Term | undefined => {
      const factor = byLayer.get(projection);
      if (!factor) return undefined;
      return (x: Tensor2D, gain?: Tensor1D) => {
        const random = createRandom(seed, `model/dropout/${layer}/${projection}`);
        const dropped = tf.mul(x, dropoutMask(x.shape, lora.lora_dropout, random));
        const a = gain ? withGain(factor.a[layer], gain) : factor.a[layer];
        return linear(linear(dropped, a), factor.b[layer]);
      };
    };
    const parts = [term("q_proj"), term("k_proj"), term("v_proj")];
    const widths = [heads * headDim, keyHeads * headDim, keyHeads * headDim];
    const qkv: Term = (x, gain) =>
      tf.concat(
        parts.map((part, i): Tensor2D => part?.(x, gain) ?? tf.zeros([x.shape[0], widths[i]])),
        1,
      ) as Tensor2D;
    return {
      qkv: parts.some((part) => part !== undefined) ? qkv : undefined,
      output: term("o_proj"),
      gate: term("gate_proj"),
      up: term("up_proj"),
      down: term("down_proj"),
    };
  });
}
