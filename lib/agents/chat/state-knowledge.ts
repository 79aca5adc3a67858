import { z } from "zod";
import { Interrupted, UserError, type OnProgress } from "../../base/index.ts";
import type { ChatModel } from "../../llm/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import type { Profile } from "./profile.ts";
import { TextIndex } from "./text-index.ts";
import { transcript } from "./transcript.ts";

const entrySchema = z.object({
  /** A summary of the state in words. */
  state: z.string(),
  /** Kind of the action before; empty at the beginning. */
  previous: z.string(),
  /** Kind of the action that was taken. */
  next: z.string(),
});
export type StateEntry = z.infer<typeof entrySchema>;

/** WKM's base of state knowledge (section 2.4): states that won episodes went through, and what was done in them. */
export class StateKnowledgeBase {
  readonly entries: readonly StateEntry[];
  readonly #byPrevious = new Map<string, { readonly entries: StateEntry[]; index: TextIndex | null }>();

  constructor(entries: readonly StateEntry[]) {
    this.entries = entries;
    for (const entry of entries) {
      const group = this.#byPrevious.get(entry.previous) ?? { entries: [], index: null };
      group.entries.push(entry);
      this.#byPrevious.set(entry.previous, group);
    }
  }

  static fromJson(value: unknown): StateKnowledgeBase {
    const result = z.array(entrySchema).safeParse(value);
    if (result.success) return new StateKnowledgeBase(result.data);
    const [{ path, message }] = result.error.issues;
    throw new UserError(`not a base of state knowledge: ${path.map(String).join(".")}: ${message}`);
  }

  toJSON(): readonly StateEntry[] {
    return this.entries;
  }

  /**
   * Shares of the kinds of next actions among the `count` states most like this one that came after the same kind of
   * action; empty where there are none.
   */
  votes(state: string, previous: string, count: number): ReadonlyMap<string, number> {
    const group = this.#byPrevious.get(previous);
    const shares = new Map<string, number>();
    if (!group) return shares;
    group.index ??= new TextIndex(group.entries.map((entry) => entry.state));
    const found = group.index.nearest(state).slice(0, count);
    for (const { index } of found) {
      const { next } = group.entries[index];
      shares.set(next, (shares.get(next) ?? 0) + 1 / found.length);
    }
    return shares;
  }
}

/** Says in words where an episode stands: what is known, held and done, what is still needed. One call. */
export async function describeState(
  model: ChatModel,
  profile: Profile,
  goal: string,
  turns: readonly Turn[],
  signal?: AbortSignal,
): Promise<string> {
  const content =
    `The task: ${goal}\n\nWhat happened so far:\n${transcript(profile, turns)}\n\n` +
    "Say in one or two sentences where the agent stands: what it has found, holds and has done, and what is still needed. " +
    "Name kinds of things without numbers, and no action.";
  const { text } = await model.chat([{ role: "user", content }], { temperature: 0, maxTokens: 256, signal });
  return text.trim();
}

/** The base of won episodes, one call for each of their actions. */
export async function buildStateKnowledge(options: {
  readonly model: ChatModel;
  readonly profile: Profile;
  readonly experience: readonly Trajectory[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}): Promise<StateKnowledgeBase> {
  const { model, profile, onProgress, signal } = options;
  const won = options.experience.filter(({ success }) => success);
  const entries: StateEntry[] = [];
  for (const [done, { task, turns }] of won.entries()) {
    let previous = "";
    for (const [at, { action }] of turns.entries()) {
      if (action === undefined) continue;
      if (signal?.aborted) throw new Interrupted("stopped while state knowledge was gathered");
      const state = await describeState(model, profile, task.goal, turns.slice(0, at), signal);
      const next = profile.kind(action);
      entries.push({ state, previous, next });
      previous = next;
    }
    onProgress?.({ done: done + 1, total: won.length });
  }
  return new StateKnowledgeBase(entries);
}
