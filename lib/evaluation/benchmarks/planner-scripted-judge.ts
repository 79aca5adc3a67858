import {
  calculate,
  holdsValue,
  readEmail,
  readEvent,
  readFact,
  worldOf,
  type PlannerEvaluation,
  type PlannerRecord,
  type ProgramStep,
  type ScriptedRequest,
  type World,
} from "../../synthesis/index.ts";
import { UserError } from "../../base/index.ts";
import type { PlannerJudge } from "./planner-judge.ts";

type RecordedStep = PlannerRecord["steps"][number];
type StepRating = PlannerEvaluation["steps"][number];

/**
 * Rates finished episodes on requests of the scripted world, whose facts it knows. A task is good where it asks for
 * something that the request needs, that is not known yet, and whose inputs were found; the final answer is good where it
 * holds every value asked for and every entry and e-mail was made.
 */
export const scriptedJudge: PlannerJudge = {
  name: "scripted judge",
  judge: (record) => Promise.resolve(judgeScripted(record)),
};

function judgeScripted(record: PlannerRecord): PlannerEvaluation {
  const { id, scripted } = record.request;
  if (scripted === undefined)
    throw new UserError(`request ${id} is none of the scripted world: a model has to judge it`);
  const world = worldOf(scripted.world);
  const { program } = scripted;
  const taken = record.steps.slice(0, -1);
  const fulfils = (wanted: ProgramStep, step: RecordedStep): boolean =>
    step.failure === undefined && asksFor(wanted, step.plan.task, world) && holdsValue(step.result, wanted.value);
  const steps = taken.map((step, i): StepRating => {
    const before = taken.slice(0, i);
    const isDone = (wanted: ProgramStep): boolean => before.some((each) => fulfils(wanted, each));
    const matching = program.filter((wanted) => asksFor(wanted, step.plan.task, world));
    const wanted = matching.find((each) => !isDone(each)) ?? matching.at(0);
    if (wanted === undefined)
      return rated(1, toolRating(step, world), step.failure ? 1 : 3, "the request does not need it");
    const tool = wanted.tool === step.plan.selected_tool ? 5 : canAlso(wanted.tool, step.plan.selected_tool) ? 4 : 1;
    const result = fulfils(wanted, step) ? 5 : step.failure === undefined ? 3 : 1;
    if (isDone(wanted)) return rated(2, tool, result, "it was done before");
    if (!wanted.needs.every((need) => isDone(program[need])))
      return rated(2, tool, result, "it holds a value that was not found yet");
    return rated(5, tool, result, "the request needs it now");
  });
  const missing = missingOf(record.answer ?? "", scripted, (wanted) => taken.some((each) => fulfils(wanted, each)));
  const all = scripted.answers.length;
  return {
    steps,
    final_answer_rating: missing.length === 0 ? 5 : missing.length < all ? 3 : 1,
    explanation: missing.length === 0 ? "everything asked for is there" : `missing: ${missing.join(", ")}`,
  };
}

/** Values that the answer lacks, and actions that were not carried out. */
function missingOf(
  answer: string,
  { answers, program }: ScriptedRequest["scripted"],
  isDone: (wanted: ProgramStep) => boolean,
): string[] {
  const values = answers.filter((value) => !holdsValue(answer, value));
  const actions = program.filter((wanted) => ACTIONS.has(wanted.tool) && !isDone(wanted)).map(({ tool }) => tool);
  return [...values, ...actions];
}

const ACTIONS: ReadonlySet<string> = new Set(["create_event", "send_email"]);

/** The internet knows what Wikipedia knows. */
const canAlso = (wanted: string, selected: string): boolean =>
  wanted === "search_wikipedia" && selected === "search_internet";

function toolRating({ plan: { task, selected_tool } }: RecordedStep, world: World): number {
  return readFact(task, world)?.relation.source === selected_tool ? 4 : 1;
}

const rated = (task: number, tool: number, result: number, explanation: string): StepRating => ({
  task_rating: task,
  tool_rating: tool,
  result_rating: result,
  explanation,
});

/** Whether a task in free words asks for what the program's step asks for. */
function asksFor({ tool, task: wanted, value }: ProgramStep, task: string, world: World): boolean {
  switch (tool) {
    case "calculate_number": {
      const result = calculate(task);
      return result !== null && Math.abs(result - Number(value)) < 5e-5;
    }
    case "create_event": {
      const [asked, right] = [readEvent(task), readEvent(wanted)];
      return asked !== null && asked.date === right?.date && asked.title.toLowerCase() === right.title.toLowerCase();
    }
    case "send_email": {
      const [asked, right] = [readEmail(task), readEmail(wanted)];
      return asked !== null && asked.to === right?.to && saysTheSame(asked.body, right.body, world);
    }
    default: {
      if (readEmail(task) !== null || readEvent(task) !== null) return false;
      const [asked, right] = [readFact(task, world), readFact(wanted, world)];
      return asked !== null && asked.relation === right?.relation && asked.subject === right.subject;
    }
  }
}

/** Whether one text states the fact of the other, in whatever words. */
function saysTheSame(body: string, wanted: string, world: World): boolean {
  const fact = readFact(wanted, world);
  return fact === null ? body === wanted : holdsValue(body, world.value(fact.subject, fact.relation));
}
