import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { writeJson } from "../../base/index.ts";
import { describeFailure, failedRank, type RankRecord } from "./failure.ts";
import { temporaryFolder } from "./fixtures/tiny-jobs.ts";

const record = (rank: number, more: Partial<RankRecord>): RankRecord => ({
  rank,
  world: 3,
  host: "node",
  process: 100 + rank,
  step: 7,
  state: "ended",
  time: rank,
  ...more,
});
const gone = "RuntimeError: [gloo/transport/tcp/pair.cc:534] Connection closed by peer [127.0.0.1]:1234";

describe("the rank that failed", () => {
  it("is the one with an error of its own, though another noticed earlier", () => {
    const records = [
      record(0, { state: "failed", error: gone, time: 1 }),
      record(1, { state: "failed", error: "OutOfMemoryError: CUDA out of memory", time: 2 }),
      record(2, { state: "stopping" }),
    ];
    expect(failedRank(records)?.rank).toBe(1);
  });

  it("is the one that left no word, where the others only lost it", () => {
    const records = [
      record(0, { state: "failed", error: gone }),
      record(1, { state: "stopping" }),
      record(2, { state: "running" }),
    ];
    expect(failedRank(records)?.rank).toBe(2);
  });

  it("is the first that lost another where all did, and none where all ended", () => {
    const lost = [
      record(0, { state: "failed", error: gone, time: 5 }),
      record(1, { state: "failed", error: gone, time: 4 }),
    ];
    expect(failedRank(lost)?.rank).toBe(1);
    expect(failedRank([record(0, {}), record(1, {})])).toBeUndefined();
  });
});

describe("the message", () => {
  it("has rank, host, step, error and the last lines", () => {
    const folder = temporaryFolder();
    const lines = ["Traceback", "  File", "ValueError: bad"];
    writeJson(path.join(folder, "ranks", "1.json"), record(1, { state: "failed", error: "ValueError: bad", lines }));
    expect(describeFailure(folder, 1, "")).toBe(
      `rank 1 of 3 (node, process 101) failed after step 7: ValueError: bad\nLast lines of ${path.join(folder, "logs", "rank-1.log")}:\n${lines.join("\n")}`,
    );
  });

  it("reads the log of a rank that left no word", () => {
    const folder = temporaryFolder();
    writeJson(path.join(folder, "ranks", "0.json"), record(0, { state: "running" }));
    fs.mkdirSync(path.join(folder, "logs"));
    fs.writeFileSync(path.join(folder, "logs", "rank-0.log"), "one\ntwo\n");
    expect(describeFailure(folder, null, "")).toMatch(/ended without a word[^]*one\ntwo$/);
  });

  it("is the launcher's own where no process began", () => {
    expect(describeFailure(temporaryFolder(), 127, "bash: no such program\n")).toBe(
      "the launcher ended with exit code 127 before any process had begun:\nbash: no such program",
    );
  });
});
