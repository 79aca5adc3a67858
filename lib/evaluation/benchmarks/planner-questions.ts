import { FINAL_ANSWER, resultsText, type Plan, type Planner } from "../../agents/index.ts";
import {
  offlineRequests,
  PLANNER_TOOLS,
  worldOf,
  worldTools,
  type OfflineRequestOptions,
  type ScriptedRequest,
} from "../../synthesis/index.ts";
import {
  askUserTool,
  calculatorTool,
  calendarTool,
  emailTool,
  PassageIndex,
  passagesOfHotpot,
  shellTool,
  wikipediaTool,
  type AgentTool,
  type Search,
} from "../../tools/index.ts";
import { spanReader, statedValueReader, type AnswerReader } from "./answer-reader.ts";
import { readHotpotQuestions, supportingPassages, type HotpotLevel, type HotpotQuestion } from "./hotpotqa.ts";
import type { QuestionSet, ShortQuestion } from "./planner-generalisation.ts";

/** A question of the scripted world, with what a scripted teacher needs to know. */
export interface WorldQuestion extends ShortQuestion {
  readonly request: ScriptedRequest;
}

export interface WorldQuestionsOptions extends OfflineRequestOptions {
  /** For files that tools date. */
  readonly now: () => number;
}

const ACTIONS = ["create_event", "send_email"];

/**
 * The requests of a split that ask for one value, with the real tools over their worlds: BM25 over the world's documents,
 * a calculator, a shell with its files. What in these documents answers a task is read by a program that knows how they
 * are written, and so is the value in the final answer: what is tested is planning, in other words than in training.
 */
export function worldQuestions({ now, ...options }: WorldQuestionsOptions): QuestionSet<WorldQuestion> {
  const questions = [...offlineRequests(options)].flatMap((request): WorldQuestion[] => {
    const { program, answers } = request.scripted;
    if (answers.length !== 1 || program.some(({ tool }) => ACTIONS.includes(tool))) return [];
    const steps = program.length;
    return [
      {
        ...{ id: request.id, question: request.request, answer: answers[0], request },
        type: `${steps} step${steps === 1 ? "" : "s"}`,
      },
    ];
  });
  const tools = new Map<string, readonly AgentTool[]>();
  return {
    ...{ name: "fact base, held out", source: "generated", reader: statedValueReader.name, questions },
    open: ({ request }) => {
      const key = JSON.stringify(request.scripted.world);
      const own = tools.get(key) ?? withReader(worldTools(worldOf(request.scripted.world), now), statedValueReader);
      tools.set(key, own);
      return { tools: own };
    },
  };
}

export interface HotpotSetOptions {
  /** See `hotpotFolder`. */
  readonly folder: string;
  /** Questions of each level; all by default. */
  readonly each?: number;
  readonly levels?: readonly HotpotLevel[];
  /** Turns what was found into a short answer; a program by default, which hardly reads. */
  readonly reader?: AnswerReader;
  readonly now: () => number;
}

/** HotpotQA with the paragraphs of all its questions to search in, and with perfect search: what the reader can do at best. */
export interface HotpotSets {
  readonly searched: QuestionSet<HotpotQuestion>;
  readonly perfect: QuestionSet<HotpotQuestion>;
}

/**
 * Questions of HotpotQA with the real tools: BM25 over the paragraphs of all questions of the folder, sentences of which are
 * the results. `final_answer` is the reader, told the results so far; nobody answers `ask_user`.
 */
export async function hotpotSets(options: HotpotSetOptions): Promise<HotpotSets> {
  const { folder, each, levels, reader = spanReader, now } = options;
  const passages = await passagesOfHotpot(folder);
  const index = new PassageIndex(passages);
  const questions = await readHotpotQuestions(folder, each, levels);
  const common = { source: "HotpotQA", reader: reader.name, questions };
  return {
    searched: {
      ...{ ...common, name: "HotpotQA" },
      open: () => {
        const found = new Set<string>();
        const tools = openTools(recording(index, found), reader, now);
        return { tools, found: () => found };
      },
    },
    perfect: {
      ...{ ...common, name: "HotpotQA, right paragraphs given" },
      open: (question) => {
        const given = supportingPassages(passages, question);
        const search: AgentTool = {
          ...specOf("search_wikipedia"),
          run: () => Promise.resolve({ kind: "answer", text: given.map(({ text }) => text).join(" ") }),
        };
        return { tools: [search, finalAnswer(reader)] };
      },
    },
  };
}

const specOf = (name: string) => PLANNER_TOOLS.find((spec) => spec.name === name)!;

function openTools(search: Search, reader: AnswerReader, now: () => number): AgentTool[] {
  const wikipedia = wikipediaTool({ index: search });
  return [
    askUserTool({ ask: () => Promise.resolve(null) }),
    calculatorTool(),
    calendarTool({ now }),
    emailTool({ now }),
    wikipedia,
    { ...wikipedia, ...specOf("search_internet") },
    shellTool(),
    finalAnswer(reader),
  ];
}

/** The tools with a reader as `final_answer`: it knows the results alone, where the scripted one may know the world. */
const withReader = (tools: readonly AgentTool[], reader: AnswerReader): AgentTool[] => [
  ...tools.filter(({ name }) => name !== FINAL_ANSWER),
  finalAnswer(reader),
];

const finalAnswer = (reader: AnswerReader): AgentTool => ({
  ...specOf(FINAL_ANSWER),
  run: async ({ request, context }, signal) => ({
    kind: "answer",
    text: await reader.read(request, isNothing(context) ? "" : context, signal),
  }),
});

/** What tools are told where there are no results yet. */
const isNothing = (context: string): boolean => context === resultsText([]);

/** The search, with the titles of all that it brings noted. */
const recording = (index: Search, found: Set<string>): Search => ({
  async search(query, count, signal) {
    const hits = await index.search(query, count, signal);
    for (const { passage } of hits) found.add(passage.title);
    return hits;
  },
});

/** Searches once for the question as it stands, then answers: what has to be beaten by planning. */
export const searchOncePlanner: Planner = {
  name: "scripted single search",
  plan: ({ request, steps }) => {
    const isDone = steps.length > 0;
    const plan: Plan = {
      context_information_summary: isDone ? steps[0].result : "Nothing is known yet.",
      thoughts: isDone ? "There was one search." : "The question itself is searched for.",
      task: isDone ? "Give the final answer." : request.replace(/^(who|what|when) is /i, "Find ").replace(/\?$/, "."),
      selected_tool: isDone ? FINAL_ANSWER : "search_wikipedia",
    };
    return Promise.resolve(plan);
  },
};
