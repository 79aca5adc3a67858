import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { dataFolder, UserError } from "../base/index.ts";
import { RuleBase } from "./rule-base.ts";
import { readJsonFile } from "./rule.ts";

/** The environment that knowledge is about: ALFWorld's household, or WebShop. */
export type KnowledgeDomain = "household" | "shop";

/** `ours`: from `data/knowself`. `published`: KnowSelf's own files, from the data folder. */
export type KnowledgeSource = "ours" | "published";

export interface Knowledge {
  readonly source: KnowledgeSource;
  /** The rules from which a base is built. */
  readonly seeds: RuleBase;
  /** The published rule base (24 or 10 rules); null for ours, which are built from pairs. */
  readonly built: RuleBase | null;
  /** Knowledge of a whole task, by the type of task: a name of ALFWorld's or of KnowSelf's. Throws for an unknown type. */
  readonly task: (type: string) => string;
}

export interface LoadKnowledgeOptions {
  readonly domain: KnowledgeDomain;
  /** Default: the published one where it is at hand, else ours. */
  readonly source?: KnowledgeSource;
  /** The data folder; default: that of the project. */
  readonly folder?: string | null;
}

const OURS = fileURLToPath(new URL("../../data/knowself/", import.meta.url));
const PUBLISHED = { household: "alfworld", shop: "webshop" } as const;
/** The key of the shop's task knowledge. */
const SHOP_TASK = "webshop";

/** Knowledge to start from. Throws `UserError` that names the missing file where `published` is asked for and not there. */
export function loadKnowledge({ domain, source, folder = dataFolder() }: LoadKnowledgeOptions): Knowledge {
  const at = folder === null ? null : path.join(folder, "knowself", PUBLISHED[domain]);
  const isThere = at !== null && fs.existsSync(path.join(at, "rule_manager.json"));
  if (source === "ours" || (source === undefined && !isThere)) return ourKnowledge(domain);
  if (!isThere) {
    const file = path.join(at ?? path.join("data/external/knowself", PUBLISHED[domain]), "rule_manager.json");
    throw new UserError(`${file}: no such file; data/README.md says where KnowSelf's published rules come from`);
  }
  const file = path.join(at, "task_knowledge.json");
  return {
    source: "published",
    seeds: RuleBase.load(path.join(at, "init_rules.json")),
    built: RuleBase.load(path.join(at, "rule_manager.json")),
    // KnowSelf gives the shop no knowledge of the whole task.
    task: domain === "shop" ? ourKnowledge(domain).task : taskTexts(readJsonFile(file), file),
  };
}

/** Knowledge of a whole task in our words. */
export const taskKnowledge = (domain: KnowledgeDomain, type: string): string => ourKnowledge(domain).task(type);

const known = new Map<KnowledgeDomain, Omit<Knowledge, "seeds">>();

function ourKnowledge(domain: KnowledgeDomain): Knowledge {
  const [rules, tasks] = [path.join(OURS, "seed-rules.json"), path.join(OURS, "task-knowledge.json")];
  const part = (file: string): unknown => (readJsonFile(file) as Record<string, unknown>)[domain];
  const rest = known.get(domain) ?? { source: "ours", built: null, task: taskTexts(part(tasks), tasks) };
  known.set(domain, rest);
  return { ...rest, seeds: RuleBase.from(part(rules), rules) };
}

/** KnowSelf's keys for ALFWorld's names of task types. */
const KEYS: Readonly<Record<string, string>> = {
  pick_and_place_simple: "pick_and_place",
  look_at_obj_in_light: "look_at_obj",
  pick_clean_then_place_in_recep: "pick_clean_then_place",
  pick_heat_then_place_in_recep: "pick_heat_then_place",
  pick_cool_then_place_in_recep: "pick_cool_then_place",
  pick_two_obj_and_place: "pick_two_obj",
};

function taskTexts(value: unknown, file: string): (type: string) => string {
  const result = z.record(z.string(), z.string()).safeParse(value);
  if (!result.success) throw new UserError(`${file}: texts by types of tasks are expected: ${result.error.message}`);
  const texts = new Map(Object.entries(result.data));
  const keys = [...texts.keys()];
  return (type) => {
    const text = texts.get(KEYS[type] ?? type) ?? (keys.length === 1 ? texts.get(SHOP_TASK) : undefined);
    if (text === undefined)
      throw new UserError(
        `no knowledge of tasks of the type ${JSON.stringify(type)}; there is some of ${keys.join(", ")}`,
      );
    return text;
  };
}
