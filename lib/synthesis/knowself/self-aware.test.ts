import { beforeAll, describe, expect, it } from "vitest";
import { FORMATS, type Trajectory, type TrajectoryFormat, type Turn } from "../../trajectory/index.ts";
import { conversationOf } from "./conversation.ts";
import { formatKnowledgeable } from "./format-turn.ts";
import { replayGold } from "./gold.ts";
import { householdPairs } from "./household-pairs.ts";
import { HOUSEHOLD_INSTRUCTION, instructed, messagesOfExample } from "./prompts.ts";
import { reflectOnPairs, type Reflections } from "./reflect.ts";
import { samplePairs, type SampleReport } from "./sample-pairs.ts";
import { knowSelfSftRecords, selfAwareTrajectories } from "./self-aware.ts";
import { goldIndex, labelSteps } from "./situation.ts";
import { gameOf, goldGames, slippingModel } from "./test-target.ts";
import { fewShots } from "./test-vectors.ts";

const gold = goldGames(40);
const taskKnowledge = (type: string): string => `Notes on ${type}`;
const format = FORMATS.get("knowself-sft") as TrajectoryFormat;

let sampled: SampleReport;
let reflections: Reflections;
let made: Trajectory[];
const ruled = () => reflections.wrong.map((pair) => ({ ...pair, rule: "rule_2: When carrying, the agent should go." }));

beforeAll(async () => {
  const slip = (action: string, turn: number, task: string): string | null =>
    (turn % 2 === 0 || task.length % 9 === 0) && /^(go|take)/.test(action) ? "go to bed 77" : null;
  const target = { model: slippingModel(slip, (task) => task.length % 2 === 0).model };
  const options = { target, environment: gameOf, prompt: () => instructed(HOUSEHOLD_INSTRUCTION), noFind: true };
  sampled = await samplePairs({ gold, sample: (each, index) => householdPairs(each, index, options) });
  reflections = await reflectOnPairs({ pairs: sampled.pairs, target, domain: "household" });
  made = selfAwareTrajectories({
    ...{ gold, knowledgeable: ruled(), reflected: reflections.right, noFind: sampled.noFind },
    ...{ ignored: new Set([gold[0].id]), taskKnowledge },
  });
});
const agentTurns = ({ turns }: Trajectory): Turn[] => turns.filter(({ role }) => role === "assistant");

describe("selfAwareTrajectories", () => {
  it("puts every label where it belongs and leaves the rest as it is", () => {
    const counts: Record<string, number> = {};
    made.forEach((trajectory, i) => {
      const labels = labelSteps(gold[i], reflections);
      const prefixed = i === 0 || sampled.noFind.some(({ id }) => id === gold[i].id);
      agentTurns(trajectory).forEach((turn, step) => {
        const { situation } = labels[step];
        const wanted = step === 0 && prefixed ? "knowledgeable" : situation;
        expect(turn.situation ?? "fast").toBe(wanted);
        counts[situation] = (counts[situation] ?? 0) + 1;
        if (wanted === "fast") expect(turn).toBe(agentTurns(gold[i])[step]);
        if (situation === "knowledgeable") expect(turn.knowledge).toBe("When carrying, the agent should go.");
        if (situation === "slow") expect(turn.reconsidered?.reflection).toBe("Let's think step by step. I was wrong.");
      });
      if (prefixed && labels[0].situation === "fast")
        expect(agentTurns(trajectory)[0].knowledge).toBe(taskKnowledge(gold[i].task.type));
      expect(trajectory.turns.filter(({ role }) => role === "user")).toEqual(
        gold[i].turns.filter(({ role }) => role === "user"),
      );
    });
    expect(counts.slow).toBeGreaterThan(10);
    expect(counts.knowledgeable).toBeGreaterThan(10);
    expect(counts.fast).toBeGreaterThan(10);
    expect(sampled.noFind.length).toBeGreaterThan(0);
  });

  it("reads back from KnowSelf's records as the same turns", () => {
    const records = knowSelfSftRecords(made, HOUSEHOLD_INSTRUCTION);
    records.forEach((record, i) => {
      expect(Object.keys(record)).toEqual(["id", "game_file", "reward", "conversations"]);
      const conversations = record.conversations as { role: string; content: string }[];
      expect(conversations.slice(0, 2)).toEqual(instructed(HOUSEHOLD_INSTRUCTION));
      expect(conversations.slice(2)).toEqual(conversationOf(made[i]));
      const [read] = format.read(record, { file: "x", index: i });
      const fields = ({ thought, action, situation, knowledge, reconsidered }: Turn) => ({
        ...{ thought, action, situation, knowledge, reconsidered },
      });
      expect(agentTurns(read).slice(1).map(fields)).toEqual(agentTurns(made[i]).map(fields));
    });
  });

  it("takes gold that was read from KnowSelf's files, instruction and all, and writes the same records", () => {
    const plain = knowSelfSftRecords(gold, HOUSEHOLD_INSTRUCTION);
    const read = plain.flatMap((record, index) => format.read(record, { file: "x", index }));
    const typed = read.map((each, i) => ({ ...each, task: { ...each.task, type: gold[i].task.type } }));
    const again = selfAwareTrajectories({
      ...{ gold: typed, knowledgeable: ruled(), reflected: reflections.right, noFind: sampled.noFind },
      ...{ ignored: new Set([gold[0].id]), taskKnowledge },
    });
    expect(knowSelfSftRecords(again, "another")).toEqual(knowSelfSftRecords(made, HOUSEHOLD_INSTRUCTION));
  });

  it("says what is missing", () => {
    const [pair] = reflections.wrong;
    const own = gold.filter(({ id }) => id === pair.id);
    const common = { gold: own, knowledgeable: [], reflected: [] };
    expect(() => selfAwareTrajectories({ ...common, knowledgeable: [pair] })).toThrow("has no rule");
    expect(() => selfAwareTrajectories({ ...common, ignored: new Set([own[0].id]) })).toThrow("give taskKnowledge");
    const cut = [{ ...own[0], turns: own[0].turns.slice(0, 1) }];
    expect(() => selfAwareTrajectories({ ...common, gold: cut, knowledgeable: ruled().slice(0, 1) })).toThrow(
      "is not the agent's",
    );
  });
});

it("the 18 gold few-shots go through tracker and formatter", (context) => {
  const texts = Object.entries(fewShots(context)).filter(([key]) => key.startsWith("react_"));
  expect(texts.length).toBe(18);
  for (const [id, text] of texts) {
    const messages = messagesOfExample(text);
    const replay = replayGold(messages);
    if (!replay.ok || replay.grasp === null) throw new Error(id);
    const [shot] = format.read({ id, conversations: [...instructed("I"), ...messages] }, { file: "x", index: 0 });
    const pair = {
      ...{
        id,
        step: (replay.grasp + 1) / 2,
        golden_action: messages[replay.grasp].content,
        full_golden_traj: messages,
      },
      ...{ explore_action: "Thought: c\n\nAction: go to bed 77", explore_traj: [] },
      golden_traj: messages.slice(0, replay.grasp + 2),
    };
    expect(goldIndex(pair)).toBe(replay.grasp);
    const [known] = selfAwareTrajectories({
      gold: [shot],
      knowledgeable: [{ ...pair, rule: "When a." }],
      reflected: [],
    });
    expect(conversationOf(known)).toEqual(formatKnowledgeable(messages, replay.grasp, "When a."));
    const reflection = `Thought: b\n${pair.golden_action.split("\n")[1]}`;
    const [slow] = selfAwareTrajectories({ gold: [shot], knowledgeable: [], reflected: [{ ...pair, reflection }] });
    const [, action] = pair.golden_action.split("Action: ");
    expect(conversationOf(slow)[replay.grasp].content).toBe(
      `Thought: c\nAction: go to bed 77\n[Reflection]<reflection>Wait, let's check the action. b</reflection>\nAction: ${action}`,
    );
    expect(slow.turns[replay.grasp + 2]).toMatchObject({ situation: "slow", action, thought: "c" });
  }
});
