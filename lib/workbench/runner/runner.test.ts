import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { execute, missingJupyter, notebookFolder, readOutputs, writeNotebook } from "../kernel/testing.ts";
import { jupyterEnvironment, pythonOf } from "./jupyter.ts";
import { runNotebook } from "./runner.ts";
import { runNotebookInTerminal } from "./terminal.ts";

const skip = missingJupyter();
if (skip) console.warn(`skipped: ${skip}`);

const { folder } = notebookFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

describe.skipIf(skip)("runNotebook", () => {
  it("gives the parameters cell other values and the environment on top", async () => {
    const cells = [
      { source: "let name = 'none';\nlet options = { steps: 1 };\nlet kept = 3;", tags: ["parameters"] },
      { source: "console.log(name, options.steps + 1, kept, process.env['WAYMARK_TEST']);" },
    ];
    const parameters = { name: `it's "quoted" </script>`, options: { steps: 41 } };
    const { result, outputs } = await execute(folder, cells, { parameters, env: { WAYMARK_TEST: "given" } });
    expect(result).toEqual({ ok: true });
    expect(outputs[2][0].text).toBe(`it's "quoted" </script> 42 3 given\n`);
  }, 60_000);

  it("stops at the first failing cell, tells which, and keeps the outputs so far", async () => {
    const cells = [
      { source: "console.log('first')" },
      { source: "const value = 7;\nthrow new RangeError(`bad ${value}`);" },
      { source: "console.log('never')" },
    ];
    const notebook = path.join(folder, "failing.ipynb");
    const output = path.join(folder, "runs", "failing.ipynb");
    writeNotebook(notebook, cells);
    const lines: string[] = [];
    const result = await runNotebookInTerminal(
      { notebook, output },
      { live: () => {}, line: (text) => lines.push(text) },
    );
    expect(result).toMatchObject({ ok: false, cell: 2, source: cells[1].source, ename: "RangeError", evalue: "bad 7" });
    expect(lines).toEqual([
      "✗ failing.ipynb · code cell 2 failed: RangeError: bad 7",
      "  │ const value = 7;",
      "  │ throw new RangeError(`bad ${value}`);",
      "  RangeError: bad 7",
      "      at (cell 2:2:7)",
      `  the notebook with its outputs so far: ${output}`,
    ]);
    const outputs = readOutputs(output);
    expect(outputs.map((cell) => cell.map((item) => item.text ?? item.ename))).toEqual([
      ["first\n"],
      ["RangeError"],
      [],
    ]);
  }, 60_000);

  it("reports a session that ended itself", async () => {
    const { result } = await execute(folder, [{ source: "process.exit(3)" }]);
    expect(result).toMatchObject({ ok: false, cell: 1, ename: "KernelDied", source: "process.exit(3)" });
  }, 60_000);

  it("ends with status 130 on SIGINT and keeps the outputs so far", async () => {
    const notebook = path.join(folder, "endless.ipynb");
    const output = path.join(folder, "interrupted.ipynb");
    writeNotebook(notebook, [{ source: "console.log('begun');\nawait new Promise(() => {});" }]);
    const runner = spawn(pythonOf(), [path.join(import.meta.dirname, "run_notebook.py")], {
      env: jupyterEnvironment(process.env),
    });
    runner.stdin.write(JSON.stringify({ notebook, output, folder, parameters: {}, cleanUpSeconds: 20 }) + "\n");
    let told = "";
    runner.stdout.on("data", (chunk: Buffer) => {
      if (!told.includes("begun") && (told += chunk.toString()).includes("begun")) runner.kill("SIGINT");
    });
    const [status] = (await once(runner, "exit")) as [number];
    runner.stdin.end();
    expect(status).toBe(130);
    expect(readOutputs(output)[0].map((item) => item.text ?? item.ename)).toEqual(["begun\n", "Interrupted"]);
  }, 60_000);

  it("refuses parameters that the notebook does not have", async () => {
    const cells = [{ source: "let seed = 1;", tags: ["parameters"] }];
    await expect(execute(folder, cells, { parameters: { sead: 2 } })).rejects.toThrow(
      "has no parameter sead; it has seed",
    );
    await expect(runNotebook({ notebook: path.join(folder, "no.ipynb"), output: "" })).rejects.toThrow(
      "no such notebook",
    );
  }, 60_000);
});
