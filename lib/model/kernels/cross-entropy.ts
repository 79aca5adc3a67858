import { tf, type Tensor, type Tensor1D, type Tensor2D } from "../tensorflow.ts";
import { gatherRows } from "./gather-rows.ts";
import { softmax } from "./softmax.ts";

/**
 * Negative log-likelihood [rows] of `labels` [rows] (int32) under softmax(x Wᵀ), with x [rows, features] and the output
 * table W [vocabulary, features].
 *
 * One piece with the output layer, because the gradient of the logits, P - onehot(labels), need not be formed:
 * dx = s (P W - W[labels]) and dW = Pᵀ(s x) - (s x summed by label), where s [rows] is the gradient that comes in.
 */
export function linearCrossEntropy(x: Tensor, table: Tensor, labels: Tensor1D): Tensor1D {
  return tf.customGrad((...args) => {
    const [input, weight, save] = args as unknown as [Tensor2D, Tensor2D, (tensors: Tensor[]) => void];
    const logits = tf.matMul(input, weight, false, true);
    const probabilities = softmax(logits);
    const own = gatherRows(weight, labels);
    // log Σ exp(l) = max l - log(max P): exact also where the label's own probability underflows.
    const logSum = tf.sub(tf.max(logits, -1), tf.log(tf.max(probabilities, -1)));
    logits.dispose();
    save([input, weight, probabilities, own, labels]);
    return {
      value: tf.sub(logSum, tf.sum(tf.mul(input, own), -1)) as Tensor1D,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [input, weight, probabilities, own] = saved as Tensor2D[];
        const labels = saved[4] as Tensor1D;
        const scale = tf.reshape(dy, [-1, 1]);
        const scaled = tf.mul(input, scale) as Tensor2D;
        const dx = tf.mul(tf.sub(tf.matMul(probabilities, weight), own), scale);
        const byLabel = tf.unsortedSegmentSum(scaled, labels, weight.shape[0]);
        return [dx, tf.sub(tf.matMul(probabilities, scaled, true, false), byLabel)];
      },
    };
  })(x, table) as Tensor1D;
}
