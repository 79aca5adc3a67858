import { z } from "zod";
import type { Random } from "../../base/index.ts";
import { numberText } from "./calculation.ts";
import { inUsersWords, inWords, relationsOf, USER, type Kind, type Relation, type Source } from "./relations.ts";
import { factSentence, type World } from "./world.ts";

/** A step that has to be taken for a request, with what it brings. */
export const programStepSchema = z.object({
  tool: z.string(),
  task: z.string(),
  /** Why it is taken. */
  thought: z.string(),
  value: z.string(),
  /** What the tool says where it succeeds. */
  result: z.string(),
  /** Numbers of the earlier steps whose values the task holds. */
  needs: z.array(z.number().int().nonnegative()),
});
export type ProgramStep = z.output<typeof programStepSchema>;

const TASKS: Record<Source, (what: string) => string> = {
  search_wikipedia: (what) => `Find ${what}.`,
  search_internet: (what) => `Search the internet for ${what}.`,
  use_bash: (what) => `Find ${what} on the computer.`,
  ask_user: (what) => `Ask for ${what}.`,
};

/** Facts one after the other, each about the value of the one before. */
export interface Chain {
  /** In the user's words: "the mayor of the birthplace of Ada Brenner". */
  readonly words: string;
  readonly steps: readonly ProgramStep[];
  readonly value: string;
  readonly last: Relation;
}

/** A step that looks up one fact. */
export function factStep(world: World, relation: Relation, subject: string, needs: readonly number[]): ProgramStep {
  const value = world.value(subject, relation);
  const what = inWords(relation, subject);
  return {
    tool: relation.source,
    task: TASKS[relation.source](what),
    thought: `I need ${what}.`,
    value,
    result: factSentence(relation, subject, value),
    needs: [...needs],
  };
}

export interface ChainOptions {
  readonly hops: number;
  /** Whether a relation may be the last one. */
  readonly isEnd: (relation: Relation) => boolean;
  /** Number of the chain's first step in its program. */
  readonly offset?: number;
  /** Things that other chains of the request lead through, which this one leaves out; its own are added. */
  readonly seen?: Set<string>;
}

const ENTITIES: readonly string[] = ["person", "place", "work", "event"];
const STARTS: readonly Kind[] = ["work", "person", "place", "event", "work", "event"];

/** A random chain of exactly `hops` facts that comes by nothing twice: the request would name what has to be found. */
export function drawChain(world: World, random: Random, options: ChainOptions): Chain {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const chain = tryChain(world, random, options);
    if (chain !== null) return chain;
  }
  throw new Error(`internal error: no chain of ${options.hops} facts in a world of seed ${world.seed}`);
}

function tryChain(world: World, random: Random, { hops, isEnd, offset = 0, seen }: ChainOptions): Chain | null {
  // Nobody asks where they live themselves, but what the mayor there is called.
  const starts: readonly Kind[] = [...STARTS, hops === 1 ? "folder" : "user"];
  const kind = random.pick(starts);
  let subject = kind === "user" ? USER : random.pick(world.things[kind as Exclude<Kind, "user">]);
  const passed = new Set(seen);
  const steps: ProgramStep[] = [];
  let words = "";
  let last: Relation | null = null;
  for (let hop = 0; hop < hops; hop++) {
    if (passed.has(subject)) return null;
    passed.add(subject);
    const wanted = (relation: Relation): boolean =>
      hop === hops - 1 ? isEnd(relation) : ENTITIES.includes(relation.value);
    const possible = relationsOf(world.kindOf(subject)!).filter(wanted);
    if (possible.length === 0) return null;
    const relation = random.pick(possible);
    last = relation;
    words = hop === 0 ? inUsersWords(relation, subject) : inWords(relation, words);
    steps.push(factStep(world, relation, subject, hop === 0 ? [] : [offset + hop - 1]));
    subject = steps[hop].value;
  }
  if (last === null || passed.has(subject)) return null;
  for (const thing of passed) seen?.add(thing);
  if (ENTITIES.includes(last.value)) seen?.add(subject);
  return { words, steps, value: subject, last };
}

export function calculationStep(expression: string, value: number, needs: readonly number[]): ProgramStep {
  return {
    tool: "calculate_number",
    task: `Calculate ${expression}.`,
    thought: `I have the numbers and need ${expression}.`,
    value: numberText(value),
    result: resultSentence(value),
    needs: [...needs],
  };
}

export const resultSentence = (value: number): string => `The result is ${numberText(value)}.`;

export function eventStep(title: string, date: string, needs: readonly number[]): ProgramStep {
  return {
    tool: "create_event",
    task: `Add "${title}" on ${date} to the calendar.`,
    thought: "I have title and date, so the entry can be made.",
    value: date,
    result: eventSentence(title, date),
    needs: [...needs],
  };
}

export const eventSentence = (title: string, date: string): string => `Event "${title}" was added on ${date}.`;

export function emailStep(to: string, body: string, needs: readonly number[]): ProgramStep {
  return {
    tool: "send_email",
    task: `Send an e-mail to ${to}: ${body}`,
    thought: "I have address and text, so the e-mail can be sent.",
    value: to,
    result: emailSentence(to, body),
    needs: [...needs],
  };
}

export const emailSentence = (to: string, body: string): string => `E-mail sent to ${to}: ${body}`;
