import { descending } from "./descending.ts";

/** Log-probability of a token under the model's own distribution: temperature 1, no filter, no constraint. */
export interface TokenLogprob {
  readonly id: number;
  readonly logprob: number;
}

/** Log-probability of token `id` under `logits` [vocabulary], and the best `alternatives` tokens, itself among them. */
export function tokenLogprobs(
  logits: Float32Array,
  id: number,
  alternatives: number,
): { logprob: number; alternatives: TokenLogprob[] } {
  const logSum = logSumExp(logits);
  const list: TokenLogprob[] = [];
  if (alternatives > 0)
    for (const other of descending(logits)) {
      list.push({ id: other, logprob: logits[other] - logSum });
      if (list.length === alternatives) break;
    }
  return { logprob: logits[id] - logSum, alternatives: list };
}

function logSumExp(values: Float32Array): number {
  let largest = -Infinity;
  for (let i = 0; i < values.length; i++) if (values[i] > largest) largest = values[i];
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.exp(values[i] - largest);
  return largest + Math.log(total);
}
