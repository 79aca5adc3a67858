import { expect, test } from "vitest";
import { ModelError, scriptedModel } from "../../llm/index.ts";
import {
  CATEGORIES,
  createWorld,
  holdsValue,
  offlineRequests,
  readRequests,
  recordMap,
  sameRequestKey,
  writeRequests,
  type RequestBatch,
} from "./index.ts";

test("the published size: 20 of one step and 5 batches of 1 to 6 steps, the same for a seed, none twice", () => {
  const requests = [...offlineRequests({ seed: 7, split: "test" })];
  expect(requests).toHaveLength(50);
  expect(requests.filter(({ id }) => id.startsWith("0_")).every(({ steps }) => steps === 1)).toBe(true);
  expect(requests.filter(({ id }) => id.startsWith("3_")).map(({ steps }) => steps)).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...offlineRequests({ seed: 7, split: "test" })]).toEqual(requests);
  expect(new Set(requests.map(({ request }) => sameRequestKey(request))).size).toBe(50);
  const more = [...offlineRequests({ seed: 7, split: "test", batches: 9 })];
  expect(more.slice(0, 50)).toEqual(requests);
});

test("many single requests come from many worlds, the first of them as without the rest", () => {
  const of = (single: number) => [...offlineRequests({ seed: 7, split: "train", single, batches: 0 })];
  const requests = of(45);
  expect(requests).toHaveLength(45);
  expect(requests.slice(0, 20)).toEqual(of(20));
  expect(new Set(requests.map(({ id }) => id)).size).toBe(45);
  expect(new Set(requests.map(({ scripted }) => scripted.world.seed)).size).toBe(3);
});

test("programs have the length asked for, and values stand in a task only after the step that brings them", () => {
  const tools = new Set<string>();
  for (const { request, steps, category, scripted } of offlineRequests({ seed: 1, split: "train", batches: 80 })) {
    const { program, answers } = scripted;
    expect(program).toHaveLength(steps!);
    expect(CATEGORIES).toContain(category);
    expect(answers.every((answer) => answer !== "")).toBe(true);
    program.forEach(({ tool, task, result, value, needs }, i) => {
      tools.add(tool);
      expect(holdsValue(result, value)).toBe(true);
      for (const need of needs) {
        expect(need).toBeLessThan(i);
        expect(holdsValue(task, program[need].value)).toBe(true);
        // The request does not give away what has to be found.
        if (program[need].tool.startsWith("search") && !/^[\d.-]+$/.test(program[need].value))
          expect(request).not.toContain(program[need].value);
      }
    });
  }
  expect([...tools].sort()).toEqual(
    [
      "ask_user",
      "calculate_number",
      "create_event",
      "search_internet",
      "search_wikipedia",
      "send_email",
      "use_bash",
    ].sort(),
  );
});

test("requests of one split name nothing of another", () => {
  const test = new Set(createWorld({ seed: "7/1", split: "test" }).things.person);
  for (const { request } of offlineRequests({ seed: 7, split: "train", batches: 30 }))
    for (const name of test) expect(request).not.toContain(name);
});

/** Writes what the calls ask for; fails in the batches of one topic. */
function author(broken: () => boolean) {
  let calls = 0;
  const model = scriptedModel("author", ([{ content }]) => {
    calls++;
    if (content.includes('"ideas"; "ideas"')) {
      const [, category] = /category "(.*?)"/.exec(content)!;
      return JSON.stringify({ topic: `about ${category}`, ideas: [{ tool: "ask_user", idea: "to ask" }] });
    }
    if (content.includes('"request" and "topic"'))
      return JSON.stringify({ requests: [{ request: "Hello?", topic: "greeting" }] });
    if (broken()) throw new ModelError("answer", "prose");
    const [, topic] = /Topic: (.*)/.exec(content)!;
    const six = [1, 2, 3, 4, 5, 6].map((steps) => ({
      request:
        steps === 6 ? "hello" : `Request of ${"very ".repeat(steps * 3)}many words number${steps} ${topic} x${calls}`,
      steps,
      explanation: "e",
    }));
    return JSON.stringify({ requests: six });
  });
  return { model, calls: () => calls };
}

test("a model writes batches in two calls; they are resumed, and repetitions left out", async () => {
  const store = recordMap<RequestBatch>();
  let isBroken = true;
  const { model, calls } = author(() => isBroken);
  expect(await writeRequests({ model, store, seed: 0, batches: 2 })).toEqual([
    { batch: 1, error: "prose" },
    { batch: 2, error: "prose" },
  ]);
  expect(store.ids()).toEqual(["0"]);
  isBroken = false;
  const before = calls();
  expect(await writeRequests({ model, store, seed: 0, batches: 2 })).toEqual([]);
  expect(calls() - before).toBe(4);
  expect(await writeRequests({ model, store, seed: 0, batches: 2 })).toEqual([]);
  expect(calls() - before).toBe(4);

  const requests = readRequests(store);
  expect(requests.find(({ id }) => id === "0_0")).toMatchObject({ request: "Hello?", steps: 1, topic: "greeting" });
  expect(requests.some(({ id }) => id === "1_5" || id === "2_5")).toBe(false);
  const one = requests.find(({ id }) => id === "1_0")!;
  expect(CATEGORIES).toContain(one.category);
  expect(one.topic).toBe(`about ${one.category}`);
});

test("other errors of a model stop the work; what was written stays", async () => {
  const store = recordMap<RequestBatch>();
  const model = scriptedModel("away", () => {
    throw new ModelError("connection", "refused");
  });
  await expect(writeRequests({ model, store, seed: 0, batches: 2 })).rejects.toThrow("refused");
  expect(store.ids()).toEqual([]);
});
