import { expect, it } from "vitest";
import { scriptedAnswers, scriptedModel, type ChatMessage } from "../../llm/index.ts";
import { parseTrajectory } from "../../trajectory/index.ts";
import { householdProfile } from "./household-profile.ts";
import { playReflexion } from "./reflexion.ts";
import { shopProfile } from "./shop-profile.ts";
import { MUG_PLAN, mugRoom, TinyShop } from "./test-games.ts";
import { UsageMeter } from "./usage-meter.ts";

it("plays again after a reflection, which the next trial is told, until the task is won", async () => {
  const reflected: (readonly ChatMessage[])[] = [];
  const reflector = scriptedModel("reflector", (messages) => {
    reflected.push(messages);
    return ` Go to shelf ${reflected.length} first. `;
  });
  // Knows what to do once it has been told twice.
  const model = scriptedModel("actor", ([{ content }, ...rest]) => {
    const step = rest.filter(({ role }) => role === "assistant").length - 1;
    return content.includes("Lesson 2 from earlier trials:\nGo to shelf 2 first.") ? `Action: ${MUG_PLAN[step]}` : "Action: look"; // prettier-ignore
  });
  const meter = new UsageMeter();
  const result = await playReflexion(mugRoom(), {
    ...{ model: meter.count(model), reflector: meter.count(reflector), meter },
    ...{ profile: householdProfile(), stepLimit: 4, seed: 0 },
  });
  const { best, trials, reflections } = result;
  expect(reflections).toEqual(["Go to shelf 1 first.", "Go to shelf 2 first."]);
  expect(trials.map(({ id, success, extra }) => [id, success, extra?.trial])).toEqual([
    ["small/reflexion/1", false, 1],
    ["small/reflexion/2", false, 2],
    ["small/reflexion/3", true, 3],
  ]);
  expect(parseTrajectory(best)).toEqual(best);
  expect(best).toMatchObject({ id: "small/reflexion", agent: "reflexion", success: true, extra: { trial: 3 } });
  const usage = { requests: 3 * 4 + 2, promptTokens: 0, completionTokens: 0 };
  expect(best.extra?.reflexion).toEqual({ trials: 3, rewards: [0, 0, 1], reflections, usage });
  expect(best.extra?.usage).toMatchObject({ requests: 4 });
  expect(reflected[0][0].content).toContain("The task was not solved: the steps ran out after 4 steps, with reward 0.");
  expect(reflected[0][0].content).toContain("Action: look\n\nObservation: You are");
  expect(reflected[1][0].content).toContain("Lesson 1 that it already had:\nGo to shelf 1 first.");
});

it("has five trials, remembers the last three lessons, and the best reward counts", async () => {
  const instructions = new Set<string>();
  let told = 0;
  const reflector = scriptedModel("reflector", () => `lesson ${++told}`);
  const buys = ["Action: search[x]", "Action: click[b01]", "Action: click[buy now]"];
  const lost = ["Action: search[x]", "Action: look", "Action: look"];
  const actor = scriptedAnswers("actor", [...lost, ...buys, ...lost, ...buys, ...lost]);
  const model = { ...actor, chat: (messages: readonly ChatMessage[]) => (instructions.add(messages[0].content), actor.chat(messages)) }; // prettier-ignore
  const options = { model, reflector, profile: shopProfile(), stepLimit: 3, seed: 0 };
  const { best, trials } = await playReflexion(new TinyShop(), options);
  expect(trials.map(({ reward }) => reward)).toEqual([0, 0.5, 0, 0.5, 0]);
  expect(best).toMatchObject({
    id: "shop 1/reflexion",
    extra: { trial: 2 },
    reward: 0.5,
    success: false,
    environment: "shop",
  });
  expect(told).toBe(4);
  const last = [...instructions].at(-1)!;
  expect(last).not.toContain("lesson 1");
  expect(last).toContain("Lesson 1 from earlier trials:\nlesson 2");
  expect(last).toContain("Lesson 3 from earlier trials:\nlesson 4");
});
