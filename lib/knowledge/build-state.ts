import * as fs from "node:fs";
import { z } from "zod";
import { canonicalJson, sha256, UserError, writeJson } from "../base/index.ts";
import type { BuildRulesOptions } from "./build-rules.ts";
import { RuleBase, type RuleChange } from "./rule-base.ts";
import { readJsonFile } from "./rule.ts";

/** How far the building of a rule base has come. */
export interface Build {
  readonly rules: RuleBase;
  /** Pairs that are done with. */
  pair: number;
  /** Rounds of merging since the writer was shown the pair; null: it was not. */
  merges: number | null;
  save(): void;
}

const stateSchema = z.object({
  signature: z.string(),
  pair: z.int().nonnegative(),
  merges: z.int().nonnegative().nullable(),
  rules: z.unknown(),
  history: z.array(z.unknown()),
});

/** A build from the beginning, or where its state file has it. Throws `UserError` where the file is of other work. */
export function openBuild(options: BuildRulesOptions): Build {
  const { pairs, writer, seeds, limit, mergeRounds, stateFile } = options;
  const start = seeds?.toJSON() ?? {};
  const known = { pairs, writer: { name: writer.name, ...writer.identity }, seeds: start, limit, mergeRounds };
  const signature = sha256(canonicalJson(known));
  const state = stateFile !== undefined && fs.existsSync(stateFile) ? readState(stateFile, signature) : null;
  const rules = state?.rules ?? RuleBase.from(start, "the seed rules");
  const build: Build = {
    rules,
    pair: state?.pair ?? 0,
    merges: state?.merges ?? null,
    save() {
      if (stateFile === undefined) return;
      const { pair, merges } = build;
      writeJson(stateFile, { signature, pair, merges, rules, history: rules.history });
    },
  };
  return build;
}

function readState(file: string, signature: string): Pick<Build, "rules" | "pair" | "merges"> {
  const result = stateSchema.safeParse(readJsonFile(file));
  if (!result.success) {
    const { path, message } = result.error.issues[0];
    throw new UserError(`${file}: no state of a rule base being built: ${path.map(String).join(".")}: ${message}`);
  }
  const { pair, merges, rules, history } = result.data;
  if (result.data.signature !== signature)
    throw new UserError(`${file} belongs to other pairs, seeds, limits or another writer; delete it or name another`);
  return { pair, merges, rules: RuleBase.from(rules, file, history as RuleChange[]) };
}
