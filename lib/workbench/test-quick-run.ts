import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll } from "vitest";
import { runCommand, type Ended } from "./test-command.ts";

/** A recipe's quick version as a user runs it, in folders of its own that go when the test ends, without published data. */
export interface QuickRun {
  /** Folder of the experiment. */
  readonly experiment: string;
  /** A file or folder of the main run. */
  stage(...names: string[]): string;
  /** Runs the command to its end, or with Ctrl-C once `until` holds. */
  run(until?: () => boolean): Promise<Ended>;
}

export function quickRun(recipe: string): QuickRun {
  const [runs, empty] = ["runs", "no-data"].map((name) => fs.mkdtempSync(path.join(os.tmpdir(), `${recipe}-${name}-`)));
  afterAll(() => {
    for (const folder of [runs, empty]) fs.rmSync(folder, { recursive: true, force: true });
  });
  const experiment = path.join(runs, `${recipe}-quick`);
  return {
    experiment,
    stage: (...names) => path.join(experiment, "main-seed0", ...names),
    run: (until) =>
      runCommand(["run", "--recipe", recipe, "--quick"], { WAYMARK_RUNS: runs, WAYMARK_DATA: empty }, until),
  };
}
