import { describe, expect, test } from "vitest";
import { createHouseholdCodec } from "../environments/index.ts";
import { ACT, ChatTemplate, encodeSegments, END, SITUATED_SPECIAL_TOKENS, trainTokenizer } from "../labels/index.ts";
import type { Turn } from "../trajectory/index.ts";
import { StudentDriver, type KnowledgeSource } from "./student-driver.ts";
import { MugRoom } from "./test-mug-room.ts";

const words = " see desk 1 shelf 1 task put a mug in desk on nothing ok noop go take mug 1 look drop";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 400, specials: SITUATED_SPECIAL_TOKENS });
const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: true, situations: true });
const [act, end, asks, reflects, why, whyEnd] = [
  ...[ACT, END, "[Knowledge]", "[Reflection]", "<reflection>", "</reflection>"],
].map((name) => tokenizer.special(name));

const RULE = "When the agent needs a mug, the agent should look on shelf 1 first.";

/** What the source was asked: the number of turns so far. */
interface Asked extends KnowledgeSource {
  readonly at: number[];
}
const source = (mode: KnowledgeSource["mode"], rule: (turns: readonly Turn[]) => string | null = () => RULE): Asked => {
  const at: number[] = [];
  const ask = (turns: readonly Turn[]): string | null => {
    at.push(turns.length);
    return rule(turns);
  };
  return { mode, ask, at };
};

const driver = (knowledge: KnowledgeSource, stepLimit = 10): StudentDriver =>
  new StudentDriver({
    ...{ name: "student", seed: 7, createEnvironment: () => new MugRoom() },
    ...{ tokenizer, template, stepLimit, constraint: null, knowledge },
  });

/** One row as generation drives it: the model says these ids; the last may be a stop token, which the turn leaves out. */
function says(row: StudentDriver, ids: readonly number[]): string | null {
  for (const id of ids) expect(row.token({ id, logprob: undefined, alternatives: undefined } as never)).toBe(false);
  const isStop = [end, asks].includes(ids.at(-1)!);
  const next = row.turn(isStop ? ids.slice(0, -1) : ids);
  return next && tokenizer.decode(next);
}

const said = (thought: string, action: string): number[] => [
  ...[...tokenizer.encode(` ${thought}`), act, ...tokenizer.encode(` ${action}`), end],
];
const START = " see desk 1 shelf 1 task put a mug in desk<|assistant|>";
const TOLD = "<knowledge> mug shelf 1</knowledge>";
const agentTurns = (row: StudentDriver): Turn[] => row.trajectory().turns.filter(({ role }) => role === "assistant");

describe("adaptive", () => {
  test("a student that asks is fed the rule, and its turn is recorded with it", () => {
    const knowledge = source("adaptive");
    const row = driver(knowledge);
    expect(tokenizer.decode(row.start())).toBe(START);
    expect(row.constraint()).toBeNull();
    expect(says(row, [asks])).toBe(TOLD);
    expect(knowledge.at).toEqual([1]);
    expect(says(row, said("mug", "go shelf 1"))).toBe(" on mug 1<|assistant|>");
    expect(says(row, said("mug", "take mug 1 shelf 1"))).toBe(" ok<|assistant|>");
    expect(agentTurns(row)).toEqual([
      {
        role: "assistant",
        content: `[Knowledge]<knowledge>${RULE}</knowledge>\nThought: I need mug\nAction: go to shelf 1`,
        thought: "I need mug",
        action: "go to shelf 1",
        knowledge: RULE,
        situation: "knowledgeable",
      },
      {
        role: "assistant",
        content: "Thought: I need mug\nAction: take mug 1 from shelf 1",
        thought: "I need mug",
        action: "take mug 1 from shelf 1",
      },
    ]);
    expect(row.trajectory()).toMatchObject({ steps: 2, invalid: 0 }); // asking is no step
  });

  test("what it reads and writes is what training would show it", () => {
    const row = driver(source("adaptive"));
    const ids = row.start();
    const turns = [said("mug", "go shelf 1"), said("mug", "take mug 1 shelf 1")];
    for (const turn of turns) {
      row.token({ id: asks } as never);
      ids.push(asks, ...row.turn([])!);
      row.token({ id: end } as never);
      ids.push(...turn, ...row.turn(turn.slice(0, -1))!);
    }
    expect(ids).toEqual(encodeSegments(template.renderPrompt(row.trajectory().turns), tokenizer));
  });

  test("where there is no rule, that is said", () => {
    for (const nothing of ["", null]) {
      const row = driver(source("adaptive", () => nothing));
      row.start();
      expect(says(row, [asks])).toBe("<knowledge></knowledge>");
      says(row, said("mug", "look"));
      expect(agentTurns(row)[0]).toMatchObject({ knowledge: "", situation: "knowledgeable" });
    }
  });

  test("asking in the middle of a turn gives nothing: the turn broke off", () => {
    const knowledge = source("adaptive");
    const row = driver(knowledge);
    row.start();
    expect(says(row, [...said("mug", "go shelf 1").slice(0, -1), asks])).toBe("<|end|> on mug 1<|assistant|>");
    expect(says(row, said("mug", "take mug 1 shelf 1"))).toBe(" ok<|assistant|>");
    expect(knowledge.at).toEqual([]);
    expect(agentTurns(row)[0]).toEqual({
      role: "assistant",
      content: "Thought: I need mug\nAction: go to shelf 1",
      thought: "I need mug",
      action: "go to shelf 1",
    });
  });

  test("asking twice in a turn gives nothing the second time; in the next turn it may ask again", () => {
    const knowledge = source("adaptive");
    const row = driver(knowledge);
    row.start();
    expect(says(row, [asks])).toBe(TOLD);
    expect(says(row, [asks])).toBe("<|end|> noop<|assistant|>");
    expect(row.trajectory()).toMatchObject({ steps: 1, invalid: 1 });
    expect(agentTurns(row)[0]).toMatchObject({ action: "", knowledge: RULE });
    expect(says(row, [asks])).toBe(TOLD);
    expect(knowledge.at).toEqual([1, 3]);
  });

  test("a turn that it thought over is recorded as such, told or not", () => {
    const slow = [...said("mug", "look").slice(0, -1), reflects, why, ...tokenizer.encode(" drop"), whyEnd, act, ...tokenizer.encode(" go shelf 1"), end]; // prettier-ignore
    const row = driver(source("adaptive"));
    row.start();
    expect(says(row, slow)).toBe(" on mug 1<|assistant|>");
    says(row, [asks]);
    says(row, slow);
    const reconsidered = { action: "look", reflection: "I should drop this" };
    const [first, second] = agentTurns(row);
    expect(first).toEqual({
      role: "assistant",
      content:
        "Thought: I need mug\nAction: look\n[Reflection]<reflection>Wait, let's check the action. I should drop this</reflection>\nAction: go to shelf 1",
      ...{ thought: "I need mug", action: "go to shelf 1", situation: "slow", reconsidered },
    });
    expect(second).toMatchObject({ situation: "knowledgeable", knowledge: RULE, reconsidered });
  });

  test("the end of the episode is the end, whatever was asked", () => {
    const row = driver(source("adaptive"), 1);
    row.start();
    says(row, [asks]);
    expect(says(row, [...said("mug", "look").slice(0, -1), asks])).toBeNull();
    expect(row.trajectory()).toMatchObject({ stop: "step_limit", steps: 1 });
  });
});

describe("always", () => {
  test("every turn begins with the rule for it, token and all, and is recorded with it", () => {
    const knowledge = source("always", (turns) => (turns.length === 1 ? RULE : ""));
    const row = driver(knowledge, 2);
    expect(tokenizer.decode(row.start())).toBe(`${START}[Knowledge]${TOLD}`);
    expect(says(row, said("mug", "go shelf 1"))).toBe(" on mug 1<|assistant|>[Knowledge]<knowledge></knowledge>");
    expect(says(row, said("mug", "take mug 1 shelf 1"))).toBeNull();
    expect(knowledge.at).toEqual([1, 3]);
    expect(agentTurns(row).map(({ knowledge: rule, situation }) => [rule, situation])).toEqual([
      [RULE, "knowledgeable"],
      ["", "knowledgeable"],
    ]);
  });

  test("nothing is put before a turn for which there is not even an empty rule", () => {
    const row = driver(source("always", (turns) => (turns.length === 1 ? null : RULE)));
    expect(tokenizer.decode(row.start())).toBe(START);
    expect(says(row, said("mug", "go shelf 1"))).toBe(` on mug 1<|assistant|>[Knowledge]${TOLD}`);
    expect(agentTurns(row)[0]).not.toHaveProperty("knowledge");
  });

  test("it cannot ask for more", () => {
    const knowledge = source("always");
    const row = driver(knowledge);
    row.start();
    expect(says(row, [asks])).toBe(`<|end|> noop<|assistant|>[Knowledge]${TOLD}`);
    expect(knowledge.at).toEqual([1, 3]);
  });
});

test("never: every token may be said but the question", () => {
  const knowledge = source("never");
  const row = driver(knowledge);
  expect(tokenizer.decode(row.start())).toBe(START);
  const constraint = row.constraint()!;
  const others = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => id !== asks);
  expect(constraint.allowed()).toEqual(others);
  constraint.accept(end);
  expect([constraint.allowed(), constraint.isDone]).toEqual([others, false]);
  says(row, said("mug", "go shelf 1"));
  expect(knowledge.at).toEqual([]);
  expect(agentTurns(row)[0]).not.toHaveProperty("knowledge");
});
