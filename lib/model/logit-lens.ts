import { Interrupted, UserError, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { checkPrompt } from "./complete.ts";
import { layerStates } from "./forward.ts";
import { gatherRows, linear, rmsNorm, softmax, withGain } from "./kernels/index.ts";
import type { Llama } from "./llama.ts";
import { tf } from "./tensorflow.ts";

/** A text, and where in it the lens looks. */
export interface LensText {
  /** At most as many as the model's context. */
  readonly ids: readonly number[];
  readonly places: readonly LensPlace[];
}

export interface LensPlace {
  /** After so many tokens of the text: what could come next is asked. */
  readonly read: number;
  /** Whose probability is wanted. */
  readonly tokens: readonly number[];
}

export interface LensOptions {
  /** Texts of one forward pass, 8 by default: more at once need more memory and are not faster. */
  readonly rows?: number;
  readonly onProgress?: OnProgress;
  /** Once aborted, `Interrupted` is thrown. */
  readonly signal?: AbortSignal;
}

/**
 * The logit lens (nostalgebraist 2020; KnowSelf paper, figure 4): what the model would say next, had it ended after each
 * of its layers. The residual stream after a layer goes through the final norm and the output table; the softmax of that
 * is read at the wanted tokens. After the last layer it is the model's own distribution.
 *
 * Returns probabilities [text][place][layer][token] in the order given. An active adapter counts.
 */
export async function logitLens(
  model: Llama,
  texts: readonly LensText[],
  { rows = 8, onProgress, signal }: LensOptions = {},
): Promise<number[][][][]> {
  texts.forEach((text, i) => checkText(model, text, `text ${i}`));
  const result = texts.map((): number[][][] => []);
  // Texts of about one length go together: the shorter ones are padded.
  const order = [...texts.keys()].filter((i) => texts[i].places.length > 0);
  order.sort((a, b) => texts[a].ids.length - texts[b].ids.length);
  for (let i = 0; i < order.length; i += rows) {
    if (signal?.aborted) throw new Interrupted("stopped while looking through the logit lens");
    const batch = order.slice(i, i + rows);
    const found = lookAt(
      model,
      batch.map((index) => texts[index]),
    );
    batch.forEach((index, row) => (result[index] = found[row]));
    onProgress?.({ done: Math.min(i + rows, order.length), total: order.length });
    await yieldToEventLoop();
  }
  return result;
}

function lookAt(model: Llama, texts: readonly LensText[]): number[][][][] {
  const length = Math.max(...texts.map(({ ids }) => ids.length));
  const padded = texts.flatMap(({ ids }) => [...ids, ...new Array<number>(length - ids.length).fill(0)]);
  const places = texts.flatMap(({ places }, row) => places.map(({ read }) => row * length + read - 1));
  const { config } = model;
  const layers = tf.tidy(() => {
    const weights = model.unpack();
    const [ids, at] = [tf.tensor1d(padded, "int32"), tf.tensor1d(places, "int32")];
    const head = withGain(weights.head, weights.finalGain);
    const states = layerStates(weights, ids, texts.length, model.positions(0, length), config);
    return states.map((x) => {
      const hidden = rmsNorm(gatherRows(x, at), config.rms_norm_eps);
      return softmax(linear(hidden, head)).dataSync();
    });
  });
  let next = 0;
  return texts.map(({ places }) =>
    places.map(({ tokens }) => {
      const from = next++ * config.vocab_size;
      return layers.map((probabilities) => tokens.map((token) => probabilities[from + token]));
    }),
  );
}

function checkText({ config }: Llama, { ids, places }: LensText, name: string): void {
  const { vocab_size: vocabulary, max_position_embeddings: longest } = config;
  checkPrompt(ids, vocabulary, name);
  if (ids.length > longest)
    throw new UserError(`${name} of ${ids.length} tokens is longer than the model's context of ${longest}`);
  for (const { read, tokens } of places) {
    if (!(Number.isInteger(read) && read >= 1 && read <= ids.length))
      throw new UserError(`${name}: there is no place after ${read} of ${ids.length} tokens`);
    const bad = tokens.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabulary));
    if (bad !== undefined) throw new UserError(`${name}: token ${bad} is outside the vocabulary of ${vocabulary}`);
  }
}
