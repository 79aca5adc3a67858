import * as path from "node:path";
import { vi, type TestContext } from "vitest";
import { selectEngine } from "../model/index.ts";
import { deepSpeedPython } from "../training/index.ts";

/** Prepares a test that trains with DeepSpeed in the workbench, with its runs below `folder`; skips it without DeepSpeed. */
export function withDeepSpeed(context: TestContext, folder: string): void {
  selectEngine("cpu");
  try {
    deepSpeedPython();
  } catch (error) {
    context.skip((error as Error).message);
  }
  vi.stubEnv("WAYMARK_RUNS", path.join(folder, "runs"));
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
}
