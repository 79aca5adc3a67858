import { expect, test } from "vitest";
import { runPlanner, type PlannerStep } from "../../agents/index.ts";
import { createWorld, holdsValue, offlineRequests, scriptedTeacher, worldTools, type World } from "./index.ts";

const now = (): number => Date.UTC(2026, 0, 1);

test("with the real tools over the world, the teacher finds every value that the program says", async () => {
  const worlds = new Map<string | number, World>();
  for (const request of offlineRequests({ seed: 2, split: "test", single: 25, batches: 8 })) {
    const { world: id, program, answers } = request.scripted;
    const world = worlds.get(id.seed) ?? createWorld(id);
    worlds.set(id.seed, world);
    const tools = worldTools(world, now);
    const episode = await runPlanner({ request: request.request, planner: scriptedTeacher(request), tools });
    const found = episode.steps.map(
      ({ plan, result }: PlannerStep) => `${plan.selected_tool}: ${plan.task} → ${result}`,
    );
    expect(episode.stop, `${request.request}\n${found.join("\n")}`).toBe("final_answer");
    expect(episode.steps, found.join("\n")).toHaveLength(program.length + 1);
    for (const value of answers) expect(holdsValue(episode.answer!, value), `${value}: ${found.join("\n")}`).toBe(true);
  }
});

test("what is in no document is a failure with its reason", async () => {
  const world = createWorld({ seed: 0, split: "test" });
  const call = async (name: string, task: string) =>
    worldTools(world, now)
      .find((tool) => tool.name === name)!
      .run({ request: "", task, context: "" });
  const [town] = world.things.place;
  expect(await call("search_wikipedia", `Find the current mayor of ${town}.`)).toMatchObject({ reason: "no_answer" });
  expect((await call("search_internet", `Find the current mayor of ${town}.`)).kind).toBe("answer");
  expect(await call("ask_user", `Ask for the population of ${town}.`)).toMatchObject({ reason: "no_answer" });
});
