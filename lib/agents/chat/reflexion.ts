import type { Environment } from "../../environments/index.ts";
import type { ChatModel } from "../../llm/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import type { ConversationOptions } from "./conversation-agent.ts";
import { playChatEpisode, type ChatEpisodeOptions } from "./play-chat-episode.ts";
import { ReActAgent } from "./react.ts";
import { outcome, transcript } from "./transcript.ts";

export interface ReflexionOptions extends ConversationOptions, Omit<ChatEpisodeOptions, "environment"> {
  /** Says what went wrong; default: the agent's own model. */
  readonly reflector?: ChatModel;
  /** Most trials of a task; default 5, as in KnowSelf's table. */
  readonly trials?: number;
  /** Reflections that the agent is reminded of, the latest ones; default 3. */
  readonly memory?: number;
}

export interface ReflexionResult {
  /** The trial with the highest reward, of equals the first. `extra.trial` is its number, `extra.reflexion` tells of all. */
  readonly best: Trajectory;
  readonly trials: readonly Trajectory[];
  /** What was said after each lost trial but the last. */
  readonly reflections: readonly string[];
}

/**
 * Reflexion: plays a task again after saying in words what went wrong (Shinn et al., "Reflexion: Language Agents with
 * Verbal Reinforcement Learning", NeurIPS 2023, section 3, algorithm 1). The actor is ReAct, the evaluator is the
 * environment's own verdict, so a task that was won is not played again: the best of several trials is told apart from
 * results of one trial. Differs from the paper: no check for loops ends a trial early, and reflections stand in the
 * instruction.
 */
export async function playReflexion(environment: Environment, options: ReflexionOptions): Promise<ReflexionResult> {
  const { trials: most = 5, memory = 3, model, reflector = model, profile, name = "reflexion" } = options;
  const before = options.meter?.usage;
  const trials: Trajectory[] = [];
  const reflections: string[] = [];
  for (;;) {
    const remembered = memory > 0 ? reflections.slice(-memory) : [];
    const more = [
      ...(options.more ?? []),
      ...remembered.map((text, i) => `Lesson ${i + 1} from earlier trials:\n${text}`),
    ];
    const agent = new ReActAgent({ ...options, name, more });
    const { stepLimit, seed, meter, signal } = options;
    const played = await playChatEpisode(environment, agent, {
      ...{ stepLimit, seed, meter, signal },
      environment: profile.environment,
    });
    const trial = trials.length + 1;
    trials.push({ ...played, id: `${played.id}/${trial}`, extra: { ...played.extra, trial } });
    if (played.success || trials.length >= most) break;
    const messages = [{ role: "user" as const, content: reflectionPrompt(profile, played, remembered) }];
    const { temperature = 0, maxTokens = 1024, seed: drawn } = options.sampling ?? {};
    const asked = { temperature, maxTokens, ...(drawn !== undefined && { seed: drawn }), signal };
    reflections.push((await reflector.chat(messages, asked)).text.trim());
  }
  const best = trials.reduce((a, b) => (b.reward > a.reward ? b : a));
  const usage = options.meter && before && { usage: options.meter.since(before) };
  const reflexion = { trials: trials.length, rewards: trials.map(({ reward }) => reward), reflections, ...usage };
  const id = `${environment.task.id}/${name}`;
  return { best: { ...best, id, extra: { ...best.extra, reflexion } }, trials, reflections };
}

function reflectionPrompt(profile: ReflexionOptions["profile"], lost: Trajectory, earlier: readonly string[]): string {
  return [
    "Below is the record of an agent that tried a task in a text environment. The task will be started anew.",
    ...(profile.instruction === "" ? [] : [`What the agent was told:\n${profile.instruction}`]),
    ...earlier.map((text, i) => `Lesson ${i + 1} that it already had:\n${text}`),
    `The record:\n${transcript(profile, lost.turns)}`,
    outcome(lost),
    "Write to the agent, in at most five sentences: what went wrong, at which step, and what it should do differently " +
      "in the next trial. Name places, things and commands. Say nothing else.",
  ].join("\n\n");
}
