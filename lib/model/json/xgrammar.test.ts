import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as vm from "node:vm";
import { expect, test } from "vitest";
import * as base from "../../base/index.ts";
import { loadXGrammar, type XGrammar } from "./xgrammar.ts";

const file = path.join(import.meta.dirname, "xgrammar.ts");
const requireModule = createRequire(import.meta.url);

/** Whether the engine works: it counts the letters that may follow "a" in "a" [b-d]. */
async function works(engine: XGrammar): Promise<number> {
  const info = await engine.TokenizerInfo.createTokenizerInfo(["", "a", "b", "c", "d", "e"], "raw", false, 6, [0]);
  const compiler = await engine.GrammarCompiler.createGrammarCompiler(info);
  const compiled = await compiler.compileGrammar(await engine.Grammar.fromEBNF('root ::= "a" [b-d]'));
  const matcher = await engine.GrammarMatcher.createGrammarMatcher(compiled);
  expect(matcher.acceptToken(1)).toBe(true);
  const [mask] = await matcher.getNextTokenBitmask();
  [matcher, compiled, compiler, info].forEach((object) => object.dispose());
  return mask & 0b111111; // beyond the vocabulary bits have no meaning
}

test("the engine loads once, works, and leaves no globals behind", async () => {
  const before = Object.getOwnPropertyNames(globalThis);
  const [first, second] = await Promise.all([loadXGrammar(), loadXGrammar()]);
  expect(first).toBe(second);
  expect(await works(first)).toBe(0b011100);
  expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
});

test("it also loads as CommonJS, as in the notebook kernel", async () => {
  const kernel = path.join(import.meta.dirname, "../../workbench/kernel/jupyter/kernels/tslab/translate.cjs");
  const { translate } = requireModule(kernel) as { translate: (text: string, file: string) => { code: string } };
  const { code } = translate(fs.readFileSync(file, "utf8"), file);
  expect(code).toContain('require("../../base/index.js")');
  const loaded = { exports: {} as { loadXGrammar: typeof loadXGrammar } };
  const require = (name: string): unknown => (name.endsWith("base/index.js") ? base : requireModule(name));
  const run = vm.compileFunction(code, ["exports", "require", "module", "__filename", "__dirname"]) as (
    ...values: unknown[]
  ) => void;
  // The kernel keeps the translated file as `.js` beside the source.
  run(loaded.exports, require, loaded, file.replace(/\.ts$/, ".js"), path.dirname(file));
  expect(await works(await loaded.exports.loadXGrammar())).toBe(0b011100);
});
