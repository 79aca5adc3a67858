import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test } from "vitest";
import type { AgentTool } from "../../tools/index.ts";
import { createRandom } from "../../base/index.ts";
import { ModelError, scriptedModel } from "../../llm/index.ts";
import { parseTrajectory } from "../../trajectory/index.ts";
import {
  createWorld,
  isDirect,
  modelTools,
  offlineRequests,
  PLANNER_TOOLS,
  plannerRecordSchema,
  plannerTrajectory,
  recordFolder,
  recordMap,
  scriptedTeacher,
  scriptedTools,
  SEARCH_FAILURES,
  simulate,
  type PlannerRecord,
  type RecordStore,
  type ScriptedRequest,
  type SearchFailures,
} from "./index.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "planner-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const world = createWorld({ seed: 0, split: "train" });
const NEVER: SearchFailures = { noAnswer: 0, partialAnswer: 0 };
const requests = [...offlineRequests({ seed: 0, split: "train", single: 10, batches: 5 })];

const toolNamed = (tools: readonly AgentTool[], name: string): AgentTool => tools.find((tool) => tool.name === name)!;
const call = async (name: string, task: string, failures = NEVER, context = "", request = "") =>
  toolNamed(scriptedTools(world, createRandom(0, "t"), failures), name).run({ request, task, context });

const play = async (seed: number, failures: SearchFailures, store: RecordStore<PlannerRecord> = recordMap()) => {
  const tools = ({ id, scripted }: ScriptedRequest): AgentTool[] =>
    scriptedTools(createWorld(scripted.world), createRandom(seed, `planner/tools/${id}`), failures);
  await simulate({ requests, planner: scriptedTeacher, tools, store, seed });
  return requests.map(({ id }) => store.get(id)!);
};

test("the tools know what their twins could know", async () => {
  const [ada] = world.things.person;
  const [town] = world.things.place;
  const [folderName] = world.things.folder;
  expect((await call("search_wikipedia", `Find the birthplace of ${ada}.`)).text).toMatch(
    `The birthplace of ${ada} is `,
  );
  expect(await call("search_wikipedia", `Find the current mayor of ${town}.`)).toMatchObject({ reason: "not_found" });
  expect((await call("search_internet", `Find the current mayor of ${town}.`)).kind).toBe("answer");
  expect((await call("search_internet", `Find the birthplace of ${ada}.`)).kind).toBe("answer");
  expect(await call("search_internet", `Find the e-mail address of ${ada}.`)).toMatchObject({ kind: "failure" });
  expect((await call("ask_user", `Ask for the e-mail address of ${ada}.`)).text).toContain("@example.com");
  expect(await call("ask_user", `Ask for the birthplace of ${ada}.`)).toMatchObject({ reason: "not_known" });
  expect((await call("use_bash", `Count: number of files of ${folderName}`)).text).toMatch(/ is \d+\.$/);
  expect(await call("calculate_number", "Calculate 1 + 2.")).toMatchObject({ text: "The result is 3." });
  expect(await call("calculate_number", "Calculate it.")).toMatchObject({ reason: "no_calculation" });
  expect(await call("create_event", "Add something.")).toMatchObject({ reason: "no_event" });
  expect(await call("send_email", "Send an e-mail to a@example.com:")).toMatchObject({ reason: "no_email" });
});

test("calculator and shell say half of their numbers alone, half in a sentence", async () => {
  const [folderName] = world.things.folder;
  const tools = scriptedTools(world, createRandom(2, "t"), NEVER);
  for (const [name, task] of [
    ["calculate_number", "Calculate 1 + 2."],
    ["use_bash", `Count: number of files of ${folderName}`],
  ] as const) {
    let alone = 0;
    for (let i = 0; i < 400; i++) {
      const { text } = await toolNamed(tools, name).run({ request: "", task, context: "" });
      if (/^\d+$/.test(text)) alone++;
      else expect(text).toMatch(/^The .* is \d+\.$/);
    }
    expect(Math.abs(alone - 200)).toBeLessThan(50);
  }
});

test("the teacher sums up what the missing steps still need, at the end the last result", async () => {
  for (const { request, steps } of await play(0, NEVER)) {
    const { program } = (request as ScriptedRequest).scripted;
    steps.forEach(({ plan: { context_information_summary: summary } }, done) => {
      if (done === 0) expect(summary).toBe("Nothing is known yet.");
      else if (done === program.length) expect(summary).toBe(program[done - 1].result);
      else {
        const needed = program.slice(done).flatMap(({ needs }) => needs);
        program.forEach(({ result }, i) => expect(summary.includes(result)).toBe(i < done && needed.includes(i)));
      }
    });
  }
});

test("a partial answer does not hold the value; with nothing at all the search says so", async () => {
  const [ada] = world.things.person;
  const task = `Find the birthplace of ${ada}.`;
  const part = await call("search_wikipedia", task, { noAnswer: 0, partialAnswer: 1 });
  expect(part).toMatchObject({ kind: "answer" });
  expect(part.text).toMatch(/^Only a part is known: .* begins with [A-Z]\.$/);
  expect(await call("search_wikipedia", task, { noAnswer: 1, partialAnswer: 0 })).toMatchObject({
    kind: "failure",
    reason: "no_answer",
    text: `I could not find the birthplace of ${ada}.`,
  });
});

test("searches fail as often as they should, the same for a seed", async () => {
  const [ada] = world.things.person;
  const search = toolNamed(scriptedTools(world, createRandom(1, "t"), SEARCH_FAILURES), "search_wikipedia");
  let [none, part] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    const { kind, text } = await search.run({ request: "", task: `Find the teacher of ${ada}.`, context: "" });
    if (kind === "failure") none++;
    else if (text.startsWith("Only")) part++;
  }
  expect(Math.abs(none - 200)).toBeLessThan(50);
  expect(Math.abs(part - 200)).toBeLessThan(50);
  expect(await play(3, SEARCH_FAILURES)).toEqual(await play(3, SEARCH_FAILURES));
  expect(await play(3, SEARCH_FAILURES)).not.toEqual(await play(4, SEARCH_FAILURES));
});

test("the final answer holds what was done, or the last thing found", async () => {
  const answer = async (context: string, request = "") =>
    (await call("final_answer", "Give the final answer.", NEVER, context, request)).text;
  expect(await answer("A is 1.\nThe B of A is 2.\nI could not find C.")).toBe("The B of A is 2.");
  expect(await answer('Event "X" was added on 2026-01-02.\nA is 1.')).toBe('Event "X" was added on 2026-01-02.');
  expect(await answer("<no context information available>", "Sing!")).toBe("I do not know the answer.");
  const [ada] = world.things.person;
  expect(await answer("<no context information available>", `Who is the teacher of ${ada}?`)).toMatch("The teacher of");
});

test("without failures the teacher takes just the steps that are needed", async () => {
  for (const record of await play(0, NEVER)) {
    const { program, answers } = (record.request as ScriptedRequest).scripted;
    expect(record.stop).toBe("final_answer");
    expect(record.steps.map(({ plan }) => plan.task)).toEqual([
      ...program.map(({ task }) => task),
      "Give the final answer.",
    ]);
    for (const value of answers) expect(record.answer).toContain(value);
  }
});

test("records are kept on disk, read back, and played once only; stopping loses none", async () => {
  const store = recordFolder(path.join(folder, "records"), plannerRecordSchema);
  const stop = new AbortController();
  const tools = () => scriptedTools(world, createRandom(0, "t"));
  let played = 0;
  const options = {
    requests,
    tools,
    store,
    seed: 0,
    planner: (request: ScriptedRequest) => {
      if (++played === 5) stop.abort();
      return scriptedTeacher(request);
    },
  };
  await expect(simulate({ ...options, signal: stop.signal })).rejects.toThrow("stopped");
  expect(store.ids()).toHaveLength(4);
  await simulate({ ...options, concurrency: 3 });
  expect(store.ids()).toHaveLength(requests.length);
  expect(played).toBe(requests.length + 1);
  expect(parseTrajectory(plannerTrajectory(store.get("0_0")!))).toMatchObject({
    task: { id: "0_0" },
    agent: "scripted teacher",
  });
  expect(() => store.put("../x", store.get("0_0")!)).toThrow('record id "../x"');
  fs.writeFileSync(path.join(folder, "records", "9_9.json"), "{}");
  expect(() => store.get("9_9")).toThrow("9_9.json");
});

test("a planner that does everything wrong leaves its records too", async () => {
  const store = recordMap<PlannerRecord>();
  const planner = () => ({
    name: "wrong",
    plan: ({ request }: { request: string }) =>
      request.length % 2 === 0
        ? Promise.reject(new ModelError("answer", "prose"))
        : Promise.resolve({ context_information_summary: "", thoughts: "", task: "x", selected_tool: "nothing" }),
  });
  await simulate({ requests, planner, tools: () => [], store, seed: 0 });
  const stops = requests.map(({ id }) => store.get(id)!.stop);
  expect(new Set(stops)).toEqual(new Set(["no_plan", "unknown_tool"]));
  expect(parseTrajectory(plannerTrajectory(store.get("0_0")!)).stop).toBe("error");
});

test("direct answers: none, the simple requests, or all", async () => {
  expect([isDirect("off", requests[0]), isDirect("simple", requests[0]), isDirect("on", requests[0])]).toEqual([
    false,
    true,
    true,
  ]);
  expect(isDirect("simple", requests[15])).toBe(false);
  const store = recordMap<PlannerRecord>();
  const tools = ({ scripted }: ScriptedRequest) => scriptedTools(createWorld(scripted.world), createRandom(0, "t"));
  await simulate({ requests, planner: scriptedTeacher, tools, store, seed: 0, directAnswer: "on" });
  expect(requests.every(({ id }) => store.get(id)!.steps.length === 1)).toBe(true);
});

test("a model plays the tools, and is told when a search is to fail", async () => {
  const asked: string[] = [];
  const model = scriptedModel("simulator", ([{ content }]) => {
    asked.push(content);
    return '{"result": "r"}';
  });
  const run = async (name: string, failures: SearchFailures) =>
    toolNamed(modelTools(model, createRandom(0, "t"), failures), name).run({ request: "R", task: "T", context: "C" });
  expect(await run("search_internet", { noAnswer: 1, partialAnswer: 0 })).toEqual({
    kind: "failure",
    reason: "no_answer",
    text: "r",
  });
  expect(await run("search_internet", { noAnswer: 0, partialAnswer: 1 })).toEqual({ kind: "answer", text: "r" });
  expect(await run("use_bash", { noAnswer: 1, partialAnswer: 0 })).toEqual({ kind: "answer", text: "r" });
  expect(asked.map((text) => /find nothing|only a part/.exec(text)?.[0])).toEqual([
    "find nothing",
    "only a part",
    undefined,
  ]);
  for (const text of asked) for (const part of ["R", "T", "C"]) expect(text).toContain(`\n${part}\n`);
  expect(modelTools(model, createRandom(0, "t")).map(({ name }) => name)).toEqual(
    PLANNER_TOOLS.map(({ name }) => name),
  );
});
