import { expect, test } from "vitest";
import { createRandom } from "../../base/index.ts";
import { scriptedAnswers, scriptedModel } from "../../llm/index.ts";
import { runPlanner, type Plan } from "../../agents/index.ts";
import {
  createWorld,
  offlineRequests,
  recordMap,
  recordOf,
  scriptedTeacher,
  scriptedTools,
  type PlannerEvaluation,
  type PlannerRecord,
  type ScriptedRequest,
} from "../../synthesis/index.ts";
import {
  chatJudge,
  comparePlannerSeries,
  episodeText,
  formatPlannerSeries,
  formatPublishedPlanner,
  judgeRecords,
  PLANNER_PUBLISHED,
  plannerRun,
  plannerRunOf,
  plannerSeries,
  scriptedJudge,
  tTest,
  twoSidedP,
} from "./index.ts";

const evaluation = (final: number, ...tasks: number[]): PlannerEvaluation => ({
  steps: tasks.map((task_rating) => ({ task_rating, tool_rating: 5, result_rating: 5, explanation: "" })),
  final_answer_rating: final,
  explanation: "",
});

test("missing evaluations fail, bad tasks are pooled over the steps that were judged", () => {
  const run = plannerRun([evaluation(4, 5, 3), evaluation(3, 4, 4, 1), evaluation(5), undefined]);
  expect(run).toEqual({
    requests: 4,
    evaluated: 3,
    passed: 2,
    steps: 5,
    badSteps: 2,
    pass_rate: 0.5,
    bad_task_rate: 0.4,
    completion_rate: 0.75,
  });
  expect(plannerRun([undefined])).toMatchObject({ pass_rate: 0, bad_task_rate: null, completion_rate: 0 });
  expect(() => plannerRun([])).toThrow("without requests");
});

test("a series has both measures of spread, with n", () => {
  const runs = [1, 1, 0, 1].map((passes) => plannerRun([evaluation(passes ? 5 : 1, 5), evaluation(5, 1)]));
  const series = plannerSeries("s", runs);
  expect(series.metrics.pass_rate).toMatchObject({ n: 4, mean: 0.875 });
  expect(series.metrics.pass_rate!.std).toBeCloseTo(0.21650635094610965, 12); // numpy.std([1, 1, 0.5, 1])
  expect(series.metrics.pass_rate!.stderr).toBeCloseTo(0.125, 12); // scipy.stats.sem of the same
  expect(formatPlannerSeries([series])[0]).toEqual({
    series: "s",
    metric: "pass_rate",
    mean: "0.875",
    "std (ddof 0)": "0.217",
    "stderr (ddof 1)": "0.125",
    "n runs": 4,
    requests: 2,
  });
  expect(plannerSeries("one", [runs[0]]).metrics.pass_rate!.stderr).toBeNull();
  const empty = plannerSeries("none", [plannerRun([undefined])]);
  expect(empty.metrics.bad_task_rate).toBeNull();
  expect(formatPlannerSeries([empty])[1]).toMatchObject({ metric: "bad_task_rate", mean: "–", "n runs": 0 });
  expect(comparePlannerSeries(series, empty).map(({ difference }) => difference)).toEqual([0.875, null, 1]);
});

test("t-tests as scipy 1.17 has them (ttest_ind)", () => {
  const a = [0.86, 0.9, 0.84, 0.92];
  const b = [0.7, 0.66, 0.78, 0.72];
  const c = [0.9, 0.88, 0.91, 0.87, 0.86, 0.93];
  const expected = [
    [a, b, "student", 5.329980830375841, 0.0017781736316903178, 6],
    [a, b, "welch", 5.329980830375841, 0.002342016085625007, 5.49134948096886],
    [a, c, "student", -0.5909488048703744, 0.5708690966538296, 8],
    [a, c, "welch", -0.5503117444405647, 0.6054116420796306, 5.083892487117065],
  ] as const;
  for (const [left, right, test, t, p, degreesOfFreedom] of expected) {
    const result = tTest(left, right, test)!;
    expect(result.t).toBeCloseTo(t, 10);
    expect(result.p).toBeCloseTo(p, 10);
    expect(result.degreesOfFreedom).toBeCloseTo(degreesOfFreedom, 10);
  }
  expect(tTest([1], a, "student")).toBeNull();
  expect(tTest([1, 1], [1, 1], "welch")).toBeNull();
  // 2 * scipy.stats.t.sf(t, df)
  expect(twoSidedP(0.5, 1)).toBeCloseTo(0.7048327646991335, 12);
  expect(twoSidedP(2, 3.7)).toBeCloseTo(0.12181720190523398, 12);
  expect(twoSidedP(1.96, 1000)).toBeCloseTo(0.050273184955748736, 12);
  expect(twoSidedP(8, 22)).toBeCloseTo(5.9032568211539105e-8, 18);
  expect(twoSidedP(-0.001, 6)).toBeCloseTo(0.9992345346042207, 12);
});

test("the published tables agree with each other: the standard error follows from the deviation, within rounding", () => {
  expect(PLANNER_PUBLISHED).toHaveLength(11);
  for (const first of PLANNER_PUBLISHED.filter(({ spread }) => spread === "std")) {
    const same = PLANNER_PUBLISHED.find(
      ({ series, runs, spread }) => series === first.series && runs === 4 && spread === "stderr",
    )!;
    for (const metric of ["pass_rate", "bad_task_rate", "completion_rate"] as const) {
      expect(same.metrics[metric].mean).toBe(first.metrics[metric].mean);
      const stderr = first.metrics[metric].spread / Math.sqrt(3);
      expect(Math.abs(same.metrics[metric].spread - stderr)).toBeLessThan(0.0081);
    }
  }
  expect(formatPublishedPlanner(PLANNER_PUBLISHED.slice(0, 1))[0]).toMatchObject({
    mean: "0.72",
    "std (ddof 0)": "0.05",
    "stderr (ddof 1)": "–",
  });
});

const requests = [...offlineRequests({ seed: 5, split: "valid", batches: 20 })];
const NEVER = { noAnswer: 0, partialAnswer: 0 };

/** An episode in which the planner says these plans: tool and task. */
async function episode(
  request: ScriptedRequest,
  ...plans: readonly (readonly [string, string])[]
): Promise<PlannerRecord> {
  const planner = {
    name: "test",
    plan: ({ steps }: { steps: readonly unknown[] }): Promise<Plan> => {
      const [selected_tool, task] = plans[steps.length] ?? ["final_answer", "Give the final answer."];
      return Promise.resolve({ context_information_summary: "", thoughts: "", task, selected_tool });
    },
  };
  const tools = scriptedTools(createWorld(request.scripted.world), createRandom(0, "t"), NEVER);
  return recordOf(request, 0, await runPlanner({ request: request.request, planner, tools }));
}
const ratings = async (record: PlannerRecord) => {
  const judged = (await scriptedJudge.judge(record))!;
  return [judged.steps.map((step) => step.task_rating), judged.final_answer_rating] as const;
};

test("the scripted judge gives the teacher full marks on every request", async () => {
  for (const request of requests) {
    const tools = scriptedTools(createWorld(request.scripted.world), createRandom(0, "t"), NEVER);
    const played = await runPlanner({ request: request.request, planner: scriptedTeacher(request), tools });
    const judged = (await scriptedJudge.judge(recordOf(request, 0, played)))!;
    expect(judged.final_answer_rating, JSON.stringify(judged)).toBe(5);
    for (const step of judged.steps)
      expect([step.task_rating, step.tool_rating, step.result_rating], request.request).toEqual([5, 5, 5]);
  }
});

test("it tells what is useless, repeated, guessed, done with the wrong tool, or left out", async () => {
  const request = requests.find(
    ({ steps, request: text }) => steps === 3 && /^(Who|What|When) is the .* of the/.test(text),
  )!;
  const [first, second, third] = request.scripted.program.map(({ tool, task }) => [tool, task] as const);
  expect(await ratings(await episode(request, first, second, third))).toEqual([[5, 5, 5], 5]);
  expect(await ratings(await episode(request, first, first, second, third))).toEqual([[5, 2, 5, 5], 5]);
  expect(await ratings(await episode(request, second, first, third))).toEqual([[2, 5, 5], 5]);
  expect(await ratings(await episode(request, first, second))).toEqual([[5, 5], 1]);
  expect(await ratings(await episode(request))).toEqual([[], 1]);
  const useless = ["calculate_number", "Calculate 1 + 1."] as const;
  expect(await ratings(await episode(request, useless, first, second, third))).toEqual([[1, 5, 5, 5], 5]);
  const wrong = (await scriptedJudge.judge(await episode(request, ["use_bash", first[1]], first, second, third)))!;
  expect(wrong.steps[0]).toMatchObject({ task_rating: 5, tool_rating: 1, result_rating: 1 });
});

test("actions have to be carried out, with the right values", async () => {
  const request = requests.find(({ steps, request: text }) => steps === 3 && text.includes("and send its date"))!;
  const [date, event, email] = request.scripted.program.map(({ tool, task }) => [tool, task] as const);
  expect(await ratings(await episode(request, date, event, email))).toEqual([[5, 5, 5], 5]);
  expect(await ratings(await episode(request, date, event))).toEqual([[5, 5], 3]);
  const otherDay = [event[0], event[1].replace(/\d{4}-\d\d-\d\d/, "2026-12-31")] as const;
  expect((await ratings(await episode(request, date, otherDay, email)))[1]).toBeLessThan(4);
  const noDate = [email[0], email[1].replace(/\d{4}-\d\d-\d\d/, "soon")] as const;
  expect(await ratings(await episode(request, date, event, noDate))).toEqual([[5, 5, 1], 3]);
});

test("a written request is none for the scripted judge", async () => {
  const record = await episode(requests[0]);
  const written = { ...record, request: { id: "x", request: "Hello?" } };
  await expect(async () => scriptedJudge.judge(written)).rejects.toThrow("a model has to judge it");
});

test("only finished episodes are judged, once; the run counts the others as failed", async () => {
  const done = await episode(requests[0], [requests[0].scripted.program[0].tool, requests[0].scripted.program[0].task]);
  const lost = await episode(requests[1], ["nothing", "x"]);
  expect(lost.stop).toBe("unknown_tool");
  const store = recordMap<PlannerEvaluation>();
  let calls = 0;
  const judge = { name: "counted", judge: (record: PlannerRecord) => (calls++, scriptedJudge.judge(record)) };
  await judgeRecords({ records: [done, lost], judge, store });
  await judgeRecords({ records: [done, lost], judge, store });
  expect(calls).toBe(1);
  expect(plannerRunOf(requests.slice(0, 2), store)).toMatchObject({ pass_rate: 0.5, completion_rate: 0.5 });
});

test("a chat model judges what it is shown, and gives no rating where it misses a step", async () => {
  const record = await episode(requests[0], ["calculate_number", "Calculate 1 + 1."]);
  expect(episodeText(record)).toContain("Task: Calculate 1 + 1.\nTool: calculate_number\nResult: The result is 2.");
  expect(episodeText(record)).not.toContain("Give the final answer.");
  const right = evaluation(4, 2);
  const asked: unknown[] = [];
  const judge = chatJudge(
    scriptedModel("judge", (messages, { temperature }) => {
      asked.push([messages[0].content.includes(episodeText(record)), temperature]);
      return JSON.stringify(right);
    }),
  );
  expect(await judge.judge(record)).toEqual(right);
  expect(asked).toEqual([[true, 0]]);
  expect(await chatJudge(scriptedAnswers("judge", [JSON.stringify(evaluation(4))])).judge(record)).toBeNull();
  expect(await chatJudge(scriptedAnswers("judge", ["no rating at all"])).judge(record)).toBeNull();
});
