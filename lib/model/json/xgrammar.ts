import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import * as vm from "node:vm";
import { assert } from "../../base/index.ts";

export type XGrammar = typeof import("@mlc-ai/web-xgrammar");

const requireModule = createRequire(import.meta.url);
let loading: Promise<XGrammar> | undefined;

/**
 * The grammar engine (WebAssembly), loaded once, when first needed.
 *
 * The package is marked as an ES module but holds a script that expects CommonJS, so that neither `import` nor `require`
 * gives its exports. Here it is run as the CommonJS module that it is, with its one `import()`, of a part of Node, made a
 * `require`. That works alike under Node's modules and in the notebook kernel, and leaves no globals behind.
 */
export function loadXGrammar(): Promise<XGrammar> {
  loading ??= load();
  return loading;
}

async function load(): Promise<XGrammar> {
  const file = requireModule.resolve("@mlc-ai/web-xgrammar");
  const source = fs.readFileSync(file, "utf8");
  const patched = source.replace("await import('module')", "require('module')");
  assert(patched !== source, `${file} is not the release of web-xgrammar that this was written for`);
  const parameters = ["exports", "require", "module", "__filename", "__dirname"];
  const run = vm.compileFunction(patched, parameters, { filename: file }) as (...values: unknown[]) => void;
  const loaded = { exports: {} as XGrammar };
  run(loaded.exports, createRequire(file), loaded, file, path.dirname(file));
  // Two first calls at once would each start an engine, and objects of one are unknown to the other.
  (await loaded.exports.TokenizerInfo.createTokenizerInfo(["a"], "raw")).dispose();
  return loaded.exports;
}
