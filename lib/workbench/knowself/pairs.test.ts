import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { JsonlWriter, writeJson } from "../../base/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import { ChatTemplate, SITUATED_SPECIAL_TOKENS, trainTokenizer, type Tokenizer } from "../../labels/index.ts";
import { Llama, selectEngine, tf } from "../../model/index.ts";
import { placeRule } from "../../knowledge/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import type { Run } from "../run.ts";
import type { Manifest } from "../stage.ts";
import type { Variant } from "./arms.ts";
import { pairsStage, readSituations, variantOf } from "./pairs.ts";

/** A run whose base always says "go to shelf 1", and on second thoughts "look". */
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-pairs-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const run = {
  ...{ folder, seed: 0 },
  settings: { labels: { thoughts: false, situations: true } },
} as unknown as Run;

/** Which token follows which is all that it knows. */
function base(tokenizer: Tokenizer): Llama {
  const hidden = tokenizer.size + (tokenizer.size % 2);
  const sizes = { hidden_size: hidden, intermediate_size: 2, num_hidden_layers: 1, num_attention_heads: 1 };
  const config = { ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 128, initializer_range: 1e-6 };
  const student = Llama.create(config, { seed: 1 });
  const values = student.weights.dataSync().slice();
  const offset = (name: string): number => student.layout.find((parameter) => parameter.name === name)!.offset;
  for (let id = 0; id < tokenizer.size; id++) values[offset("model.embed_tokens.weight") + id * hidden + id] = 1;
  for (const chain of ["<|assistant|> go shelf 1<|end|>", "<reflection> mug</reflection> look<|end|>"]) {
    const ids = tokenizer.encodeMarked(chain);
    for (let i = 1; i < ids.length; i++) values[offset("lm_head.weight") + ids[i] * hidden + ids[i - 1]] = 1;
  }
  tf.tidy(() => student.weights.assign(tf.tensor1d(values)));
  return student;
}

const RULE = placeRule({ object: "mug", receptacles: ["desk 1"] });
const ELSEWHERE = placeRule({ object: "mug", receptacles: ["shelf 2"] });
const user = (content: string): Turn => ({ role: "user", content });
const agent = (action: string): Turn => ({ role: "assistant", content: `Action: ${action}`, action });
const TURNS = [
  user(
    "You are in the middle of a room. Looking quickly around you, you see a desk 1, and a shelf 1.\n\nYour task is to: put a mug in shelf.",
  ),
  ...[agent("go to shelf 1"), user("You arrive at loc 1. On the shelf 1, you see nothing.")],
  ...[agent("look"), user("You are facing the shelf 1. Next to it, you see nothing.")],
  ...[agent("go to desk 1"), user("You arrive at loc 2. On the desk 1, you see a mug 1.")],
  ...[agent("take mug 1 from desk 1"), user("You pick up the mug 1 from the desk 1.")],
];
const gold = (id: string, type: string, household: number): Trajectory => ({
  ...{ id, environment: "household", agent: "gold", seed: 0, turns: TURNS, reward: 1, success: true },
  task: { id, type, source: "generated", split: "train", goal: "put a mug in shelf" },
  ...{ steps: 4, invalid: 0, stop: "success", extra: { household, game: 0 } },
});
/** The second is at home where the rule leads elsewhere than gold went. */
const GOLD = [gold("a", "pick_and_place_simple", 4), gold("b", "look_at_obj_in_light", 5)];
let manifest: Manifest;

beforeAll(async () => {
  const write = async (name: string, rows: readonly unknown[]): Promise<void> => {
    const writer = new JsonlWriter(path.join(folder, "gold", name));
    for (const row of rows) await writer.write(row);
    await writer.close();
  };
  const rule = {
    id: "rule_0",
    rule: RULE,
    type: "Success Process",
    household: "h4",
    support: 1,
    places: { "desk 1": 1 },
  };
  await write("gold.jsonl.gz", GOLD);
  await write("households.jsonl.gz", [
    { id: "h4", index: 4, hasOwnWays: true, rules: [rule] },
    { id: "h5", index: 5, hasOwnWays: false, rules: [{ ...rule, rule: ELSEWHERE, household: "h5" }] },
  ]);
  const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: false });
  const text = template.renderTurns(TURNS).filter(({ special }) => !special);
  const tokenizer = trainTokenizer([text.map((segment) => segment.text).join("")], {
    ...{ vocabularySize: 400, specials: SITUATED_SPECIAL_TOKENS },
  });
  writeJson(path.join(folder, "labels", "tokenizer.json"), tokenizer);
  selectEngine("auto");
  const student = base(tokenizer);
  student.save(path.join(folder, "training"));
  student.dispose();
  for (const stage of ["training", "gold"])
    writeJson(path.join(folder, stage, "manifest.json"), { artefact: stage } satisfies Partial<Manifest>);
  manifest = await pairsStage(run);
});

describe("pairsStage", () => {
  test("tells what the base can do, corrects, or needs to be told", () => {
    expect(manifest.summary).toEqual({ steps: 8, different: 6, slow: 2, knowledgeable: 1, withoutRule: 3 });
    const { slow, knowledgeable } = readSituations(run);
    expect(slow.map(({ id, step }) => [id, step])).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    expect(knowledgeable.map(({ id, step, rule }) => [id, step, rule])).toEqual([["a", 3, RULE]]);
  });

  test("a pair has the gold's step and the base's, with the turns that lead to them", () => {
    const messages = TURNS.map(({ role, content }) => ({ role, content }));
    expect(readSituations(run).slow[0]).toEqual({
      id: "a",
      step: 2,
      task_type: "pick_and_place_simple",
      golden_action: "Action: look",
      golden_observation: "You are facing the shelf 1. Next to it, you see nothing.",
      explore_action: "Action: go to shelf 1",
      golden_traj: messages.slice(0, 5),
      explore_traj: [...messages.slice(0, 3), { role: "assistant", content: "Action: go to shelf 1" }],
      full_golden_traj: messages,
      reflection: "Thought: I need mug\nAction: look",
    });
  });
});

describe("variantOf", () => {
  /** Situations of the agent's turns, trajectory by trajectory. */
  const situations = async (variant: Partial<Variant>): Promise<(string | undefined)[][]> => {
    const trajectories = await variantOf(run, { id: "v", form: "self-aware", ...variant });
    return trajectories.map(({ turns }) => turns.filter(({ role }) => role === "assistant").map((t) => t.situation));
  };
  const fast = [undefined, undefined, undefined, undefined];
  const [told, slow] = ["knowledgeable", "slow"];

  test("the forms of the gold", async () => {
    expect(await variantOf(run, { id: "v", form: "gold" })).toEqual(GOLD);
    expect(await situations({})).toEqual([
      [undefined, slow, told, undefined],
      [undefined, slow, undefined, undefined],
    ]);
    expect(await situations({ form: "no-knowledge" })).toEqual([
      [undefined, slow, undefined, undefined],
      [undefined, slow, undefined, undefined],
    ]);
    expect(await situations({ form: "no-reflection" })).toEqual([[undefined, undefined, told, undefined], fast]);
    expect(await situations({ form: "told" })).toEqual([new Array(4).fill(told), new Array(4).fill(told)]);
  });

  test("what the turns say", async () => {
    const [{ turns }] = await variantOf(run, { id: "v", form: "self-aware" });
    expect(turns[3]).toMatchObject({
      action: "look",
      reconsidered: { action: "go to shelf 1", reflection: "I need mug" },
    });
    expect(turns[5]).toMatchObject({ action: "go to desk 1", knowledge: RULE });
    expect(turns[5]).not.toHaveProperty("prompted");
    const [full] = await variantOf(run, { id: "v", form: "told" });
    expect(full.turns.filter(({ role }) => role === "assistant").map(({ knowledge }) => knowledge)).toEqual([RULE, RULE, RULE, ""]); // prettier-ignore
  });

  test("only some task types, only a share, the rest absent or plain", async () => {
    expect((await variantOf(run, { id: "v", form: "gold", taskTypes: ["look_at_obj_in_light"] })).map(({ id }) => id)).toEqual(["b"]); // prettier-ignore
    expect(await situations({ share: 0.5, rest: "absent" })).toEqual([[undefined, slow, told, undefined]]);
    expect(await situations({ share: 0.5, rest: "plain" })).toEqual([[undefined, slow, told, undefined], fast]);
  });
});
