import { describe, expect, it } from "vitest";
import { playEpisode, RandomAgent } from "../../agents/index.ts";
import { createRandom } from "../../base/index.ts";
import { FORMATS, type Trajectory } from "../../trajectory/index.ts";
import type { PairFormat } from "../../trajectory/index.ts";
import { conversationOf } from "./conversation.ts";
import { withKnowledge } from "./format-turn.ts";
import { etoPairs, knowSelfRpoRecords, rpoPairs } from "./preference-pairs.ts";
import { HOUSEHOLD_INSTRUCTION, instructed } from "./prompts.ts";
import { gameOf, goldGames } from "./test-target.ts";

const gold = goldGames(6).map((trajectory): Trajectory => {
  const turns = trajectory.turns.map((turn, i) => (i === 1 ? withKnowledge(turn, "When new, look.") : turn));
  return { ...trajectory, turns };
});
const lost = gold.map((golden) => {
  const agent = new RandomAgent(createRandom(1, golden.id));
  return { ...playEpisode(gameOf(golden), agent, { stepLimit: 40, seed: 1 }), reward: 0, success: false };
});
const rewarded = (trajectory: Trajectory, reward: number): Trajectory => ({ ...trajectory, reward });

describe("rpoPairs", () => {
  it("in the household rejects what did worse, and takes nothing else", () => {
    const pairs = rpoPairs({ gold, explored: [...lost.slice(2), gold[0]].reverse(), domain: "household" });
    expect(pairs.map(({ id }) => id)).toEqual(gold.slice(2).map(({ id }) => id));
    for (const [i, { chosen, rejected, shared, extra }] of pairs.entries()) {
      expect(shared).toBe(1);
      expect(extra).toEqual({ from: "golden" });
      expect(chosen.turns).toEqual(gold[i + 2].turns.slice(0, -1));
      expect(rejected.turns).toEqual(lost[i + 2].turns.slice(0, -1));
    }
    const better = [rewarded(lost[0], 0.9)];
    expect(rpoPairs({ gold: [rewarded(gold[0], 0.5)], explored: better, domain: "household" })).toEqual([]);
  });

  it("in the shop chooses the better one, whoever did it", () => {
    const explored = [0.2, 0.5, 0.9].map((reward, i) => rewarded(lost[i], reward));
    const pairs = rpoPairs({ gold: gold.map((each) => rewarded(each, 0.5)), explored, domain: "shop" });
    expect(pairs.map(({ extra }) => extra?.from)).toEqual(["golden", "explore"]);
    expect(pairs.map(({ chosen, rejected }) => [chosen.reward, rejected.reward])).toEqual([
      [0.5, 0.2],
      [0.9, 0.5],
    ]);
    const [record] = knowSelfRpoRecords(pairs.slice(1), "I", "shop");
    expect(record).toMatchObject({ from: "explore", chosen_reward: 0.9, rejected_reward: 0.5 });
  });

  it("finds the game whatever folder it is told to be in", () => {
    const inFolder = (trajectory: Trajectory, id: string): Trajectory => ({
      ...trajectory,
      task: { ...trajectory.task, id },
    });
    const golden = inFolder(gold[0], "json_2.1.1/train/pick-A/trial_1");
    const found = inFolder(lost[0], "/somewhere/train/pick-A/trial_1/game.tw-pddl");
    const other = inFolder(lost[0], "/somewhere/train/pick-A/trial_2/game.tw-pddl");
    const another = inFolder(lost[0], "/somewhere/train/pick-B/trial_1/game.tw-pddl");
    const explored = [other, found, another];
    expect(rpoPairs({ gold: [golden], explored, domain: "household" }).length).toBe(1);
    expect(() => rpoPairs({ gold: [golden, golden], explored: [], domain: "household" })).toThrow("two gold");
  });
});

describe("knowSelfRpoRecords", () => {
  it("have the published fields, an id and the game", () => {
    const pairs = rpoPairs({ gold, explored: lost, domain: "household" });
    const records = knowSelfRpoRecords(pairs, HOUSEHOLD_INSTRUCTION, "household");
    records.forEach((record, i) => {
      expect(Object.keys(record).sort()).toEqual(["chosen", "conversations", "from", "game_file", "id", "rejected"]);
      expect(record).toMatchObject({ id: gold[i].id, game_file: gold[i].task.id, from: "golden" });
      expect(record.conversations).toEqual(instructed(HOUSEHOLD_INSTRUCTION));
      expect(record.chosen).toEqual(conversationOf(gold[i]));
      expect(record.rejected).toEqual(conversationOf(lost[i]));
    });
    const format = FORMATS.get("knowself-rpo") as PairFormat;
    const read = format.read(records[0], { file: "x", index: 0 });
    expect(read.chosen.turns[3]).toMatchObject({ situation: "knowledgeable", knowledge: "When new, look." });
    expect(read.shared).toBe(2);
  });
});

describe("etoPairs", () => {
  it("swaps what is better than the gold, drops ties and what broke off, cuts what is rejected", () => {
    const half = gold.map((each) => rewarded(each, 0.5));
    const explored = [
      rewarded(lost[0], 0.9),
      rewarded(lost[1], 0.5),
      { ...rewarded(lost[2], 0.1), stop: "error" as const },
      rewarded(lost[3], 0.1),
      { ...rewarded(lost[4], 0.1), turns: lost[4].turns.slice(0, 1) },
    ];
    const [swapped, cut, ...none] = etoPairs({ gold: half, explored });
    expect(none).toEqual([]);
    expect(swapped).toMatchObject({ id: gold[0].id, extra: { from: "explore" }, chosen: { reward: 0.9 } });
    expect(cut.id).toBe(gold[3].id);
    expect(cut.rejected.turns.length).toBeLessThanOrEqual(gold[3].turns.length - 1 + 10);
    expect(cut.rejected.turns.at(-1)?.role).toBe("assistant");
    expect(cut.rejected.turns.length).toBeGreaterThan(gold[3].turns.length);
  });

  it("may count the gold as 1", () => {
    const explored = [rewarded(lost[0], 0.9)];
    const [pair] = etoPairs({ gold: [rewarded(gold[0], 0.5)], explored, goldReward: () => 1 });
    expect(pair.extra?.from).toBe("golden");
  });
});
