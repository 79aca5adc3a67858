import { ESLint } from "eslint";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./context.mjs";

/** What lint says about source text, were it the text of this (existing) file: rule and message. */
async function lint(file: string, source: string): Promise<string[]> {
  const eslint = new ESLint({ cwd: projectRoot });
  const results = await eslint.lintText(source, { filePath: path.join(projectRoot, file) });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => `${ruleId}: ${message}`));
}

const oneWay = (from: string, to: string) =>
  `waymark/layers: lib/${from} may not import lib/${to}: imports point one way.`;

describe("lint", () => {
  it("refuses imports against the direction, however they are written", async () => {
    const said = await lint(
      "lib/trajectory/index.ts",
      [
        'import { a } from "../environments/index.ts";',
        'import type { B } from "../model/index.ts";',
        'export * from "../labels/index.ts";',
        'export const c = [a, {} as B, import("../workbench/index.ts")];',
      ].join("\n"),
    );
    expect(said.filter((line) => line.startsWith("waymark"))).toEqual([
      oneWay("trajectory", "environments"),
      oneWay("trajectory", "model"),
      oneWay("trajectory", "labels"),
      oneWay("trajectory", "workbench"),
    ]);
  });

  it("refuses what lies behind another folder's public face", async () => {
    const said = await lint("lib/trajectory/index.ts", 'export { UserError } from "../base/errors.ts";\n');
    expect(said).toEqual(["waymark/layers: Import the public face of lib/base, its index.ts, not errors.ts."]);
  });

  it("allows the direction, the own folder and packages", async () => {
    const source =
      'export { z } from "zod";\nexport { UserError } from "../base/index.ts";\nexport * from "./trajectory.ts";\n';
    expect(await lint("lib/trajectory/index.ts", source)).toEqual([]);
  });

  it("refuses floating promises, console output of the library and long files", async () => {
    const source = `async function f() { await g(); }\nasync function g() { await f(); }\nf();\nconsole.log(1);\n${"//\n".repeat(300)}`;
    const rules = (await lint("lib/trajectory/index.ts", source)).map((line) => line.split(":")[0]);
    expect(rules).toEqual(["@typescript-eslint/no-floating-promises", "no-console", "max-lines"]);
  });
});
