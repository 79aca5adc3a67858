import { tf, type Scalar, type Tensor, type Tensor1D } from "../model/index.ts";

/**
 * Losses that learn from pairs. With S(y) the summed log-probability of an answer's tokens, |y| their number and
 * d = β · [(S(chosen) - S_ref(chosen)) - (S(rejected) - S_ref(rejected))]:
 *
 * - `dpo`: -log σ(d), mean over pairs (Rafailov et al. 2023)
 * - `rpo_paper`: -log σ(d) - α · S(chosen) / |chosen|, mean over pairs (the formula of the KnowSelf paper, α = 1)
 * - `rpo_code`: α · (-log σ(d) - S(chosen)) - S(chosen) / |chosen|, mean over pairs (what its published trainer computes)
 * - `rpo_trl`: mean of -log σ(d) over pairs + α · mean of -log p over all chosen tokens of the step (TRL's `sft` term)
 */
export const PREFERENCE_LOSSES = ["dpo", "rpo_paper", "rpo_code", "rpo_trl"] as const;
export type PreferenceLoss = (typeof PREFERENCE_LOSSES)[number];

export interface PreferenceSettings {
  readonly loss: PreferenceLoss;
  readonly beta: number;
  readonly alpha: number;
}

/** Named as in TRL. */
export const PREFERENCE_FIGURES = [
  "loss",
  "rewards/chosen",
  "rewards/rejected",
  "rewards/accuracies",
  "rewards/margins",
  "logps/chosen",
  "logps/rejected",
  "nll_loss",
] as const;

/** One value a pair. */
export interface PairLogProbabilities {
  readonly chosen: Tensor1D;
  readonly rejected: Tensor1D;
  readonly referenceChosen: Tensor1D;
  readonly referenceRejected: Tensor1D;
  /** Tokens of the chosen answer. */
  readonly chosenTokens: Tensor1D;
}

/**
 * Parts of `PREFERENCE_FIGURES` that these pairs give. `perPair` and `perToken` are 1 / the number of pairs, of chosen
 * tokens in the whole step.
 */
export function preferenceFigures(
  { chosen, rejected, referenceChosen, referenceRejected, chosenTokens }: PairLogProbabilities,
  { loss, beta, alpha }: PreferenceSettings,
  perPair: Scalar,
  perToken: Scalar,
): Scalar[] {
  const mean = (values: Tensor): Scalar => tf.mul(tf.sum(values), perPair);
  const rewardChosen: Tensor1D = tf.mul(tf.sub(chosen, referenceChosen), beta);
  const rewardRejected: Tensor1D = tf.mul(tf.sub(rejected, referenceRejected), beta);
  const margin: Tensor1D = tf.sub(rewardChosen, rewardRejected);
  const dpo: Tensor1D = tf.softplus(tf.neg(margin)); // -log σ(margin)
  const tokenMeans: Tensor1D = tf.div(tf.neg(chosen), chosenTokens);
  const tokenMean: Scalar = tf.mul(tf.sum(tf.neg(chosen)), perToken);
  const losses: Record<PreferenceLoss, () => Scalar> = {
    dpo: () => mean(dpo),
    rpo_paper: () => mean(tf.add(dpo, tf.mul(tokenMeans, alpha))),
    rpo_code: () => mean(tf.add(tf.mul(tf.sub(dpo, chosen), alpha), tokenMeans)),
    rpo_trl: () => tf.add(mean(dpo), tf.mul(tokenMean, alpha)),
  };
  return [
    losses[loss](),
    mean(rewardChosen),
    mean(rewardRejected),
    mean(tf.cast(tf.greater(margin, 0), "float32")),
    mean(margin),
    mean(chosen),
    mean(rejected),
    tokenMean,
  ];
}
