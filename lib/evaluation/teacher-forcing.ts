import { Interrupted, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { encodeSegments, END, type AgentTurn, type ChatTemplate, type Tokenizer } from "../labels/index.ts";
import { complete, tf, type Llama } from "../model/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";

interface Student {
  readonly model: Llama;
  readonly tokenizer: Tokenizer;
  readonly template: ChatTemplate;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface PredictOptions extends Student {
  /** Each at most as long as the model's context. */
  readonly trajectories: readonly Trajectory[];
}

/** Rows of one forward pass, and turns decoded side by side. */
const [LINES, ROWS] = [32, 128];
const MAX_TURN_TOKENS = 32;

/** An agent turn of a trajectory: its tokens are `ids.slice(from, to)`. */
interface Place {
  readonly trajectory: number;
  /** Number among the trajectory's agent turns. */
  readonly turn: number;
  readonly ids: readonly number[];
  readonly from: number;
  readonly to: number;
}

/**
 * What the student would say, greedily, at each agent turn of trajectories along which it is led; in the order of the
 * turns. One forward pass a trajectory tells where it would say the same; only the other turns are decoded.
 */
export async function predictTurns(options: PredictOptions): Promise<AgentTurn[][]> {
  const { model, tokenizer, template, trajectories, onProgress, signal } = options;
  const places = trajectories.map(({ turns }, trajectory) => agentPlaces(turns, trajectory, template, tokenizer));
  const result = places.map((row) =>
    row.map(({ ids, from, to }) => template.parseAgent(ids.slice(from, to), tokenizer)),
  );
  const order = [...places.keys()].filter((i) => places[i].length > 0);
  order.sort((a, b) => places[a][0].ids.length - places[b][0].ids.length);
  const differing: Place[] = [];
  for (let i = 0; i < order.length; i += LINES) {
    if (signal?.aborted) throw new Interrupted("stopped while a student was led along trajectories");
    const rows = order.slice(i, i + LINES).map((index) => places[index]);
    const choices = bestNextTokens(
      model,
      rows.map(([{ ids }]) => ids),
    );
    rows.forEach((row, r) => differing.push(...row.filter((place) => !agrees(place, choices[r]))));
    onProgress?.({ done: Math.min(i + LINES, order.length), total: order.length, note: `${differing.length} differ` });
    await yieldToEventLoop();
  }
  const prompts = differing.map(({ ids, from }) => ids.slice(0, from));
  const said = await completeTurns(options, prompts);
  differing.forEach(({ trajectory, turn }, i) => (result[trajectory][turn] = template.parseAgent(said[i], tokenizer)));
  return result;
}

/** A step at which a student is told to think again. */
export interface Doubt {
  /** The turns before, up to an observation. */
  readonly turns: readonly Turn[];
  /** What it was about to say. */
  readonly thought?: string;
  readonly action: string;
}

/** What the student says when told to think again, for each of these steps. */
export async function rethinkTurns(
  options: Student & { readonly doubts: readonly Doubt[] },
): Promise<{ reflection: string; action: string; malformed: string | null }[]> {
  const { template, tokenizer, doubts } = options;
  const prompts = doubts.map(({ turns, thought, action }) =>
    encodeSegments([...template.renderPrompt(turns), ...template.renderDoubt(thought, action)], tokenizer),
  );
  return (await completeTurns(options, prompts)).map((ids) => template.parseReconsidered(ids, tokenizer));
}

async function completeTurns(
  student: Student,
  prompts: readonly (readonly number[])[],
): Promise<(readonly number[])[]> {
  const { model, tokenizer, onProgress, signal } = student;
  if (prompts.length === 0) return [];
  const stopTokens = [tokenizer.special(END)];
  const rules = { maxTokens: MAX_TURN_TOKENS, stopTokens, rows: ROWS };
  const completions = await complete(model, prompts, { ...rules, onProgress, signal });
  return completions.map(({ ids }) => (ids.at(-1) === stopTokens[0] ? ids.slice(0, -1) : ids));
}

function agentPlaces(
  turns: readonly Turn[],
  trajectory: number,
  template: ChatTemplate,
  tokenizer: Tokenizer,
): Place[] {
  const ids = encodeSegments(template.renderTurns(turns), tokenizer);
  const agents = turns.flatMap(({ role }, index) => (role === "assistant" ? [index] : []));
  return agents.map((index, turn) => ({
    trajectory,
    turn,
    ids,
    from: encodeSegments(template.renderPrompt(turns.slice(0, index)), tokenizer).length,
    to: encodeSegments(template.renderTurns(turns.slice(0, index + 1)), tokenizer).length,
  }));
}

const agrees = ({ ids, from, to }: Place, choices: Int32Array): boolean =>
  ids.slice(from, to).every((id, i) => choices[from + i - 1] === id);

/** The token that the model would choose after each position of each row. */
function bestNextTokens(model: Llama, rows: readonly (readonly number[])[]): Int32Array[] {
  const length = Math.max(...rows.map((ids) => ids.length));
  const padded = rows.map((ids) => [...ids, ...new Array<number>(length - ids.length).fill(0)]);
  const best = tf.tidy(() => tf.argMax(model.logits(padded), 2).dataSync()) as Int32Array;
  return rows.map((_, row) => best.slice(row * length, (row + 1) * length));
}
