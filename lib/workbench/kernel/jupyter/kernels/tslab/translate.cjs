// @ts-nocheck run by Node as it is
// One file of lib/ from TypeScript to CommonJS, by the translator that tsx uses: milliseconds a file, where TypeScript's
// own takes fifty.
"use strict";
const esbuild = require("esbuild");

/** The source's own place; tslab keeps the compiled file as `.js` beside it. */
const SOURCE = '__filename.replace(/\\.js$/, ".ts")';
const PREAMBLE = `var __importUrl = require("node:url").pathToFileURL(${SOURCE}).href, ` + `__importFile = ${SOURCE};`;

/** `text` of the TypeScript `file` (absolute) as `{ code, map }`. */
function translate(text, file) {
  const { code, map } = esbuild.transformSync(text, {
    loader: "ts",
    format: "cjs",
    target: "node20",
    supported: { "dynamic-import": false }, // import() of a file of lib/ must go through tslab's require
    define: {
      "import.meta.url": "__importUrl",
      "import.meta.filename": "__importFile",
      "import.meta.dirname": "__dirname",
    },
    banner: PREAMBLE,
    sourcemap: "external",
    sourcefile: file,
  });
  // Here `from "./x.ts"` has become a require, and tslab knows its output by the name `./x.js`.
  return { code: code.replace(/\brequire\("(\.{1,2}\/[^"\n]+)\.ts"\)/g, 'require("$1.js")'), map };
}

module.exports = { translate };
