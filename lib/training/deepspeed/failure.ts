import * as fs from "node:fs";
import * as path from "node:path";
import { readJson } from "../../base/index.ts";

/** What a process of a job says of itself, see `records.py`. */
export interface RankRecord {
  readonly rank: number;
  readonly world: number;
  readonly host: string;
  readonly process: number;
  /** Steps that it had done. */
  readonly step: number;
  /** `running` to the last: it was killed. */
  readonly state: "running" | "stopping" | "failed" | "ended";
  /** Seconds since 1970. */
  readonly time: number;
  readonly error?: string;
  readonly lines?: readonly string[];
}

/** What a process says when another one is gone. */
const COMMUNICATION =
  /closed by peer|connection reset|gloo|nccl|broken pipe|DistBackendError|DistStoreError|Timed out/i;

/** The record of the process that failed first, others having failed because of it; undefined where all ended well. */
export function failedRank(records: readonly RankRecord[]): RankRecord | undefined {
  const failed = records.filter(({ state }) => state === "failed").sort((a, b) => a.time - b.time);
  const byItself = failed.find(({ error = "" }) => !COMMUNICATION.test(error));
  return byItself ?? records.find(({ state }) => state === "running") ?? failed[0];
}

const LAST_LINES = 8;

/** Which process failed, where and why, with the last lines of its log. */
export function describeFailure(folder: string, exitCode: number | null, output: string): string {
  const record = failedRank(readRecords(folder));
  if (!record) {
    const last = output.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
    return `the launcher ended with exit code ${exitCode} before any process had begun:\n${last}`;
  }
  const { rank, world, host, step, error } = record;
  const who = `rank ${rank} of ${world} (${host}, process ${record.process})`;
  const what = error ?? "ended without a word: it was killed, for instance because the machine ran out of memory";
  const log = path.join(folder, "logs", `rank-${rank}.log`);
  const text = fs.existsSync(log) ? fs.readFileSync(log, "utf8").trimEnd() : "";
  const lines = record.lines ?? text.split("\n").slice(-LAST_LINES);
  return `${who} failed after step ${step}: ${what}\nLast lines of ${log}:\n${lines.slice(-LAST_LINES).join("\n")}`;
}

export function readRecords(folder: string): RankRecord[] {
  const ranks = path.join(folder, "ranks");
  if (!fs.existsSync(ranks)) return [];
  const files = fs.readdirSync(ranks).filter((name) => name.endsWith(".json"));
  return files.map((name) => readJson<RankRecord>(path.join(ranks, name)));
}
