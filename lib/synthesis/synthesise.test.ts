import { describe, expect, it } from "vitest";
import { carelessCommand, SearchTeacher } from "../agents/index.ts";
import { canonicalJson, Interrupted, sha256 } from "../base/index.ts";
import { createHouseholdGenerator, Household, PlacementPrior } from "../environments/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { synthesise, type SynthesisOptions } from "./synthesise.ts";

const source = createHouseholdGenerator({ seed: 2, split: "train", hard: 0.3 });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 100 }, (_, index) => source.game(index)));

async function made(options: Partial<SynthesisOptions> = {}) {
  const trajectories: Trajectory[] = [];
  const report = await synthesise({
    environment: (index) => new Household(source.game(index)),
    agent: new SearchTeacher(PRIOR),
    count: 150,
    seed: 2,
    slips: { share: 0.5, probability: 0.1, choose: carelessCommand },
    write: (trajectory) => void trajectories.push(trajectory),
    ...options,
  });
  return { report, trajectories };
}

describe("synthesise", () => {
  it("writes the same for the same seed and something else for another", async () => {
    const hash = async (seed: number): Promise<string> => sha256(canonicalJson((await made({ seed })).trajectories));
    expect(await hash(2)).toBe(await hash(2));
    expect(await hash(2)).not.toBe(await hash(3));
  });

  it("keeps only what succeeds within the limit, and counts the rest", async () => {
    const { report, trajectories } = await made({ stepLimit: 8 });
    expect(trajectories.length).toBe(150);
    expect(trajectories.every((trajectory) => trajectory.success && trajectory.steps <= 8)).toBe(true);
    expect(report.kept).toBe(150);
    expect(report.dropped).toBe(report.episodes - 150);
    expect(report.dropped).toBeGreaterThan(10);
    const sum = (key: "kept" | "episodes"): number => report.byType.reduce((total, row) => total + row[key], 0);
    expect([sum("kept"), sum("episodes")]).toEqual([150, report.episodes]);
    const steps = trajectories.reduce((total, trajectory) => total + trajectory.steps, 0);
    expect(report.steps).toBeCloseTo(steps / 150, 10);
  });

  it("lets about half of the episodes slip now and then, and trains on none of it", async () => {
    const { report, trajectories } = await made();
    const slipped = trajectories.map(({ turns }) => turns.filter((turn) => turn.loss === false));
    expect(slipped.flat().length).toBe(report.slips);
    expect(slipped.flat().every((turn) => turn.thought === undefined)).toBe(true);
    const share = slipped.filter((turns) => turns.length > 0).length / 150;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.5);
    expect((await made({ slips: undefined })).report.slips).toBe(0);
  });

  it("reports progress and stops on request", async () => {
    const updates: number[] = [];
    await made({ onProgress: ({ done }) => void updates.push(done) });
    expect(updates[0]).toBe(0);
    expect(updates.at(-1)).toBe(150);
    await expect(made({ signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });

  it("fails rather than searching for ever with an agent that cannot win", async () => {
    const agent = { name: "idler", begin: () => {}, act: () => ({ action: "look" }), observe: () => {} };
    await expect(made({ agent, stepLimit: 1 })).rejects.toThrow("idler succeeded in only 0 of 1000 episodes");
  });
});
