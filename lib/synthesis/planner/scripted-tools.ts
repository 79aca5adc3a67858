import { FINAL_ANSWER } from "../../agents/index.ts";
import type { Random } from "../../base/index.ts";
import type { AgentTool, ToolResult } from "../../tools/index.ts";
import { calculate, numberText } from "./calculation.ts";
import { emailSentence, eventSentence, resultSentence } from "./program.ts";
import { inWords, type Source } from "./relations.ts";
import { specOf } from "./tool-specs.ts";
import { readEmail, readEvent, readFact, type AskedFact } from "./understand.ts";
import { factSentence, type World } from "./world.ts";

/** How often a search brings nothing, or only a part (bot-with-plan: 0.1 each). */
export interface SearchFailures {
  readonly noAnswer: number;
  readonly partialAnswer: number;
}
export const SEARCH_FAILURES: SearchFailures = { noAnswer: 0.1, partialAnswer: 0.1 };

/** What happens to a search. Draws one number whatever comes of it, so that episodes of one seed stay comparable. */
export function drawSearch(random: Random, { noAnswer, partialAnswer }: SearchFailures): "whole" | "partial" | "none" {
  const drawn = random.next();
  return drawn < noAnswer ? "none" : drawn < noAnswer + partialAnswer ? "partial" : "whole";
}

const answer = (text: string): ToolResult => ({ kind: "answer", text });
const failure = (reason: string, text: string): ToolResult => ({ kind: "failure", reason, text });

/** Share of the numbers of calculator and shell that come alone, as real ones give them; the others come in a sentence. */
const BARE_NUMBERS = 0.5;

/** Begins every answer that is only a part. */
const PART = "Only a part is known:";
/** Begin failures, by which the final answer leaves them out. */
const NOTHING = /^(I could not|I do not know|There is nothing|Only a part is known:|Failed \()/;

/**
 * The eight simulated tools of one episode, answering from the facts of the world. They read free words, know only what
 * their real twin could know, and do one thing at a time.
 */
export function scriptedTools(world: World, random: Random, failures: SearchFailures = SEARCH_FAILURES): AgentTool[] {
  const tool = (name: string, run: (task: string, context: string) => ToolResult): AgentTool => ({
    ...specOf(name),
    run: ({ task, context }) => Promise.resolve(run(task, context)),
  });
  const known = (task: string, ...sources: readonly Source[]): AskedFact | null => {
    const fact = readFact(task, world);
    return fact !== null && sources.includes(fact.relation.source) ? fact : null;
  };
  const valueOf = ({ relation, subject }: AskedFact): string => world.value(subject, relation);
  const sentenceOf = (fact: AskedFact): string => factSentence(fact.relation, fact.subject, valueOf(fact));
  const told = (fact: AskedFact): ToolResult => answer(sentenceOf(fact));
  const number = (text: string, sentence: string): ToolResult => answer(random.chance(BARE_NUMBERS) ? text : sentence);
  const search = (task: string, ...sources: readonly Source[]): ToolResult => {
    const outcome = drawSearch(random, failures);
    const fact = known(task, ...sources);
    if (fact === null) return failure("not_found", "I could not find anything about that.");
    if (outcome === "none") return failure("no_answer", `I could not find ${inWords(fact.relation, fact.subject)}.`);
    return outcome === "whole" ? told(fact) : answer(partOf(fact, world));
  };
  return [
    tool("ask_user", (task) => {
      const fact = known(task, "ask_user");
      return fact === null ? failure("not_known", "I do not know that.") : told(fact);
    }),
    tool("calculate_number", (task) => {
      const value = calculate(task);
      return value === null
        ? failure("no_calculation", "There is nothing to calculate in this task.")
        : number(numberText(value), resultSentence(value));
    }),
    tool("create_event", (task) => {
      const event = readEvent(task);
      return event === null
        ? failure("no_event", "I could not add an event without title and date.")
        : answer(eventSentence(event.title, event.date));
    }),
    tool("search_wikipedia", (task) => search(task, "search_wikipedia")),
    tool("search_internet", (task) => search(task, "search_internet", "search_wikipedia")),
    tool("send_email", (task) => {
      const email = readEmail(task);
      return email === null || email.body === ""
        ? failure("no_email", "I could not send an e-mail without address and text.")
        : answer(emailSentence(email.to, email.body));
    }),
    tool("use_bash", (task) => {
      const fact = known(task, "use_bash");
      return fact === null
        ? failure("no_command", "I could not find anything about that.")
        : number(valueOf(fact), sentenceOf(fact));
    }),
    scriptedFinalAnswer(world),
  ];
}

/** The tool that answers the user from the results, without a model. */
export const scriptedFinalAnswer = (world: World): AgentTool => ({
  ...specOf(FINAL_ANSWER),
  run: ({ request, context }) => Promise.resolve(answer(finalAnswer(request, context, world))),
});

/** What is certain when only a part of a fact was found: how a name begins, how long a number is, the month of a date. */
function partOf({ relation, subject }: AskedFact, world: World): string {
  const value = world.value(subject, relation);
  const what = `${PART} ${inWords(relation, subject)}`;
  if (relation.value === "number") return `${what} has ${["no", "one", "two", "three", "four"][value.length]} digits.`;
  if (relation.value === "date") return `${what} is in ${value.slice(0, 7)}.`;
  return `${what} begins with ${value.replace(/^The /, "")[0]}.`;
}

/**
 * What was done, else the last thing that was found out. Without any result, as after a direct answer, one fact is answered
 * from the world, as a model would from memory.
 */
function finalAnswer(request: string, context: string, world: World): string {
  const results = context.split("\n").filter((line) => line !== "" && !line.startsWith("<") && !NOTHING.test(line));
  const done = results.filter((line) => /^(Event ["']|E-mail (sent )?to )/.test(line));
  if (done.length > 0) return [...new Set(done)].join(" ");
  if (results.length > 0) return results[results.length - 1];
  const fact = readFact(request, world);
  const isPublic = fact !== null && ["search_wikipedia", "search_internet"].includes(fact.relation.source);
  return isPublic
    ? factSentence(fact.relation, fact.subject, world.value(fact.subject, fact.relation))
    : "I do not know the answer.";
}
