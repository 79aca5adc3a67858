import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../base/index.ts";
import { parseTrajectory, type Trajectory } from "../trajectory.ts";
import { parseTrajectoryPair, type TrajectoryPair } from "../trajectory-pair.ts";
import { FORMATS, type PairFormat, type TrajectoryFormat } from "./index.ts";
import { anyOrder, asJson, extra, inOrder, noSystem, RECORDS, single, text, trajectoryOf } from "./test-records.ts";

const format = (id: string): TrajectoryFormat => FORMATS.get(id) as TrajectoryFormat;
const pairFormat = (id: string): PairFormat => FORMATS.get(id) as PairFormat;
const here = { file: "some", index: 3 };

describe("reading what was written gives the same trajectory", () => {
  test.each([
    ["sharegpt", inOrder],
    ["alpaca", inOrder],
    ["trl", anyOrder],
    ["knowself-sft", anyOrder],
    ["agentinstruct", noSystem],
    ["autoact-tasks", single],
    ["autoact-rows", single],
    ["autoact-sessions", anyOrder],
    ["kagentinstruct", single],
    ["bot-with-plan-packaged", single],
  ])("%s", (id, turns) => {
    fc.assert(
      fc.property(trajectoryOf(turns), (trajectory) => {
        const record = asJson(format(id).write([trajectory]));
        expect(format(id).read(record, here).map(parseTrajectory)).toEqual([trajectory]);
      }),
    );
  });

  test.each(["trl-preference", "knowself-rpo"])("%s", (id) => {
    const pair = fc
      .tuple(text, trajectoryOf(anyOrder), trajectoryOf(anyOrder), anyOrder, extra)
      .map(([name, chosen, rejected, prompt, more]): TrajectoryPair => {
        const side = (of: Trajectory): Trajectory => ({ ...of, turns: [...prompt, ...of.turns] });
        return asJson({ id: name, chosen: side(chosen), rejected: side(rejected), shared: prompt.length, extra: more });
      });
    fc.assert(
      fc.property(pair, (value) => {
        const record = asJson(pairFormat(id).write(value));
        expect(parseTrajectoryPair(pairFormat(id).read(record, here))).toEqual(value);
      }),
    );
  });
});

describe("writing what was read gives the record back, unknown fields included", () => {
  test("every format is here", () => {
    expect(Object.keys(RECORDS).sort()).toEqual([...FORMATS.keys()].sort());
  });

  test.each(Object.keys(RECORDS))("%s", (name) => {
    const { read, write } = FORMATS.get(name) as unknown as {
      read(r: unknown, c: unknown): unknown;
      write(v: unknown): unknown;
    };
    fc.assert(
      fc.property(RECORDS[name], (record) => {
        expect(asJson(write(read(record, here)))).toEqual(record);
      }),
    );
  });
});

test("a trajectory read from one format and written in another keeps its unknown fields and where it is from", () => {
  const record = {
    id: "os_3",
    conversations: [
      { from: "human", loss: null, value: "a" },
      { from: "gpt", loss: false, value: "b" },
    ],
    level: 7,
  };
  const [first] = format("agentinstruct").read(record, here);
  expect(first).toMatchObject({ environment: "os", extra: { level: 7 }, origin: { format: "agentinstruct" } });
  expect(first.turns[1].loss).toBe(false);
  const other = asJson(format("trl").write([first])) as Record<string, unknown>;
  expect(other).toMatchObject({
    messages: [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ],
    level: 7,
  });
  const [again] = format("trl").read(other, here);
  expect(again).toEqual(first);
  expect(format("agentinstruct").write([again])).toEqual(record);
});

describe("a record that somebody has changed since", () => {
  const won: Trajectory = {
    id: "a", environment: "household", task: { id: "t", type: "look", source: "generated", split: "train", goal: "g" },
    agent: "teacher", seed: 3, reward: 1, success: true, steps: 1, invalid: 0, stop: "success",
    turns: [{ role: "user", content: "x" }, { role: "assistant", content: "Action: y", action: "y", situation: "slow" }, { role: "user", content: "z" }],
  }; // prettier-ignore

  test("shows the new text and keeps what has not to do with it", () => {
    const record = format("sharegpt").write([won]) as { conversations: { value: string }[] };
    const edited = asJson(record);
    edited.conversations[1].value = "Action: w";
    const [read] = format("sharegpt").read(edited, here);
    expect(read).toMatchObject({ environment: "household", agent: "teacher", seed: 3 });
    expect(read.turns).toEqual([
      { role: "user", content: "x" },
      { role: "assistant", content: "Action: w", action: "w" },
    ]);
  });

  test("a column of nulls that a table tool added changes nothing", () => {
    const record = { ...(format("alpaca").write([won]) as object), history: null, system: null };
    expect(format("alpaca").read(record, here)).toEqual([won]);
  });

  test("what is none of ours is named", () => {
    const record = format("sharegpt").write([won]) as { waymark: string };
    const { of, patch } = JSON.parse(record.waymark) as { of: string; patch: unknown[] };
    const stray = JSON.stringify({ of, patch: [...patch, { op: "replace", path: "/7/agent", value: "x" }] });
    expect(() => format("sharegpt").read({ ...record, waymark: stray }, here)).toThrow(/waymark: .*\/7\/agent/);
    expect(() => format("sharegpt").read({ ...record, waymark: "{" }, here)).toThrow(/waymark: .*found "\{"/);
  });
});

describe("what a format cannot say is an error that names the trajectory", () => {
  const [two] = format("trl").read(
    {
      messages: [
        { role: "user", content: "a" },
        { role: "user", content: "b" },
      ],
    },
    here,
  );
  test.each([
    ["sharegpt", /trajectory some-3 does not end with an agent turn/],
    ["autoact-rows", /trajectory some-3: .* one user and one assistant turn, here are user, user/],
    ["bot-with-plan", /trajectory some-3: .*turns 1 and 2|plans with their results/],
    ["kagentbench", /trajectory some-3: .*prompt/],
  ])("%s", (name, message) => {
    expect(() => format(name).write([two])).toThrow(UserError);
    expect(() => format(name).write([two])).toThrow(message);
  });
});

describe("what an agent's message says", () => {
  const turn = (id: string, content: string): object => {
    const roles = { trl: "messages", "knowself-sft": "conversations" }[id] as string;
    return format(id).read({ id: "a", [roles]: [{ role: "assistant", content }] }, here)[0].turns[0];
  };

  test.each([
    ["Thought: I need pot\nAction: go to shelf 1", "I need pot", "go to shelf 1"],
    ["THOUGHT: a\n ACTION: take x from y", "a", "take x from y"],
    ["Think: list\n\nAct: bash\n\n```bash\nls\n```", "list", "bash\n\n```bash\nls\n```"],
    ["Thought:\nbuy\n\nAction:\nclick[Buy Now]", "buy", "click[Buy Now]"],
    ["Action: look", undefined, "look"],
    ["OK. I'll follow your instructions.", undefined, undefined],
  ])("%j", (content, thought, action) => {
    expect(turn("trl", content)).toEqual(asJson({ role: "assistant", content, thought, action }));
  });

  test("KnowSelf: knowledge comes before the turn, after a reflection the last action counts", () => {
    const known = "[Knowledge]<knowledge>When A, Action: B.</knowledge>\nThought: t\nAction: go to shelf 1";
    expect(turn("knowself-sft", known)).toMatchObject({
      situation: "knowledgeable",
      thought: "t",
      action: "go to shelf 1",
    });
    const again =
      "Thought: t\nAction: open shelf 1\n[Reflection]<reflection>Wait, no.</reflection>\nAction: take mug 1 from shelf 1";
    expect(turn("knowself-sft", again)).toMatchObject({
      situation: "slow",
      thought: "t",
      action: "take mug 1 from shelf 1",
    });
    expect(turn("knowself-sft", "Thought: t\nAction: look")).not.toHaveProperty("situation");
  });
});
