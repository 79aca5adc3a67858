import { describe, expect, it } from "vitest";
import { createRandom } from "../base/index.ts";
import type { Environment } from "../environments/index.ts";
import { parseTrajectory } from "../trajectory/index.ts";
import type { Agent, Decision } from "./agent.ts";
import { playEpisode, type Slips } from "./episode.ts";
import { RandomAgent } from "./random-agent.ts";

/** Count up to three by "add"; "lie" is refused. */
function counter(): Environment {
  let count = 0;
  return {
    task: { id: "count", type: "counting", source: "generated", split: "test", goal: "reach three" },
    reset: () => `You have ${(count = 0)}.`,
    step(action) {
      const invalid = action !== "add" && action !== "wait";
      if (action === "add") count++;
      return { observation: `You have ${count}.`, reward: count >= 3 ? 1 : 0, done: count >= 3, invalid };
    },
    actions: () => ["add", "wait"],
    clone: counter,
  };
}

function agent(...actions: string[]): Agent & { readonly heard: string[] } {
  const heard: string[] = [];
  return {
    name: "scripted",
    heard,
    begin: (text) => void heard.push(text),
    act: () => {
      const action = actions.shift();
      return action === undefined ? null : { thought: `I ${action}`, action };
    },
    observe: (action, observation) => void heard.push(`${action} -> ${observation}`),
  };
}

describe("playEpisode", () => {
  it("records the texts, thoughts and actions of a won episode", () => {
    const player = agent("add", "lie", "add", "add", "add");
    const trajectory = playEpisode(counter(), player, { stepLimit: 10, seed: 5, environment: "counter" });
    expect(parseTrajectory(trajectory)).toEqual(trajectory);
    expect(trajectory).toMatchObject({
      id: "count/scripted",
      environment: "counter",
      agent: "scripted",
      seed: 5,
      reward: 1,
      success: true,
      steps: 4,
      invalid: 1,
      stop: "success",
    });
    expect(trajectory.turns.slice(0, 3)).toEqual([
      { role: "user", content: "You have 0." },
      { role: "assistant", content: "Thought: I add\nAction: add", thought: "I add", action: "add" },
      { role: "user", content: "You have 1." },
    ]);
    expect(player.heard).toEqual([
      "You have 0.",
      "add -> You have 1.",
      "lie -> You have 1.",
      "add -> You have 2.",
      "add -> You have 3.",
    ]);
  });

  it("records the situation of each turn, and its text in KnowSelf's form", () => {
    const decisions: Decision[] = [
      { action: "add" },
      { thought: "I add", action: "add", knowledge: "", prompted: true },
      { action: "add", reconsidered: { action: "lie", reflection: "No." } },
    ];
    const player = { ...agent(), act: () => decisions.shift()! };
    const { turns } = playEpisode(counter(), player, { stepLimit: 9, seed: 0 });
    const spoken = turns.filter(({ role }) => role === "assistant");
    expect(spoken.map(({ situation, prompted }) => [situation, prompted])).toEqual([
      [undefined, undefined],
      ["knowledgeable", true],
      ["slow", undefined],
    ]);
    expect(spoken.map(({ content }) => content)).toEqual([
      "Action: add",
      "[Knowledge]<knowledge></knowledge>\nThought: I add\nAction: add",
      "Action: lie\n[Reflection]<reflection>Wait, let's check the action. No.</reflection>\nAction: add",
    ]);
    const both: Decision = { action: "add", knowledge: "r", reconsidered: { action: "lie", reflection: "" } };
    const doubtful = { ...agent(), act: () => both };
    expect(playEpisode(counter(), doubtful, { stepLimit: 1, seed: 0 }).turns[1].situation).toBe("knowledgeable");
  });

  it("tells an end with part of the reward from success", () => {
    const half: Environment = {
      ...counter(),
      step: (action) => ({ observation: "Over.", reward: action === "add" ? 0.5 : 1, done: true, invalid: false }),
    };
    const end = { stepLimit: 9, seed: 0 };
    expect(playEpisode(half, agent("add"), end)).toMatchObject({ stop: "finished", success: false, reward: 0.5 });
    expect(playEpisode(half, agent("wait"), end)).toMatchObject({ stop: "success", success: true, reward: 1 });
  });

  it("stops at the limit, and where the agent gives up", () => {
    expect(playEpisode(counter(), agent("wait", "wait", "add"), { stepLimit: 2, seed: 0 })).toMatchObject({
      stop: "step_limit",
      steps: 2,
      success: false,
      reward: 0,
    });
    expect(playEpisode(counter(), agent("wait"), { stepLimit: 9, seed: 0 })).toMatchObject({
      stop: "gave_up",
      steps: 1,
    });
  });

  it("keeps slips as context without a thought, tells the agent, and marks them as not to be trained on", () => {
    const slips: Slips = { probability: 1, random: createRandom(1, "test"), choose: (admissible) => admissible[1] };
    const player = agent("add");
    const { turns } = playEpisode(counter(), player, { stepLimit: 2, seed: 0, slips });
    expect(turns[1]).toEqual({ role: "assistant", content: "Action: wait", action: "wait", loss: false });
    expect(player.heard[1]).toBe("wait -> You have 0.");
    const none = playEpisode(counter(), agent("add"), { stepLimit: 2, seed: 0, slips: { ...slips, probability: 0 } });
    expect(none.turns.every((turn) => turn.loss === undefined)).toBe(true);
  });
});

describe("RandomAgent", () => {
  it("plays admissible commands, the same for the same seed", () => {
    const play = (seed: number): (string | undefined)[] =>
      playEpisode(counter(), new RandomAgent(createRandom(seed, "test")), { stepLimit: 40, seed }).turns.map(
        (turn) => turn.action,
      );
    expect(play(1)).toEqual(play(1));
    expect(play(1)).not.toEqual(play(2));
    expect(new Set(play(1))).toEqual(new Set([undefined, "add", "wait"]));
  });
});
