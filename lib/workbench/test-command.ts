import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { projectRoot } from "./project.ts";

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command of ours in a process of its own, as `npm` would.
 * @param until once this is true, the process gets a Ctrl-C
 */
export function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  until?: () => boolean,
): Promise<Ended> {
  const child = spawn(process.execPath, ["--import", "tsx", "lib/workbench/cli.ts", ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  if (until) {
    void (async () => {
      while (!until() && child.exitCode === null) await sleep(50);
      child.kill("SIGINT");
    })();
  }
  return new Promise((resolve) => child.on("close", (status) => resolve({ status, stdout, stderr })));
}
