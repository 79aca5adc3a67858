import type { Tokenizer } from "../labels/index.ts";
import { Llama, tf } from "../model/index.ts";

/** A student for tests that knows only which token follows which: those that follow each other in these marked texts. */
export function bigrams(tokenizer: Tokenizer, chains: readonly string[], context: number): Llama {
  const hidden = tokenizer.size + (tokenizer.size % 2);
  const sizes = { hidden_size: hidden, intermediate_size: 2, num_hidden_layers: 1, num_attention_heads: 1 };
  const config = { ...sizes, vocab_size: tokenizer.size, max_position_embeddings: context, initializer_range: 1e-6 };
  const student = Llama.create(config, { seed: 1 });
  const values = student.weights.dataSync().slice();
  const offset = (name: string): number => student.layout.find((parameter) => parameter.name === name)!.offset;
  for (let id = 0; id < tokenizer.size; id++) values[offset("model.embed_tokens.weight") + id * hidden + id] = 1;
  for (const chain of chains) {
    const ids = tokenizer.encodeMarked(chain);
    for (let i = 1; i < ids.length; i++) values[offset("lm_head.weight") + ids[i] * hidden + ids[i - 1]] = 1;
  }
  tf.tidy(() => student.weights.assign(tf.tensor1d(values)));
  return student;
}
