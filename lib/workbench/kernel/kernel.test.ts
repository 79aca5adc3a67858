import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../project.ts";
import { execute, missingJupyter, notebookFolder, type Output, type TestCell } from "./testing.ts";

const skip = missingJupyter();
if (skip) console.warn(`skipped: ${skip}`);

const { folder, lib } = notebookFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** One kernel start for all cells; tests look at single cells' outputs by name. */
const CELLS = {
  manyLines: { source: "for (let i = 0; i < 20000; i++) console.log(`line ${i}`);" },
  manyOutputs: {
    source: `import { showHtml } from "${lib}/workbench/notebook/index.ts";
for (let i = 0; i < 6000; i++) { showHtml("<b>" + i + "</b>", "html " + i); }`,
  },
  order: { source: `console.log("one"); showHtml("<i>two</i>", "two"); console.error("three"); console.log("four");` },
  last: { source: "const answer = 6 * 7;\nanswer" },
  redeclared: { source: "const answer = 'again';\nconsole.log(answer.toUpperCase());" },
  shorthand: {
    source: `const earlier = "x", answers = (made: object) => JSON.stringify(made);
let count = 1;`,
  },
  shorthandUsed: {
    source: `const own = 2;
({ count = 5 } = { count: undefined } as { count?: number });
console.log(answers({ earlier, own, list: [own].map((own) => ({ own, earlier })), count }));`,
  },
  thrown: { source: "function inner(): never { throw new RangeError('bad 7'); }\n\ninner();", fails: true },
  thrownLater: { source: "await new Promise((r) => setTimeout(r, 5));\nthrow new TypeError('late');", fails: true },
  thrownValue: { source: "throw { code: 7 };", fails: true },
  rejection: { source: "void Promise.reject(new SyntaxError('nobody waits'));", fails: true },
  rejectionWhileWaiting: {
    source: "setTimeout(() => void Promise.reject(new Error('gone')), 20);\nawait new Promise(() => {});",
    fails: true,
  },
  timer: {
    source: "setTimeout(() => { throw new Error('in a timer'); }, 20);\nawait new Promise(() => {});",
    fails: true,
  },
  between: { source: "void setTimeout(() => void Promise.reject(new Error('after its cell')), 100);" },
  afterBetween: { source: "await new Promise((r) => setTimeout(r, 1000));\nconsole.log('ran');", fails: true },
  strict: { source: "const found = ['a'].find((x) => x === 'b');\nconsole.log(found.length);", fails: true },
  syntax: { source: "const = 1;", fails: true },
  libraryError: {
    source: `import { fail } from "${lib}/workbench/kernel/fixtures/packages.ts";\nfail();`,
    fails: true,
  },
  packages: {
    source: `import { place, usePackages } from '${lib}/workbench/kernel/fixtures/packages.ts';
console.log(JSON.stringify({ ...usePackages(), ...place }));`,
  },
  withoutExtension: {
    source: `import { sha256 } from "${lib}/base";\nconst later = await import("${lib}/base/html.ts");
console.log(sha256("").slice(0, 8), later.escapeHtml("<"), 'import x from "./untouched.ts"');`,
  },
  progress: {
    source: `import { progressBar } from "${lib}/workbench/notebook/index.ts";
const bar = progressBar("counting", "steps");
for (let done = 0; done <= 40; done++) { bar.update({ done, total: 40 }); await new Promise((r) => setTimeout(r, 15)); }
bar.close("all of <them>");`,
  },
  bundle: {
    source: `import { showFigure, showTable } from "${lib}/workbench/notebook/index.ts";
showFigure({ data: [{ x: [1], y: [2], name: "loss" }], layout: { title: { text: "Training" } } });
showTable([{ task: "<script>", n: 3 }, { task: "b", n: 4 }], { limit: 1 });`,
  },
  fileAppears: {
    source: `import * as fs from "node:fs";
const appeared = "lib/workbench/kernel/fixtures/appeared.ts";
fs.writeFileSync(appeared, "export const fresh = 1;"); await new Promise((r) => setTimeout(r, 400));
fs.rmSync(appeared); await new Promise((r) => setTimeout(r, 400));`,
  },
  alive: { source: "console.log('alive');" },
} satisfies Record<string, TestCell>;

describe.skipIf(skip)("a notebook in our kernel", () => {
  let outputs: Record<keyof typeof CELLS, Output[]>;
  const progress: string[] = [];
  beforeAll(async () => {
    const run = await execute(folder, Object.values(CELLS), {
      onEvent: (event) => event.event === "progress" && progress.push(event.text),
    });
    expect(run.result).toEqual({ ok: true });
    outputs = Object.fromEntries(Object.keys(CELLS).map((name, i) => [name, run.outputs[i]])) as typeof outputs;
  }, 180_000);

  const text = (name: keyof typeof CELLS): string => outputs[name].map((output) => output.text ?? "").join("");
  const error = (name: keyof typeof CELLS): Output => {
    expect(outputs[name].map((output) => output.output_type)).toContain("error");
    return outputs[name].find((output) => output.output_type === "error")!;
  };

  it("keeps 20,000 lines of output", () => {
    expect(text("manyLines")).toBe(Array.from({ length: 20000 }, (_, i) => `line ${i}\n`).join(""));
  });

  it("keeps 6,000 displays", () => {
    expect(outputs.manyOutputs.map((output) => output.data?.["text/plain"])).toEqual(
      Array.from({ length: 6000 }, (_, i) => `html ${i}`),
    );
  });

  it("keeps the order of streams and displays", () => {
    expect(outputs.order.map((output) => output.text ?? output.data?.["text/html"])).toEqual([
      "one\n",
      "<i>two</i>",
      "three\n",
      "four\n",
    ]);
  });

  it("shows a cell's last value, and lets a later cell declare its name again", () => {
    expect(text("last")).toBe("42\n");
    expect(text("redeclared")).toBe("AGAIN\n");
  });

  it("knows variables of earlier cells in `{ name }`", () => {
    expect(text("shorthandUsed")).toBe('{"earlier":"x","own":2,"list":[{"own":2,"earlier":"x"}],"count":5}\n');
  });

  it("reports what is thrown as a Jupyter error, with the cell's own lines", () => {
    expect(error("thrown")).toMatchObject({ ename: "RangeError", evalue: "bad 7" });
    const cell = Object.keys(CELLS).indexOf("thrown") + 1;
    expect(error("thrown").traceback).toEqual([
      "RangeError: bad 7",
      `    at inner (cell ${cell}:1:33)`,
      `    at (cell ${cell}:3:1)`,
    ]);
    expect(error("thrownLater")).toMatchObject({ ename: "TypeError", evalue: "late" });
    expect(error("thrownValue")).toMatchObject({ ename: "Thrown", evalue: "{ code: 7 }" });
  });

  it("names library lines as they stand in the TypeScript file", () => {
    const file = path.join("lib", "workbench", "kernel", "fixtures", "packages.ts");
    const source = fs.readFileSync(path.join(projectRoot, file), "utf8").split("\n");
    const line = source.findIndex((code) => code.includes("from the library")) + 1;
    expect(error("libraryError").traceback?.[1]).toMatch(new RegExp(`at .*fail \\(${file}:${line}:`));
  });

  it("fails the cell on a rejection nobody handles and on an error in a timer", () => {
    expect(error("rejection")).toMatchObject({ ename: "SyntaxError", evalue: "nobody waits" });
    expect(error("rejectionWhileWaiting")).toMatchObject({ ename: "Error", evalue: "gone" });
    expect(error("timer")).toMatchObject({ ename: "Error", evalue: "in a timer" });
  });

  it("fails the next cell on a rejection that came after its own cell had ended", () => {
    expect(outputs.between).toEqual([]);
    expect(error("afterBetween")).toMatchObject({ ename: "Error", evalue: "after its cell" });
  });

  it("checks types strictly and shows where", () => {
    expect(error("strict")).toMatchObject({
      ename: "CompileError",
      evalue: "line 2:13 - 'found' is possibly 'undefined'.",
    });
    expect(error("strict").traceback?.[1]).toBe("    console.log(found.length);");
    expect(error("syntax").ename).toBe("CompileError");
  });

  it("imports lib files with .ts specifiers, and through them ES modules and CommonJS", () => {
    const file = path.join(projectRoot, "lib", "workbench", "kernel", "fixtures", "packages.ts");
    expect(JSON.parse(text("packages").trim().split("\n").at(-1)!)).toEqual({
      arquero: 2,
      danfojs: [3, 1],
      marked: "<p><em>a</em></p>",
      tensorflow: [2, 3],
      yaml: 1,
      zod: false,
      url: `file://${file}`,
      file,
      folder: path.dirname(file),
    });
    expect(text("withoutExtension")).toBe('e3b0c442 &lt; import x from "./untouched.ts"\n');
  });

  it("updates a progress bar in place and leaves one output", () => {
    expect(progress.length).toBeGreaterThan(2);
    expect(outputs.progress).toHaveLength(1);
    const { data } = outputs.progress[0];
    expect(data?.["text/plain"]).toMatch(/^counting 40\/40 steps · .* · all of <them>$/);
    expect(data?.["text/html"]).toContain("all of &lt;them&gt;");
  });

  it("shows figures and tables as MIME bundles with plain text beside", () => {
    const [figure, table] = outputs.bundle.map((output) => output.data);
    expect(figure?.["application/vnd.plotly.v1+json"]).toMatchObject({
      data: [{ x: [1], y: [2], name: "loss" }],
      layout: { title: { text: "Training" }, paper_bgcolor: "rgba(0,0,0,0)" },
    });
    expect(figure?.["text/plain"]).toBe("[figure: Training (loss)]");
    expect(table?.["text/html"]).toContain('<td style="text-align:left">&lt;script&gt;</td>');
    expect(table?.["text/plain"]).toBe("task      n\n────────  ─\n<script>  3\n… 1 more of 2 rows");
  });

  it("lives on after all of this", () => expect(text("alive")).toBe("alive\n"));
});

describe.skipIf(skip)("an interrupt", () => {
  const interruptWhen = async (cells: readonly TestCell[], told: string): Promise<Output[][]> => {
    const controller = new AbortController();
    const run = execute(folder, cells, {
      signal: controller.signal,
      onEvent: (event) => event.event === "stream" && event.text.includes(told) && controller.abort(),
    });
    await expect(run).rejects.toThrow(/stopped in code cell 1/);
    const { readOutputs } = await import("./testing.ts");
    return readOutputs(path.join(folder, "executed.ipynb"));
  };

  it("lets code that listens to SIGINT save its state and say so", async () => {
    const source = `import { withInterrupt } from "${lib}/workbench/interrupt.ts";
await withInterrupt(async (signal) => {
  console.log("working");
  while (!signal.aborted) await new Promise((r) => setTimeout(r, 10));
  await new Promise((r) => setTimeout(r, 100));
  console.log("saved");
  throw signal.reason;
});`;
    const outputs = await interruptWhen([{ source }, { source: "console.log('not reached')" }], "working");
    expect(outputs[0].map((output) => output.text ?? output.ename)).toEqual(["working\nsaved\n", "Interrupted"]);
    expect(outputs[1]).toEqual([]);
  }, 60_000);

  it("ends a loop that never yields, and the kernel survives it", async () => {
    const source = `console.log("busy"); await new Promise((r) => setTimeout(r, 200));\nwhile (true) {}`;
    const outputs = await interruptWhen([{ source }], "busy");
    expect(outputs[0].at(-1)).toMatchObject({ ename: "Interrupted", evalue: "stopped by the user" });
  }, 60_000);
});
