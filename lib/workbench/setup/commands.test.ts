import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { closingLine } from "./checks.mjs";
import { projectRoot } from "./context.mjs";
import { fakeProject, pythonAnswer } from "./fakes.ts";
import { setUp, setupSteps } from "./steps.mjs";
import { stepLine } from "./terminal.mjs";

const setupCommand = (...options: string[]) =>
  spawnSync(process.execPath, ["lib/workbench/setup/main.mjs", ...options], { cwd: projectRoot, encoding: "utf8" });

/** A stream that keeps what is written to it. */
function page(isTTY: boolean) {
  const written: string[] = [];
  return {
    written,
    stream: { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream,
  };
}

describe("npm run setup", () => {
  it("explains itself", () => {
    const { status, stdout } = setupCommand("--help");
    expect(status).toBe(0);
    for (const option of ["--cpu", "--gpu", "--js", "--deepspeed", "--ray"]) expect(stdout).toContain(option);
  });

  it.each([
    [["--cuda"], "Set-up has no option --cuda: see npm run setup -- --help.\n"],
    [["--cpu", "--gpu"], "Choose one engine, not --cpu and --gpu: see npm run setup -- --help.\n"],
  ])("%s is refused in one sentence", (options, sentence) => {
    const { status, stderr } = setupCommand(...options);
    expect({ status, stderr }).toEqual({ status: 1, stderr: sentence });
  });
});

describe("set-up", () => {
  beforeEach(() => {
    const silent = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    return () => silent.mockRestore();
  });

  it("looks at the machine before any download, and gives its lock back", async () => {
    const project = fakeProject();
    await expect(setUp(project)).rejects.toThrow("The notebooks need Python");
    expect(project.exists(".setup/npm.log")).toBe(false);
    expect(project.exists(".setup/lock")).toBe(false);
  });

  it("asks for the disk space of the steps that are missing", () => {
    const gigabytes = (engine: "cpu" | "gpu" | "js") =>
      setupSteps(engine).reduce((sum, step) => sum + step.gigabytes, 0);
    expect({ cpu: gigabytes("cpu"), gpu: gigabytes("gpu"), js: gigabytes("js") }).toEqual({
      cpu: 2.9,
      gpu: 8.9,
      js: 1.4,
    });
  });

  it("is not run twice at once in the same folder", async () => {
    const project = fakeProject();
    project.write(".setup/lock", String(process.ppid));
    await expect(setUp(project)).rejects.toThrow(`Another set-up is at work in this folder (process ${process.ppid})`);
    expect(project.exists(".setup/lock")).toBe(true);
  });

  it("takes over the lock of a process that is gone", async () => {
    const project = fakeProject();
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    project.write(".setup/lock", String(gone));
    project.tool("python3", pythonAnswer("3.8.0"));
    await expect(setUp(project)).rejects.toThrow("this is 3.8.0");
  });
});

describe("a step's line", () => {
  it("is one line with tick, note and time where the output is no terminal", async () => {
    const { written, stream } = page(false);
    await stepLine("Step", (onProgress) => Promise.resolve(onProgress(0.5)).then(() => "note"), stream);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^✓ Step: note {2}\d+\.\d s\n$/);
  });

  it("shows the percentage in place in a terminal, and a cross for a failure", async () => {
    const { written, stream } = page(true);
    const work = (onProgress: (fraction: number) => void) => {
      onProgress(0.429);
      return Promise.reject(new Error("broken"));
    };
    await expect(stepLine("Step", work, stream)).rejects.toThrow("broken");
    expect(written).toContain("\r\x1b[K… Step  42 %");
    expect(written.at(-1)).toMatch(/^✗ Step {2}\d+\.\d s\n$/);
  });
});

describe("npm test", () => {
  it("ends with the numbers of tests", () => {
    expect(closingLine({ numPassedTests: 12, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 })).toBe(
      "12 passed, 1 failed, 3 skipped",
    );
  });

  it("is what CI runs", () => {
    expect(fs.readFileSync(path.join(projectRoot, ".ci/run"), "utf8")).toMatch(/^npm test$/m);
  });
});
