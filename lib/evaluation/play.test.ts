import { expect, test } from "vitest";
import { RandomAgent, type Agent } from "../agents/index.ts";
import { createRandom, Interrupted, type ProgressUpdate } from "../base/index.ts";
import { playAgents } from "./play.ts";
import { MugRoom } from "./test-mug-room.ts";

const environments = Array.from({ length: 20 }, (_, i) => new MugRoom(`mug-${i}`));

/** Follows a fixed plan. */
const planner = (plan: readonly string[]): Agent => {
  const left = [...plan];
  return {
    name: "planner",
    begin: () => undefined,
    act: () => (left.length > 0 ? { action: left.shift()! } : null),
    observe: () => undefined,
  };
};
const PLAN = ["go to shelf 1", "take mug 1 from shelf 1", "go to desk 1", "put mug 1 in/on desk 1"];

test("every environment is played once, in order, with a fresh agent", async () => {
  const updates: ProgressUpdate[] = [];
  const trajectories = await playAgents({
    environments,
    createAgent: () => planner(PLAN),
    stepLimit: 10,
    seed: 3,
    onProgress: (update) => updates.push(update),
  });
  expect(trajectories.map(({ task }) => task.id)).toEqual(environments.map(({ task }) => task.id));
  expect(trajectories.every(({ success, steps, seed }) => success && steps === 4 && seed === 3)).toBe(true);
  expect(updates.map(({ done }) => done)).toEqual(environments.map((_, i) => i + 1));
});

test("a random agent's episodes do not depend on their order", async () => {
  const play = (rooms: readonly MugRoom[]): ReturnType<typeof playAgents> =>
    playAgents({
      environments: rooms,
      createAgent: ({ task }) => new RandomAgent(createRandom(1, `random/${task.id}`)),
      stepLimit: 10,
      seed: 1,
    });
  const forward = await play(environments);
  const backward = await play([...environments].reverse());
  expect(backward.reverse()).toEqual(forward);
  expect(new Set(forward.map(({ steps }) => steps)).size).toBeGreaterThan(1);
});

test("an aborted run gives no part of a result", async () => {
  const stop = new AbortController();
  const playing = playAgents({
    environments,
    createAgent: () => planner(PLAN),
    stepLimit: 10,
    seed: 0,
    signal: stop.signal,
    onProgress: ({ done }) => done === 5 && stop.abort(),
  });
  await expect(playing).rejects.toThrow(Interrupted);
});
