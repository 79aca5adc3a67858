import { readShopPage } from "../../environments/index.ts";
import type { ChatMessage } from "../../llm/index.ts";
import type { Agent, Decision } from "../agent.ts";
import { lastAction } from "./answer.ts";
import { OBJECTION } from "./know-agent.ts";

/** An episode as the messages of a request tell it: instructions and examples left out, texts as the environment gave them. */
export interface ToldEpisode {
  readonly domain: "household" | "shop";
  readonly first: string;
  /** What was done so far, and what came of it. */
  readonly steps: readonly { readonly action: string; readonly observation: string }[];
}

const HOUSEHOLD_TASK = "Your task is to:";
const SHOWN = /^(?:[^\n]*:\n\n)?(?:Observation:\s)?/;
const textOf = ({ content }: ChatMessage): string => content.replace(SHOWN, "");

/** The episode that a request asks the next turn of; null where it tells of none. */
export function toldEpisode(request: readonly ChatMessage[]): ToldEpisode | null {
  // The beginning of an answer, and an objection to one, are no steps.
  const asked = request.at(-1)?.role === "assistant" ? request.slice(0, -1) : request;
  const messages = asked.at(-1)?.content.startsWith(OBJECTION) ? asked.slice(0, -2) : asked;
  const household = messages.findLastIndex(
    ({ role, content }) => role === "user" && content.includes(HOUSEHOLD_TASK) && !content.startsWith("Observation:"),
  );
  const start = household >= 0 ? household : shopStart(messages);
  if (start < 0) return null;
  const steps = [];
  for (let at = start + 1; at + 1 < messages.length; at += 2)
    steps.push({ action: lastAction(messages[at].content) ?? "", observation: textOf(messages[at + 1]) });
  return { domain: household >= 0 ? "household" : "shop", first: textOf(messages[start]), steps };
}

/** The first page of the last goal: a shopper may come back to the start page. */
function shopStart(messages: readonly ChatMessage[]): number {
  const goals = messages.map((message) => {
    const page = message.role === "user" ? readShopPage(textOf(message)) : null;
    return page?.kind === "start" ? page.instruction : null;
  });
  const goal = goals.findLast((each) => each !== null);
  return goal == null ? -1 : goals.indexOf(goal);
}

/** What an agent does next that has seen and done all this; null where it gives up. */
export function decisionAfter({ first, steps }: ToldEpisode, agent: Agent): Decision | null {
  const act = (): Decision | null => agent.act(() => []);
  agent.begin(first);
  for (const { action, observation } of steps) {
    act();
    agent.observe(action, observation);
  }
  return act();
}
