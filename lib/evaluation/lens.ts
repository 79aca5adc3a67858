import type { OnProgress } from "../base/index.ts";
import { encodeSegments, END, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import { logitLens, type LensPlace, type LensText, type Llama } from "../model/index.ts";
import { KNOWLEDGE, KNOWLEDGE_END, REFLECTION, type Trajectory, type Turn } from "../trajectory/index.ts";
import { clusterBootstrap, type ClusteredValue, type Interval } from "./statistics.ts";

/** Where in an agent's turn the lens looks, and whose probability it reads there. */
export const LENS_TOKENS = {
  /** Where the turn's first token is chosen; `ordinary` is the first token of the turn's own thought. */
  "first token": [KNOWLEDGE, REFLECTION, "ordinary"],
  /** Where the first action has been said; `ordinary` is the end of the turn. */
  "after the action": [REFLECTION, "ordinary"],
} as const;
export type LensMoment = keyof typeof LENS_TOKENS;

interface LensKey {
  readonly moment: LensMoment;
  /** What the trajectories say that the turns are. After the action a reconsidered turn is `slow`, told or not. */
  readonly situation: NonNullable<Turn["situation"]>;
  readonly token: (typeof LENS_TOKENS)[LensMoment][number];
  /** From 1. After the last layer it is what the student itself would say. */
  readonly layer: number;
}

/** Mean probability of a token, with its 95 % interval over trajectories. */
export interface LensRow extends LensKey, Interval {
  /** Turns. */
  readonly n: number;
  /** Trajectories. */
  readonly tasks: number;
}

export interface LensRowsOptions {
  readonly model: Llama;
  /** Both of a student that knows KnowSelf's situations. */
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  /** Self-aware gold. Left out are those longer than the model's context, and turns that are not the agent's own idea. */
  readonly trajectories: readonly Trajectory[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * When a student knows in what situation it is: mean probability of the situation tokens after each of its layers, led
 * along trajectories whose situations are known (KnowSelf paper, figure 4, which looks at the first token of a turn). A
 * reflection is chosen after the action, so it is looked at there too.
 */
export async function lensRows(options: LensRowsOptions): Promise<LensRow[]> {
  const { model, trajectories, onProgress, signal } = options;
  const looks = trajectories
    .map((trajectory) => looksAlong(trajectory, options))
    .filter(({ text }) => fits(text, model));
  const seen = await logitLens(
    model,
    looks.map(({ text }) => text),
    { onProgress, signal },
  );
  const groups = new Map<string, { key: LensKey; values: ClusteredValue[] }>();
  seen.forEach((places, i) =>
    places.forEach((layers, place) => {
      const { moment, situation } = looks[i].moments[place];
      layers.forEach((probabilities, below) =>
        probabilities.forEach((value, t) => {
          const key = { moment, situation, token: LENS_TOKENS[moment][t], layer: below + 1 };
          const name = JSON.stringify(key);
          if (!groups.has(name)) groups.set(name, { key, values: [] });
          groups.get(name)!.values.push({ value, taskId: String(i), seed: 0 });
        }),
      );
    }),
  );
  return [...groups.values()].map(({ key, values }) => ({
    ...key,
    ...clusterBootstrap(values),
    n: values.length,
    tasks: new Set(values.map(({ taskId }) => taskId)).size,
  }));
}

const fits = ({ ids }: LensText, { config }: Llama): boolean => ids.length <= config.max_position_embeddings;

/** The lens's text for a trajectory, and what each of its places is. */
function looksAlong(
  { turns }: Trajectory,
  { template, tokenizer }: LensRowsOptions,
): { text: LensText; moments: Pick<LensKey, "moment" | "situation">[] } {
  const lengthOf = (segments: Parameters<typeof encodeSegments>[0]): number =>
    encodeSegments(segments, tokenizer).length;
  const ids = encodeSegments(template.renderTurns(turns), tokenizer);
  const [asks, told, doubts, end] = [KNOWLEDGE, KNOWLEDGE_END, REFLECTION, END].map((token) =>
    tokenizer.special(token),
  );
  const places: LensPlace[] = [];
  const moments: Pick<LensKey, "moment" | "situation">[] = [];
  turns.forEach((turn, index) => {
    if (turn.role !== "assistant" || turn.prompted || turn.loss === false) return;
    const start = lengthOf(template.renderPrompt(turns.slice(0, index)));
    const stop = lengthOf(template.renderTurns(turns.slice(0, index + 1)));
    const { knowledge, reconsidered } = turn;
    const said = knowledge === undefined ? start : ids.indexOf(told, start) + 1;
    const situation = knowledge !== undefined ? "knowledgeable" : reconsidered ? "slow" : "fast";
    places.push({ read: start, tokens: [asks, doubts, ids[said]] });
    moments.push({ moment: "first token", situation });
    places.push({ read: reconsidered ? ids.indexOf(doubts, said) : stop - 1, tokens: [doubts, end] });
    moments.push({ moment: "after the action", situation: reconsidered ? "slow" : situation });
  });
  return { text: { ids, places }, moments };
}
