import * as path from "node:path";
import { readJsonl, UserError, writeFileAtomic, writeJson, type OnProgress } from "../../base/index.ts";
import {
  parseTrajectory,
  parseTrajectoryPair,
  recordGroups,
  writeForeign,
  type AnyFormat,
} from "../../trajectory/index.ts";
import type { ProgressBar } from "../notebook/index.ts";
import { DataStatistics, dataCard } from "./data-card.ts";
import type { RunFacts } from "./facts.ts";

export interface DataExport {
  /** Trajectories, or pairs of them, as JSON Lines. */
  readonly file: string;
  readonly formats: readonly AnyFormat[];
  readonly output: string;
  /** Most trajectories; default all. */
  readonly limit: number | undefined;
  readonly facts: RunFacts | null;
  /** Gives each format's file a bar of its own. */
  readonly progress: (format: string) => ProgressBar;
}

/**
 * Writes trajectories (or pairs) in foreign formats, one file each, with a data card, and `dataset_info.json` for those
 * that LLaMA-Factory reads. Resolves to the files with their numbers of records.
 */
export async function exportData(options: DataExport): Promise<{ file: string; records: number }[]> {
  const { file, formats, output, limit = Infinity, facts, progress } = options;
  const expected = Math.min(limit, Number(facts?.stages.get("trajectories")?.summary.kept ?? 0));
  const statistics = new DataStatistics();
  const written: { file: string; records: number; format: AnyFormat; columns: ReadonlySet<string> }[] = [];
  for (const format of formats) {
    const target = path.join(output, `${format.id}.${format.layout === "lines" ? "jsonl" : "json"}`);
    const columns = new Set<string>();
    const bar = progress(format.id);
    const onProgress: OnProgress = ({ done }) => bar.update({ done, total: Math.max(done, expected) });
    const noting = <T extends AnyFormat>(of: T): T => ({
      ...of,
      write: (value: never) => {
        const record = (of.write as (v: never) => unknown)(value);
        for (const column of Object.keys(record as object)) columns.add(column);
        return record;
      },
    });
    const rows = format.holds === "pairs" ? head(readJsonl(file, parseTrajectoryPair), limit) : null;
    const records =
      format.holds === "pairs"
        ? await writeForeign(target, statistics.countPairs(rows!), noting(format), onProgress)
        : await writeForeign(
            target,
            recordGroups(statistics.count(head(readJsonl(file, parseTrajectory), limit)), format),
            noting(format),
            onProgress,
          );
    written.push({ file: target, records, format, columns });
    statistics.close();
    bar.close();
  }
  const info = Object.fromEntries(
    written.flatMap(({ format, columns }) => {
      const entry = LLAMA_FACTORY[format.id]?.(columns);
      return entry ? [[`waymark_${format.id}`, { file_name: `${format.id}.jsonl`, ...entry }]] : [];
    }),
  );
  if (Object.keys(info).length > 0) writeJson(path.join(output, "dataset_info.json"), info);
  writeFileAtomic(path.join(output, "README.md"), dataCard(output, written, statistics, facts));
  return written;
}

/** What `dataset_info.json` says of a format. A column that no row has must not be named: reading it would fail. */
const LLAMA_FACTORY: Record<string, (columns: ReadonlySet<string>) => object> = {
  sharegpt: (columns) => ({
    formatting: "sharegpt",
    columns: { messages: "conversations", ...(columns.has("system") ? { system: "system" } : {}) },
    tags: { role_tag: "from", content_tag: "value", user_tag: "human", assistant_tag: "gpt" },
  }),
  alpaca: (columns) => ({
    columns: {
      prompt: "instruction",
      query: "input",
      response: "output",
      ...(columns.has("system") ? { system: "system" } : {}),
      ...(columns.has("history") ? { history: "history" } : {}),
    },
  }),
};

async function* head<T>(rows: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let count = 0;
  for await (const row of rows) {
    if (count++ >= limit) return;
    yield row;
  }
}

/** Throws `UserError` where a format does not hold what the file has. */
export function checkHolds(formats: readonly AnyFormat[], kind: "trajectories" | "pairs"): void {
  for (const { id, holds } of formats)
    if (holds !== kind) throw new UserError(`format ${id} holds ${holds}, but here are ${kind}`);
}
