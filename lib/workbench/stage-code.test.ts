import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { stageCode } from "./stage-code.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "code-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** The hash for a stage module that imports `helper`, in a folder of its own. */
function codeWith(helper: string): string {
  const folder = fs.mkdtempSync(path.join(root, "x-"));
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ sideEffects: false }));
  fs.writeFileSync(path.join(folder, "helper.ts"), helper);
  fs.writeFileSync(path.join(folder, "stage.ts"), 'import { f } from "./helper.ts"; console.log(f(1));');
  return stageCode(pathToFileURL(path.join(folder, "stage.ts")).href);
}

it("depends on what the stage runs, not on comments, layout, types or unused exports", () => {
  const code = codeWith("export const f = (x: number): number => x + 1;");
  expect(code).toMatch(/^[0-9a-f]{64}$/);
  const same =
    "/** Adds one. */\nexport const f = (x: number) =>\n  x + 1; // one\nexport interface N { n: 1 }\nexport const unused = 3;";
  expect(codeWith(same)).toBe(code);
  expect(codeWith("export const f = (x: number): number => x + 2;")).not.toBe(code);
});

it("depends on the versions of imported packages", () => {
  const using = (name: string): string => codeWith(`import x from "${name}"; export const f = (y: number) => x(y);`);
  expect(using("zod")).not.toBe(using("yaml"));
  expect(using("zod/mini")).toBe(using("zod/mini"));
});
