import { z } from "zod";
import { FINAL_ANSWER } from "../../agents/index.ts";
import type { Random } from "../../base/index.ts";
import { askFor, type ChatModel } from "../../llm/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import { drawSearch, SEARCH_FAILURES, type SearchFailures } from "./scripted-tools.ts";
import { PLANNER_TOOLS } from "./tool-specs.ts";

const resultSchema = z.object({ result: z.string() });

/** What each tool would say, for the model that plays it. */
const PARTS: Readonly<Record<string, string>> = {
  ask_user:
    "You are the user who made the request, and an assistant asks you something. Answer briefly; make up what you need.",
  calculate_number: "You calculate. Work the task out exactly and give the number alone.",
  create_event: "You keep a calendar. Say in one sentence that the entry was made, with its title, date and time.",
  search_wikipedia:
    "You look things up in Wikipedia. Answer the task in one or two sentences, with facts as an article would have them.",
  search_internet:
    "You search the internet. Answer the task in one or two sentences, with facts as a current page would have them; make up what is not known to you, and never say so.",
  send_email:
    "You send e-mails. Say in one or two sentences to whom the e-mail went, with its subject and its text in short.",
  use_bash:
    "You run a Linux shell with made-up but likely files. Give only what the commands for the task would print.",
  [FINAL_ANSWER]:
    "You answer the user. Use nothing but the results so far; where there are none, answer from what you know.",
};

const FATE = {
  whole: "",
  partial: "This time you find only a part of it: give that part, and leave the rest out.",
  none: "This time you find nothing: say in one sentence that you could not find it.",
};

/** The eight tools as a chat model plays them, one call each; searches fail as often as those of the scripted world. */
export function modelTools(model: ChatModel, random: Random, failures: SearchFailures = SEARCH_FAILURES): AgentTool[] {
  return PLANNER_TOOLS.map((spec) => ({
    ...spec,
    async run({ request, task, context }, signal) {
      const isSearch = spec.name === "search_wikipedia" || spec.name === "search_internet";
      const fate = isSearch ? drawSearch(random, failures) : "whole";
      const content = [
        [PARTS[spec.name], FATE[fate], "Stay consistent with the results so far."].filter(Boolean).join(" "),
        `The user's request:\n${request}`,
        `Results so far:\n${context}`,
        `Task:\n${task}`,
        'Write a JSON object with the field "result".',
      ].join("\n\n");
      const { value } = await askFor(model, [{ role: "user", content }], resultSchema, signal ? { signal } : {});
      return fate === "none"
        ? { kind: "failure", reason: "no_answer", text: value.result }
        : { kind: "answer", text: value.result };
    },
  }));
}
