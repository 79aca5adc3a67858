import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { testDataFolder, UserError } from "../base/index.ts";
import { TASK_TYPES } from "../environments/index.ts";
import { loadKnowledge, type RuleBase, taskKnowledge } from "./index.ts";

const folder = testDataFolder();
const hasPublished = folder !== null && fs.existsSync(path.join(folder, "knowself", "alfworld", "rule_manager.json"));

describe("our knowledge", () => {
  it.each([
    ["household", 10, 4],
    ["shop", 4, 0],
  ] as const)("of the %s has %d seed rules, %d of them of whole tasks", (domain, count, processes) => {
    const { seeds, built, source } = loadKnowledge({ domain, source: "ours" });
    expect([source, built, seeds.rules.length]).toEqual(["ours", null, count]);
    expect(seeds.rules.filter(({ type }) => type === "Success Process")).toHaveLength(processes);
    for (const { rule } of seeds.rules) expect(rule).toMatch(/^When .*, the agent should [^.]*\.$/);
  });

  it("has a text for each type of task, by ALFWorld's name or KnowSelf's", () => {
    const texts = TASK_TYPES.map((type) => taskKnowledge("household", type));
    expect(new Set(texts).size).toBe(6);
    expect(taskKnowledge("household", "pick_heat_then_place")).toBe(
      taskKnowledge("household", "pick_heat_then_place_in_recep"),
    );
    for (const text of texts) expect(text).toMatch(/^The task: .*\n\nWhich action may follow which:\n[^]*\n1\. go to/);
    expect(taskKnowledge("shop", "webshop")).toContain("click[value]");
    expect(taskKnowledge("shop", "any")).toBe(taskKnowledge("shop", "webshop"));
    expect(() => taskKnowledge("household", "dance")).toThrow(/"dance"; there is some of pick_and_place, /);
  });

  it("is given out anew each time, so that a change stays where it was made", () => {
    loadKnowledge({ domain: "shop", source: "ours" }).seeds.apply({ name: "delete_rule", rule_id: "rule_0" });
    expect(loadKnowledge({ domain: "shop", source: "ours" }).seeds.rules).toHaveLength(4);
  });

  it("stands in for the published one only where nobody asked for that", () => {
    expect(loadKnowledge({ domain: "shop", folder: null }).source).toBe("ours");
    const asked = () => loadKnowledge({ domain: "shop", source: "published", folder: null });
    expect(asked).toThrow(UserError);
    expect(asked).toThrow(/knowself\/webshop\/rule_manager\.json: no such file; data\/README\.md/);
  });
});

describe.skipIf(!hasPublished)("the published knowledge (skipped: no data folder has it)", () => {
  it.each([
    ["household", "alfworld", 10, 24, 3],
    ["shop", "webshop", 4, 10, 3],
  ] as const)("of the %s loads as it is", (domain, name, seeds, built, processes) => {
    const knowledge = loadKnowledge({ domain, folder });
    expect([knowledge.source, knowledge.seeds.rules.length]).toEqual(["published", seeds]);
    expect(knowledge.built!.rules).toHaveLength(built);
    expect(knowledge.built!.rules.filter(({ type }) => type === "Success Process")).toHaveLength(processes);
    const file = path.join(folder!, "knowself", name, "rule_manager.json");
    expect(knowledge.built!.toJSON()).toEqual(JSON.parse(fs.readFileSync(file, "utf8")));
    const before = JSON.stringify(knowledge.built);
    knowledge.built!.arrange();
    expect(JSON.stringify(knowledge.built)).toBe(before);
  });

  it("has the texts of whole tasks, none of which is ours", () => {
    const { task } = loadKnowledge({ domain: "household", source: "published", folder });
    for (const type of TASK_TYPES) {
      expect(task(type)).toMatch(/^When the task requires/);
      const ours = new Set(taskKnowledge("household", type).split("\n").filter((line) => line !== "")); // prettier-ignore
      expect(task(type).split("\n").filter((line) => ours.has(line.trim()))).toEqual([]); // prettier-ignore
    }
    expect(loadKnowledge({ domain: "shop", source: "published", folder }).task("webshop")).toBe(
      taskKnowledge("shop", "webshop"),
    );
  });

  it.each(["household", "shop"] as const)("of the %s shares no sentence with our seed rules", (domain) => {
    const published = loadKnowledge({ domain, folder });
    const ours = new Set(loadKnowledge({ domain, source: "ours" }).seeds.rules.map(({ rule }) => rule));
    for (const base of [published.seeds, published.built] as RuleBase[])
      expect(base.rules.filter(({ rule }) => ours.has(rule))).toEqual([]);
  });
});
