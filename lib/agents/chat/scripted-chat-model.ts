import { createRandom, sha256, type Random } from "../../base/index.ts";
import { readIntro, readShopPage } from "../../environments/index.ts";
import { scriptedModel, type ChatMessage, type ChatModel, type ChatOptions, type Completion } from "../../llm/index.ts";
import { agentText, KNOWLEDGE, situatedText } from "../../trajectory/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { actionName } from "./action-graph.ts";
import { TextIndex } from "./text-index.ts";
import { decisionAfter, toldEpisode, type ToldEpisode } from "./told-episode.ts";

export interface ScriptedPlayerOptions {
  /** Who knows what to do next, by the kind of environment; a fresh one for each answer. */
  readonly teachers: Readonly<Record<ToldEpisode["domain"], () => Agent>>;
  /** Share of the turns in which it errs, in most episodes ... */
  readonly slips?: number;
  /** ... and in those that it has misunderstood, ... */
  readonly slipsIfConfused?: number;
  /** ... which are so many of all. */
  readonly confused?: number;
}

/**
 * A program that answers the requests of all chat agents, so that they can be run without a language model: it plays with
 * the scripted teachers' wits, knowing only what the messages tell, and errs now and then. When is drawn from the
 * messages: equal requests get equal answers. Where KnowSelf's tokens are in use it asks for knowledge before half of its
 * errors, and thinks again after a quarter; told a rule it does not err. Those shares are made up: what comes out of
 * such runs says that everything works, and nothing about the methods. Its token counts are counts of words.
 */
export function scriptedPlayer(options: ScriptedPlayerOptions): ChatModel {
  const model = scriptedModel("scripted player", (messages, asked) => {
    const episode = asked.stop?.length ? toldEpisode(messages) : null;
    return episode ? play(episode, messages, asked, options) : remark(messages, asked);
  });
  return {
    ...model,
    identity: { ...model.identity, player: 1, slips: [options.slips, options.slipsIfConfused, options.confused] },
    chat: async (messages, asked) => counted(messages, await model.chat(messages, asked)),
  };
}

function play(
  episode: ToldEpisode,
  messages: readonly ChatMessage[],
  asked: ChatOptions,
  options: ScriptedPlayerOptions,
) {
  const { slips = 0.08, slipsIfConfused = 0.6, confused = 0.3, teachers } = options;
  const decision = decisionAfter(episode, teachers[episode.domain]()) ?? { thought: "I am lost", action: "look" };
  const said = agentText(decision.thought, decision.action);
  const path = messages[0].content.includes("ActionPath:") ? `${actionPath(episode, decision)}\n` : "";
  const told = messages.at(-1)?.role === "assistant" && messages.at(-1)!.content.startsWith(KNOWLEDGE);
  const beginning = messages.slice(0, messages.length - 2 * episode.steps.length);
  const isConfused = drawnFrom([...beginning.slice(0, 1), { content: episode.first }]).chance(confused);
  const random = drawnFrom(messages);
  if (told || !random.chance(isConfused ? slipsIfConfused : slips)) return path + said;
  const action = slip(episode, random) ?? decision.action;
  const wrong = { thought: "I try this", action };
  const isAware = asked.stop?.includes(`\n${KNOWLEDGE}`) === true && messages.at(-1)?.role === "user";
  const situation = isAware ? random.next() : 1;
  if (situation < 0.5) return KNOWLEDGE;
  if (situation < 0.75 && decision.action !== action)
    return situatedText({
      ...{ thought: wrong.thought, action: decision.action },
      reconsidered: { action, reflection: "That leads away from the task." },
    });
  return path + agentText(wrong.thought, wrong.action);
}

const drawnFrom = (messages: readonly { readonly content: string }[]): Random =>
  createRandom(sha256(messages.map(({ content }) => content).join("\0")), "scripted player");

const actionPath = ({ steps }: ToldEpisode, { action }: Decision): string =>
  `ActionPath: ${["start", ...steps.map((step) => actionName(step.action)), actionName(action)].join(" -> ")}`;

/** A mistake that is possible here; null where none comes to mind. */
function slip({ domain, first, steps }: ToldEpisode, random: Random): string | null {
  if (domain === "household") return `go to ${random.pick(readIntro(first)?.receptacles ?? ["shelf 1"])}`;
  const page = readShopPage(steps.at(-1)?.observation ?? first);
  if (page?.kind === "results" && page.products.length > 0)
    return `click[${random.pick(page.products).asin.toLowerCase()}]`;
  if (page?.kind === "item") return "click[buy now]";
  return null;
}

/** What is said where no turn is asked for: insights, a rule out of a list, a lesson, a summary. */
function remark(messages: readonly ChatMessage[], asked: ChatOptions): string {
  const material = messages.at(-1)?.content ?? "";
  if (asked.schema !== undefined) {
    const known = /^1\. (?!\(none)/m.test(material.slice(material.lastIndexOf("The insights so far:")));
    const change = known
      ? { operation: "AGREE", number: 1, text: null }
      : { operation: "ADD", number: null, text: "Do at each step what the task needs next, and nothing else." };
    return JSON.stringify({ changes: [change] });
  }
  const rules = [...material.matchAll(/^rule_\d+: .+$/gm)].map(([line]) => line);
  if (rules.length > 0) {
    const [best] = new TextIndex(rules).nearest(material.slice(0, material.indexOf(rules[0])));
    return `[Current State]: as told\n[Analysis]: by the words\n[Chosen Rule]: ${rules[best.index]}`;
  }
  return "At each step do what the task needs next, and do not wander about.";
}

function counted(messages: readonly ChatMessage[], completion: Completion): Completion {
  const words = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.split(/\s+/).length, 0);
  const usage = {
    promptTokens: words(messages.map(({ content }) => content)),
    completionTokens: words(completion.answers.map(({ text }) => text)),
  };
  return { ...completion, usage };
}
