import type { Random } from "../../base/index.ts";
import { calculationStep, drawChain, emailStep, eventStep, factStep, type Chain, type ProgramStep } from "./program.ts";
import { relationNamed, relationsOf } from "./relations.ts";
import { factSentence, type World } from "./world.ts";

/** A request with the steps that fulfil it, and what its answer has to hold. */
export interface Draft {
  readonly request: string;
  readonly category: string;
  readonly program: readonly ProgramStep[];
  readonly answers: readonly string[];
}

type Drawer = (world: World, steps: number, random: Random) => Draft;

/** Kinds of requests, from how many steps on they can be made, and how often. */
const DRAWERS: readonly { readonly from: number; readonly weight: number; readonly draw: Drawer }[] = [
  { from: 1, weight: 4, draw: question },
  { from: 1, weight: 3, draw: calculation },
  { from: 1, weight: 2, draw: calendarEntry },
  { from: 1, weight: 2, draw: mail },
  { from: 3, weight: 2, draw: entryAndMail },
];

/** Draws a request that takes exactly so many steps, 1 to 6, before its final answer. */
export function drawDraft(world: World, steps: number, random: Random): Draft {
  const possible = DRAWERS.filter(({ from }) => steps >= from);
  return possible[random.weighted(possible.map(({ weight }) => weight))].draw(world, steps, random);
}

// What only the user knows is asked for in mails, and is no question that a user would put.
const askable = (chain: { readonly name: string }): boolean => chain.name !== "email";

const CATEGORY_OF: Record<string, string> = {
  person: "Social",
  place: "Travel",
  work: "Movies",
  event: "Events",
  folder: "Storage",
  user: "Location",
};
const categoryOf = ({ last }: Chain): string => (last.name === "temperature" ? "Weather" : CATEGORY_OF[last.of]);

function question(world: World, steps: number, random: Random): Draft {
  const chain = drawChain(world, random, { hops: steps, isEnd: askable });
  const word = chain.last.value === "person" ? "Who" : chain.last.value === "date" ? "When" : "What";
  return {
    request: `${word} is ${chain.words}?`,
    category: categoryOf(chain),
    program: chain.steps,
    answers: [chain.value],
  };
}

const isNumber = (relation: { readonly value: string }): boolean => relation.value === "number";

function calculation(world: World, steps: number, random: Random): Draft {
  if (steps === 1) return literalCalculation(random);
  if (steps === 2 || random.chance(0.3)) return oneNumber(world, steps, random);
  const seen = new Set<string>();
  const hops = 1 + random.int(steps - 2);
  const first = drawChain(world, random, { hops, isEnd: isNumber, seen });
  const second = drawChain(world, random, { hops: steps - 1 - hops, isEnd: isNumber, offset: hops, seen });
  const [a, b] = [Number(first.value), Number(second.value)];
  const both = `${first.words} and ${second.words}`;
  const [ask, expression, value] = random.pick([
    [`What is the sum of ${both}?`, `${a} + ${b}`, a + b],
    [`What is the average of ${both}?`, `(${a} + ${b}) / 2`, (a + b) / 2],
    [`What is ${first.words} minus ${second.words}?`, `${a} - ${b}`, a - b],
  ] as const);
  const last = calculationStep(expression, value, [hops - 1, steps - 2]);
  return {
    request: ask,
    category: "Science",
    program: [...first.steps, ...second.steps, last],
    answers: [last.value],
  };
}

function oneNumber(world: World, steps: number, random: Random): Draft {
  const chain = drawChain(world, random, { hops: steps - 1, isEnd: isNumber });
  const a = Number(chain.value);
  const n = 2 + random.int(8);
  const [ask, expression, value] = random.pick([
    [`What is ${chain.words} divided by ${n}?`, `${a} / ${n}`, a / n],
    [`What is ${chain.words} raised to the power of 0.${n}?`, `${a} ^ 0.${n}`, a ** (n / 10)],
    [`What is ${n} times ${chain.words}?`, `${n} * ${a}`, n * a],
  ] as const);
  const last = calculationStep(expression, value, [steps - 2]);
  return { request: ask, category: "Science", program: [...chain.steps, last], answers: [last.value] };
}

function literalCalculation(random: Random): Draft {
  const [a, b] = [10 + random.int(990), 2 + random.int(98)];
  const [words, expression, value] = random.pick([
    [`${a} plus ${b}`, `${a} + ${b}`, a + b],
    [`${a} minus ${b}`, `${a} - ${b}`, a - b],
    [`${a} times ${b}`, `${a} * ${b}`, a * b],
    [`${a} divided by ${b}`, `${a} / ${b}`, a / b],
  ] as const);
  const step = calculationStep(expression, value, []);
  return { request: `What is ${words}?`, category: "Science", program: [step], answers: [step.value] };
}

const isFestival = (relation: { readonly value: string }): boolean => relation.value === "event";

/** The steps that bring title and date of a festival, and its name in the user's words. */
function datedFestival(world: World, steps: number, random: Random) {
  const dateOf = relationNamed("date");
  if (steps === 1) {
    const title = random.pick(world.things.event);
    return { title, words: `the ${title}`, program: [factStep(world, dateOf, title, [])] };
  }
  const chain = drawChain(world, random, { hops: steps - 1, isEnd: isFestival });
  const title = chain.value;
  return { title, words: chain.words, program: [...chain.steps, factStep(world, dateOf, title, [steps - 2])] };
}

function calendarEntry(world: World, steps: number, random: Random): Draft {
  if (steps === 1) {
    const title = random.pick(world.things.event);
    const date = world.value(random.pick(world.things.event), relationNamed("date"));
    const step = eventStep(title, date, []);
    return {
      request: `Add the ${title} on ${date} to my calendar.`,
      category: "Events",
      program: [step],
      answers: [title, date],
    };
  }
  const { title, words, program } = datedFestival(world, steps - 1, random);
  const date = program[program.length - 1].value;
  const needs = steps === 2 ? [0] : [steps - 3, steps - 2];
  return {
    request: `Add ${words} to my calendar.`,
    category: "Events",
    program: [...program, eventStep(title, date, needs)],
    answers: [title, date],
  };
}

function mail(world: World, steps: number, random: Random): Draft {
  const friend = random.pick(world.things.person);
  const address = relationNamed("email");
  const to = world.value(friend, address);
  if (steps === 1) {
    const subject = random.pick(world.things.event);
    const relation = random.pick(relationsOf("event"));
    const body = factSentence(relation, subject, world.value(subject, relation));
    return {
      request: `Send an e-mail to ${to}: ${body}`,
      category: "Communication",
      program: [emailStep(to, body, [])],
      answers: [to],
    };
  }
  const isAsked = steps > 2 && random.chance(0.6);
  const hops = steps - (isAsked ? 2 : 1);
  const chain = drawChain(world, random, { hops, isEnd: askable, seen: new Set([friend]) });
  const body = chain.steps[hops - 1].result;
  const asked = isAsked ? [factStep(world, address, friend, [])] : [];
  const needs = isAsked ? [hops - 1, hops] : [hops - 1];
  return {
    request: isAsked ? `Tell my friend ${friend} by e-mail ${chain.words}.` : `Send ${chain.words} to ${to} by e-mail.`,
    category: "Communication",
    program: [...chain.steps, ...asked, emailStep(to, body, needs)],
    answers: [to],
  };
}

function entryAndMail(world: World, steps: number, random: Random): Draft {
  const to = world.value(random.pick(world.things.person), relationNamed("email"));
  const { title, words, program } = datedFestival(world, steps - 2, random);
  const { value: date, result: body } = program[program.length - 1];
  const needs = steps === 3 ? [0] : [steps - 4, steps - 3];
  return {
    request: `Add ${words} to my calendar and send its date to ${to} by e-mail.`,
    category: "Events",
    program: [...program, eventStep(title, date, needs), emailStep(to, body, [steps - 3])],
    answers: [title, date, to],
  };
}
