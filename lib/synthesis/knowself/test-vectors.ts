/** Published vectors and few-shots for the tests here; they lie in the data folder and are never committed. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { TestContext } from "vitest";
import { readJson, testDataFolder } from "../../base/index.ts";
import type { Message } from "./conversation.ts";

interface ParserCase {
  in: string;
  out?: string | string[];
  error?: string;
}
export interface Replay {
  key: string;
  task: string;
  reachable: number;
  actions_total: number;
  steps_applied: number;
  first_step_holding_object: number;
  error: string | null;
  final_loc: unknown;
  final_in_hand: unknown;
}
interface Vectors {
  sampler_parse_action_and_obj: ParserCase[];
  env_parse_action_alfworld: ParserCase[];
  webshop_parse_action: ParserCase[];
  alfworld_state_replay: Replay[];
  format_knowledgeable: { golden_context_len: number; full_golden_traj: Message[]; rule: string; out: Message[] };
  format_reflect: { explore_context: Message[]; full_golden_traj: Message[]; reflection: string; out: Message[] };
}

/** A published file of KnowSelf; the test is skipped where it is not at hand. */
function published<T>(context: TestContext, name: string): T {
  const file = path.join(testDataFolder() ?? "", "knowself", name);
  return fs.existsSync(file) ? readJson<T>(file) : context.skip("knowself is not in the data folder");
}

export const vectors = (context: TestContext): Vectors =>
  published<{ vectors: Vectors }>(context, "vectors.json").vectors;

export const fewShots = (context: TestContext): Record<string, string> =>
  published(context, "alfworld/alfworld_task_fewshots.json");
