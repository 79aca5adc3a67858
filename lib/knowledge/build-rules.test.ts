import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Interrupted, UserError } from "../base/index.ts";
import type { StepPair } from "../trajectory/index.ts";
import { buildRules, RuleBase, type RuleCall, type RuleWriter } from "./index.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-build-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const pair = (id: number): StepPair => ({
  id,
  step: 0,
  golden_action: "go to desk 1",
  explore_action: "look",
  golden_traj: [],
  explore_traj: [],
  full_golden_traj: [],
});
const PAIRS = Array.from({ length: 6 }, (_, id) => pair(id));

type Merge = (rules: RuleBase) => readonly RuleCall[];

/** Writes one Error rule a pair; keeps count of what it is asked. */
function writer(
  merge: Merge = () => [],
  type: "Error" | "Success Process" = "Error",
): RuleWriter & { asked: string[] } {
  const asked: string[] = [];
  return {
    name: "test writer",
    identity: {},
    asked,
    propose: (each) => {
      asked.push(`propose ${each.id}`);
      return Promise.resolve([{ name: "write_rule", rule: `When ${each.id}.`, type }]);
    },
    merge: (rules) => {
      asked.push(`merge ${rules.rules.length}`);
      return Promise.resolve(merge(rules));
    },
  };
}

/** Merges the last two Error rules. */
const mergeLast: Merge = ({ rules }) => {
  const [a, b] = rules.slice(-2);
  return [
    { name: "delete_rule", rule_id: b.id },
    { name: "update_rule", rule_id: a.id, rule: `${a.rule} ${b.rule}` },
  ];
};

const texts = (base: RuleBase): string[] => base.rules.map(({ rule }) => rule);

describe("buildRules", () => {
  it("adds rules for each pair and merges while there are too many", async () => {
    const updates: string[] = [];
    const merging = writer(mergeLast);
    const base = await buildRules({
      pairs: PAIRS.slice(0, 4),
      writer: merging,
      limit: 2,
      onProgress: ({ done, total, note }) => updates.push(`${done}/${total} ${note}`),
    });
    expect(texts(base)).toEqual(["When 0.", "When 1. When 2. When 3."]);
    expect(base.rules.map(({ support }) => support)).toEqual([1, 3]);
    expect(merging.asked.filter((each) => each.startsWith("merge"))).toHaveLength(2);
    expect(updates).toEqual(["1/4 1 rules", "2/4 2 rules", "3/4 2 rules", "4/4 2 rules"]);
    expect(base.history.map(({ by, pair: of, call }) => `${by}: ${call.name} (${of})`).slice(2, 6)).toEqual([
      "test writer: write_rule (2/0)",
      "test writer merge: delete_rule (2/0)",
      "test writer merge: update_rule (2/0)",
      "arrange: arrange_rules (2/0)",
    ]);
    expect(JSON.stringify(RuleBase.replay(RuleBase.from(), base.history))).toBe(JSON.stringify(base));
  });

  it("never merges two Success Process rules, whatever the writer says, and drops the latest in the end", async () => {
    const merging = writer(mergeLast, "Success Process");
    const base = await buildRules({ pairs: PAIRS.slice(0, 3), writer: merging, limit: 2 });
    expect(texts(base)).toEqual(["When 0.", "When 1."]);
    expect(base.history.filter(({ call }) => call.name === "update_rule")).toEqual([]);
  });

  it("drops the least supported Error rule where rounds are used up, and no Success Process rule before", async () => {
    const seeds = RuleBase.from({
      rule_0: { rule: "P", type: "Success Process" },
      rule_1: { rule: "E", type: "Error", support: 1 },
      rule_2: { rule: "F", type: "Error", support: 9 },
    });
    const idle = writer(({ rules }) => [{ name: "update_rule", rule_id: rules[1].id }]);
    const base = await buildRules({ pairs: [pair(7)], writer: idle, seeds, limit: 2, mergeRounds: 3 });
    expect(idle.asked).toEqual(["propose 7", "merge 4", "merge 4", "merge 4"]);
    expect(texts(base)).toEqual(["P", "F"]);
    expect(base.history.filter(({ by }) => by === "limit").map(({ before }) => before[0].rule)).toEqual([
      "When 7.",
      "E",
    ]);
    expect(seeds.rules).toHaveLength(3);
    expect(seeds.history).toEqual([]);
  });

  it("asks a writer that knows nothing to merge only once a pair", async () => {
    const helpless = writer();
    await buildRules({ pairs: PAIRS.slice(0, 3), writer: helpless, limit: 1 });
    expect(helpless.asked).toEqual(["propose 0", "propose 1", "merge 2", "propose 2", "merge 2"]);
  });

  it("goes on where it was killed, after any answer, with no question asked twice", async () => {
    const whole = writer(mergeLast);
    const expected = await buildRules({ pairs: PAIRS, writer: whole, limit: 3 });
    for (let killed = 1; killed <= whole.asked.length; killed++) {
      const stateFile = path.join(folder, `${killed}.json`);
      const dying = writer(mergeLast);
      const stop = <T>(answer: T): T => {
        if (dying.asked.length > killed) throw new Error("killed");
        return answer;
      };
      const first: RuleWriter = {
        ...dying,
        propose: async (each, rules) => stop(await dying.propose(each, rules)),
        merge: async (rules, limit) => stop(await dying.merge(rules, limit)),
      };
      const dead = buildRules({ pairs: PAIRS, writer: first, limit: 3, stateFile });
      if (killed < whole.asked.length) await expect(dead).rejects.toThrow("killed");
      else await dead;
      const second = writer(mergeLast);
      const base = await buildRules({ pairs: PAIRS, writer: second, limit: 3, stateFile });
      expect([...dying.asked.slice(0, killed), ...second.asked]).toEqual(whole.asked);
      expect(JSON.stringify(base)).toBe(JSON.stringify(expected));
      expect(JSON.parse(JSON.stringify(base.history))).toEqual(JSON.parse(JSON.stringify(expected.history)));
    }
  });

  it("stops when told to, and goes on later", async () => {
    const controller = new AbortController();
    const options = { pairs: PAIRS, limit: 9, stateFile: path.join(folder, "state.json") };
    const stopped = buildRules({
      ...options,
      writer: writer(),
      signal: controller.signal,
      onProgress: ({ done }) => done === 2 && controller.abort(),
    });
    await expect(stopped).rejects.toThrow(Interrupted);
    const rest = writer();
    expect((await buildRules({ ...options, writer: rest })).rules).toHaveLength(6);
    expect(rest.asked).toHaveLength(4);
  });

  it("refuses a state of other work, one that is broken, and limits that are none", async () => {
    const stateFile = path.join(folder, "state.json");
    await buildRules({ pairs: PAIRS, writer: writer(), limit: 9, stateFile });
    const other = buildRules({ pairs: PAIRS.slice(1), writer: writer(), limit: 9, stateFile });
    await expect(other).rejects.toThrow(/state\.json belongs to other pairs/);
    fs.writeFileSync(stateFile, "{}");
    await expect(buildRules({ pairs: PAIRS, writer: writer(), limit: 9, stateFile })).rejects.toThrow(UserError);
    await expect(buildRules({ pairs: PAIRS, writer: writer(), limit: 0 })).rejects.toThrow("limit 0");
    await expect(buildRules({ pairs: PAIRS, writer: writer(), limit: 1.5 })).rejects.toThrow("limit 1.5");
  });
});
