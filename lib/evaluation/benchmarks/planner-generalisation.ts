import { FINAL_ANSWER, runPlanner, type Planner, type PlannerEpisode } from "../../agents/index.ts";
import { Interrupted, type OnProgress } from "../../base/index.ts";
import { holdsValue, inParallel } from "../../synthesis/index.ts";
import type { AgentTool } from "../../tools/index.ts";
import { clusterBootstrap, wilson, type Interval } from "../statistics.ts";
import { answerF1, holdsAnswer, isClosedAnswer, isExactMatch } from "./answer-match.ts";

/** A question with a short answer. */
export interface ShortQuestion {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
  /** What its results are told apart by, such as the number of steps, or the level. */
  readonly type: string;
  /** Titles of the paragraphs that hold the answer, where they are known. */
  readonly supports?: readonly string[];
}

/** The tools of one episode. */
export interface OpenedQuestion {
  /** One of them is `final_answer`, which says the short answer. */
  readonly tools: readonly AgentTool[];
  /** Titles of all passages that the searches have brought so far, where that is recorded. */
  readonly found?: () => ReadonlySet<string>;
}

/** Questions with real tools to answer them. */
export interface QuestionSet<Q extends ShortQuestion = ShortQuestion> {
  readonly name: string;
  /** `generated`, or the benchmark's name. */
  readonly source: string;
  /** Who turns what was found into a short answer. */
  readonly reader: string;
  readonly questions: readonly Q[];
  open(question: Q): OpenedQuestion;
}

/** What a planner made of one question, with its whole episode. */
export interface AnsweredQuestion {
  readonly set: string;
  readonly source: string;
  readonly reader: string;
  readonly series: string;
  readonly seed: number | string;
  readonly id: string;
  readonly type: string;
  readonly gold: string;
  /** Null where the episode was not finished. */
  readonly answer: string | null;
  readonly exact: 0 | 1;
  readonly f1: number;
  /** Whether the right answer stands in any result of the tools, whoever reads it; null for yes and no. */
  readonly isFound: boolean | null;
  /** Share of the paragraphs that the answer needs among those that searches brought; null where not known. */
  readonly supports: number | null;
  readonly stop: PlannerEpisode["stop"];
  readonly detail?: string;
  readonly steps: PlannerEpisode["steps"];
}

export interface AnswerQuestionsOptions<Q extends ShortQuestion> {
  readonly set: QuestionSet<Q>;
  /** Named in results. */
  readonly series: string;
  /** Training seed of the planner. */
  readonly seed: number | string;
  readonly planner: (question: Q) => Planner;
  readonly maxSteps?: number;
  readonly concurrency?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * A planner answers every question of a set with real tools. One that was trained in simulation meets other words here,
 * and may say nonsense: that is a result, with its stop reason, and no error.
 */
export async function answerQuestions<Q extends ShortQuestion>(
  options: AnswerQuestionsOptions<Q>,
): Promise<AnsweredQuestion[]> {
  const { set, onProgress, signal } = options;
  const total = set.questions.length;
  const answered = new Map<Q, AnsweredQuestion>();
  await inParallel(set.questions, options.concurrency ?? 1, async (question) => {
    if (signal?.aborted) throw new Interrupted(`stopped after ${answered.size} of ${total} questions`);
    answered.set(question, await answerQuestion(question, options));
    onProgress?.({ done: answered.size, total, note: `${options.series}, ${set.name}` });
  });
  return set.questions.map((question) => answered.get(question)!);
}

async function answerQuestion<Q extends ShortQuestion>(
  question: Q,
  { set, series, seed, planner, maxSteps, signal }: AnswerQuestionsOptions<Q>,
): Promise<AnsweredQuestion> {
  const { tools, found } = set.open(question);
  const episode = await runPlanner({
    ...{ request: question.question, planner: planner(question), tools },
    ...(maxSteps === undefined ? {} : { maxSteps }),
    ...(signal && { signal }),
  });
  const { stop, detail, steps, answer } = episode;
  const results = steps.filter(({ plan }) => plan.selected_tool !== FINAL_ANSWER).map(({ result }) => result);
  return {
    ...{ set: set.name, source: set.source, reader: set.reader, series, seed },
    ...{ id: question.id, type: question.type, gold: question.answer, answer },
    exact: answer !== null && isExactMatch(answer, question.answer) ? 1 : 0,
    f1: answer === null ? 0 : answerF1(answer, question.answer),
    isFound: isClosedAnswer(question.answer) ? null : results.some((result) => holds(result, question.answer)),
    supports: shareFound(question.supports, found?.()),
    ...{ stop, ...(detail === undefined ? {} : { detail }), steps },
  };
}

/** Its words, or a number that is equal to four decimals. */
const holds = (result: string, answer: string): boolean => holdsAnswer(result, answer) || holdsValue(result, answer);

function shareFound(wanted: readonly string[] | undefined, found: ReadonlySet<string> | undefined): number | null {
  if (wanted === undefined || found === undefined || wanted.length === 0) return null;
  return wanted.filter((title) => found.has(title)).length / wanted.length;
}

/** A series on a set, or on one type of its questions. */
export interface GeneralisationRow {
  readonly set: string;
  readonly source: string;
  readonly reader: string;
  readonly series: string;
  /** Null: all of the set. */
  readonly type: string | null;
  readonly questions: number;
  readonly seeds: number;
  readonly exact: Interval;
  readonly f1: Interval;
  readonly finished: Interval;
  /** Over the questions whose answer is neither yes nor no. */
  readonly found: Interval | null;
  readonly supports: Interval | null;
  /** Mean number of steps. */
  readonly steps: number;
}

/**
 * Means with 95 % intervals: Wilson's for shares of one seed, else the bootstrap over questions and seeds.
 * @param byType a row for each type of question instead of one for all
 */
export function generalisationTable(answered: readonly AnsweredQuestion[], byType = false): GeneralisationRow[] {
  const groups = new Map<string, AnsweredQuestion[]>();
  for (const one of answered) {
    const key = JSON.stringify([one.set, one.series, byType ? one.type : null]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const order = new Intl.Collator("en", { numeric: true });
  const sorted = [...groups.values()].sort(([a], [b]) =>
    byType && a.set === b.set && a.series === b.series ? order.compare(a.type, b.type) : 0,
  );
  return sorted.map((own) => {
    const [{ set, source, reader, series, type }] = own;
    const supported = own.filter(({ supports }) => supports !== null);
    const open = own.filter(({ isFound }) => isFound !== null);
    return {
      ...{ set, source, reader, series, type: byType ? type : null },
      questions: new Set(own.map(({ id }) => id)).size,
      seeds: new Set(own.map(({ seed }) => seed)).size,
      exact: share(own, ({ exact }) => exact),
      f1: mean(own, ({ f1 }) => f1),
      finished: share(own, ({ answer }) => (answer === null ? 0 : 1)),
      found: open.length === 0 ? null : share(open, ({ isFound }) => (isFound ? 1 : 0)),
      supports: supported.length === 0 ? null : mean(supported, ({ supports }) => supports!),
      steps: sum(own, ({ steps }) => steps.length) / own.length,
    };
  });
}

type ValueOf = (one: AnsweredQuestion) => number;

function share(own: readonly AnsweredQuestion[], valueOf: ValueOf): Interval {
  const isOneSeed = new Set(own.map(({ seed }) => seed)).size === 1;
  return isOneSeed ? wilson(sum(own, valueOf), own.length) : mean(own, valueOf);
}

function mean(own: readonly AnsweredQuestion[], valueOf: ValueOf): Interval {
  const total = sum(own, valueOf);
  // A bootstrap of equal values has no width: so many questions could all come out alike by chance.
  const questions = new Set(own.map(({ id }) => id)).size;
  if (total === 0) return wilson(0, questions);
  if (total === own.length) return wilson(questions, questions);
  return clusterBootstrap(own.map((one) => ({ value: valueOf(one), taskId: one.id, seed: one.seed })));
}

const sum = (own: readonly AnsweredQuestion[], valueOf: ValueOf): number =>
  own.reduce((total, one) => total + valueOf(one), 0);

/** One line a row, for people. */
export const formatGeneralisation = (rows: readonly GeneralisationRow[]): Record<string, string | number>[] =>
  rows.map(({ set, series, type, questions, seeds, exact, f1, finished, found, supports, steps, reader }) => ({
    ...{ set, series, ...(type === null ? {} : { type }) },
    n: seeds === 1 ? questions : `${questions} × ${seeds}`,
    "exact match %": percent(exact),
    "F1 %": percent(f1),
    "finished %": percent(finished),
    "answer found %": found === null ? "–" : percent(found),
    "paragraphs found %": supports === null ? "–" : percent(supports),
    steps: steps.toFixed(1),
    reader,
  }));

/** `58.3 (40.0–74.5)` */
const percent = ({ value, low, high }: Interval): string => {
  const [mean, from, to] = [value, low, high].map((share) => (100 * share).toFixed(1));
  return `${mean} (${from}–${to})`;
};
