import { describe, expect, test } from "vitest";
import { createHouseholdCodec } from "../environments/index.ts";
import { ACT, ASSISTANT, ChatTemplate, encodeSegments, END, trainTokenizer } from "../labels/index.ts";
import { AdmissibleConstraint } from "./admissible-constraint.ts";
import { tokenCounter } from "./play.ts";
import { StudentDriver, type StudentDriverOptions } from "./student-driver.ts";
import { MugRoom } from "./test-mug-room.ts";

const codec = createHouseholdCodec();
const words = " see desk 1 shelf 1 task put a mug in desk on nothing ok noop go take mug 1 look";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 400 });
const [act, end, assistant] = [ACT, END, ASSISTANT].map((name) => tokenizer.special(name));
const withThoughts = new ChatTemplate({ codec, thoughts: true });
const withoutThoughts = new ChatTemplate({ codec, thoughts: false });

const driver = (options: Partial<StudentDriverOptions> = {}): StudentDriver =>
  new StudentDriver({
    name: "student",
    seed: 7,
    createEnvironment: () => new MugRoom(),
    tokenizer,
    template: withThoughts,
    stepLimit: 10,
    constraint: null,
    ...options,
  });

/** What the model would generate: a thought and a compact action; `generate` leaves the stop token out. */
const turn = (thought: string, action: string): number[] => [
  ...tokenizer.encode(` ${thought}`),
  act,
  ...tokenizer.encode(` ${action}`),
];

const SOLUTION: [string, string][] = [
  ["mug", "go shelf 1"],
  ["mug", "take mug 1 shelf 1"],
  ["desk", "go desk 1"],
  ["desk", "put mug 1 desk 1"],
];

describe("free play", () => {
  test("feeds rendered observations and records the environment's own words", () => {
    const row = driver();
    expect(tokenizer.decode(row.start())).toBe(" see desk 1 shelf 1 task put a mug in desk<|assistant|>");
    expect(row.constraint()).toBeNull();
    const fed = SOLUTION.map(([thought, action]) => row.turn(turn(thought, action)));
    expect(fed.map((ids) => ids && tokenizer.decode(ids))).toEqual([
      " on mug 1<|assistant|>",
      " ok<|assistant|>",
      " on nothing<|assistant|>",
      null,
    ]);
    const trajectory = row.trajectory();
    expect(trajectory).toMatchObject({
      id: "mug/student",
      agent: "student",
      seed: 7,
      reward: 1,
      success: true,
      steps: 4,
      invalid: 0,
      stop: "success",
    });
    expect(trajectory.turns.slice(1, 3)).toEqual([
      {
        role: "assistant",
        content: "Thought: I need mug\nAction: go to shelf 1",
        thought: "I need mug",
        action: "go to shelf 1",
      },
      { role: "user", content: "You arrive at loc 1. On the shelf 1, you see a mug 1." },
    ]);
  });

  test("what the model reads and writes is what training would show it", () => {
    const row = driver();
    const ids = row.start();
    for (const [thought, action] of SOLUTION) {
      const generated = turn(thought, action);
      ids.push(...generated, end, ...(row.turn(generated) ?? []));
    }
    const { turns } = row.trajectory();
    const rendered = encodeSegments(withThoughts.renderTurns(turns.slice(0, -1)), tokenizer);
    expect(ids).toEqual(rendered);
    expect(tokenCounter(withThoughts, tokenizer)(row.trajectory())).toBe(
      rendered.length + tokenizer.encode(` ${codec.encodeUser(turns.at(-1)!.content)}`).length,
    );
  });

  test("the environment is made when the episode begins and let go when it ends", () => {
    let made = 0;
    const row = driver({ createEnvironment: () => new MugRoom(`room-${++made}`) });
    expect(made).toBe(0);
    row.start();
    expect(made).toBe(1);
    row.end();
    expect(row.trajectory()).toMatchObject({ task: { id: "room-1" }, stop: "context_limit" });
    expect(() => row.turn([])).toThrow("not being played");
  });

  test("nonsense is refused by the environment, not thrown", () => {
    const row = driver({ stepLimit: 3 });
    row.start();
    expect(tokenizer.decode(row.turn([])!)).toBe(" noop<|assistant|>");
    expect(row.turn([assistant, act, act])).not.toBeNull();
    expect(row.turn(tokenizer.encode(" go desk 1"))).toBeNull(); // no separator, no end: still read as an action
    expect(row.trajectory()).toMatchObject({ success: false, steps: 3, invalid: 2, stop: "step_limit" });
  });

  test("an episode that generation cut short has reached the context limit", () => {
    const row = driver();
    row.start();
    row.turn(turn("mug", "go shelf 1"));
    expect(row.trajectory()).toMatchObject({ success: false, steps: 1, stop: "context_limit" });
  });
});

describe("admissible only", () => {
  /** What may come after these tokens of a turn. */
  const allowedAfter = (row: StudentDriver, ids: readonly number[]): readonly number[] => {
    const constraint = row.constraint()!;
    for (const id of ids) constraint.accept(id);
    expect(constraint.isDone).toBe(ids.at(-1) === end);
    return Array.from(constraint.allowed() as ArrayLike<number>);
  };

  /** All turns that a constrained row can end with, walking every allowed token after the separator. */
  const actionsFrom = (row: StudentDriver, prefix: number[]): string[] =>
    prefix.at(-1) === end
      ? [withThoughts.parseAgent(prefix, tokenizer).action]
      : allowedAfter(row, prefix).flatMap((id) => actionsFrom(row, [...prefix, id]));

  test.each([
    ["with thoughts", withThoughts, [act]],
    ["without thoughts", withoutThoughts, []],
  ])("%s, exactly the admissible commands can be written", (_, template, prefix) => {
    const row = driver({ template, constraint: new AdmissibleConstraint(template, tokenizer) });
    row.start();
    const written = (): string[] => actionsFrom(row, prefix).sort();
    expect(written()).toEqual(["go to desk 1", "go to shelf 1", "look"]);
    row.turn([...prefix, ...tokenizer.encode(" go shelf 1")]);
    expect(written()).toEqual(["go to desk 1", "look", "take mug 1 from shelf 1"]);
  });

  test("the thought is at most four free tokens, then the separator", () => {
    const row = driver({ constraint: new AdmissibleConstraint(withThoughts, tokenizer) });
    row.start();
    const [word] = tokenizer.encode(" mug");
    for (const length of [0, 1, 2, 3]) {
      const free = allowedAfter(row, new Array<number>(length).fill(word));
      expect(free).toHaveLength(tokenizer.size - 4); // all but the other four control tokens
      expect(free).toContain(act);
      expect(free).not.toContain(end);
    }
    expect(allowedAfter(row, [word, word, word, word])).toEqual([act]);
  });
});
