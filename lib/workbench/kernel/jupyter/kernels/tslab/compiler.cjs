// @ts-nocheck tslab's internals, which this mends, have no types
// What the notebook's TypeScript needs beyond tslab's hard-coded settings: strict types, lib/ as tsx understands it,
// imports in cells relative to the notebook, and source maps for tracebacks.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { SourceMap } = require("node:module");
const { diagnose, emitQuickly } = require("./emit.cjs");
const { translate } = require("./translate.cjs");

/** The virtual file that tslab compiles every cell as; one line of its own precedes the cell's text. */
const CELL_FILE = "__tslab__.ts";
const CELL_PREFIX_LINES = 1;

class Compiler {
  #root;
  #notebookFolder;
  #typescript;
  /** Compiled file (absolute `.js` path, or `cell-N`) → how to find a position of it in the source. */
  #maps = new Map();
  /** Number of the cell being compiled; its script is named `cell-N` in stack traces. */
  cell = 0;

  constructor(fromTslab, root, notebookFolder) {
    this.#root = root;
    this.#notebookFolder = notebookFolder;
    const file = fromTslab.resolve("@tslab/typescript-for-tslab");
    const ts = (this.#typescript = fromTslab(file));
    require.cache[file].exports = {
      ...ts,
      createWatchCompilerHost: (files, options, system, ...rest) =>
        ts.createWatchCompilerHost(files, { ...options, ...this.#options() }, withTimers(system), ...rest),
      getPreEmitDiagnosticsOfFiles: (program, files) => diagnose(ts, CELL_FILE, program, files),
      createWatchProgram: (host) => ts.createWatchProgram(emitQuickly(ts, host, CELL_FILE, this.#translate.bind(this))),
      transpileModule: (code, options) => this.#toCommonJs(code, options),
    };
  }

  /** The same reading of the code as tsconfig.tslab.json gives to the type check outside of notebooks. */
  #options() {
    return {
      strict: true,
      lib: ["lib.esnext.d.ts"],
      moduleResolution: this.#typescript.ModuleResolutionKind.Bundler,
      customConditions: ["require", "node"],
      allowImportingTsExtensions: true,
      inlineSourceMap: true,
    };
  }

  /** tslab's last step: what was emitted, an ES module, to CommonJS. Files of lib/ come translated already. */
  #toCommonJs(code, options) {
    const inline = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(code);
    if (!inline) return { outputText: code };
    const first = JSON.parse(Buffer.from(inline[1], "base64").toString("utf8"));
    const result = this.#typescript.transpileModule(code.slice(0, inline.index), {
      ...options,
      compilerOptions: { ...options.compilerOptions, sourceMap: true },
    });
    const outputText = result.outputText.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, "");
    const name = `cell-${this.cell}`;
    this.#remember(name, name, CELL_PREFIX_LINES, outputText, [JSON.parse(result.sourceMapText), first]);
    return { outputText: `${outputText}\n//# sourceURL=${name}` };
  }

  /** A file of lib/ as CommonJS. */
  #translate(file, text) {
    const { code, map } = translate(text, file);
    this.#remember(file.replace(/\.ts$/, ".js"), file, 0, code, [JSON.parse(map)]);
    return code;
  }

  #remember(compiled, source, skippedLines, code, maps) {
    const lines = code.split("\n").length;
    this.#maps.set(compiled, { source, skippedLines, lines, maps: maps.map((map) => new SourceMap(map)) });
  }

  /**
   * Relative imports of a cell, rewritten from the notebook's folder (where every other tool resolves them) to the
   * project's root (where tslab does). Returns also the position in the new text of a position in the old, and back.
   */
  resolveImports(code) {
    const edits = this.#typescript
      .preProcessFile(code, true, true)
      .importedFiles.filter(({ fileName }) => /^\.{1,2}(\/|$)/.test(fileName))
      .sort((a, b) => a.pos - b.pos);
    let text = "";
    let from = 0;
    const shifts = []; // [end in the old text, end in the new text]
    for (const { fileName, pos } of edits) {
      const start = code.indexOf(fileName, pos); // past the quote
      const file = path.resolve(this.#notebookFolder, fileName);
      const target = path.relative(this.#root, isFolder(file) ? path.join(file, "index") : file);
      text += code.slice(from, start) + "./" + target.split(path.sep).join("/").replace(/\.ts$/, "");
      from = start + fileName.length;
      shifts.push([from, text.length]);
    }
    const move = (position, source, destination) => {
      const last = shifts.filter((shift) => shift[source] <= position).at(-1);
      return last ? position - last[source] + last[destination] : position;
    };
    return {
      code: text + code.slice(from),
      toNew: (position) => move(position, 0, 1),
      toOld: (position) => move(position, 1, 0),
    };
  }

  /** Where a position (1-based, of a stack frame) of compiled code stands in the source, or null where unknown. */
  sourcePosition(file, line, column) {
    const entry = this.#maps.get(file);
    if (!entry || line > entry.lines) return null; // beyond: the wrapper around a cell
    let position = { line: line - 1, column: column - 1 };
    for (const map of entry.maps) {
      const { originalLine, originalColumn } = map.findEntry(position.line, position.column);
      if (originalLine === undefined) return null;
      position = { line: originalLine, column: originalColumn };
    }
    return { file: entry.source, line: position.line + 1 - entry.skippedLines, column: position.column + 1 };
  }
}

const isFolder = (file) => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * tslab's compiler has room for one timer, its own, and throws at a second. TypeScript sets a second when a file of
 * lib/ appears or changes while a notebook runs; it gets a real one.
 */
function withTimers(system) {
  const real = new Set();
  return Object.assign(Object.create(system), {
    setTimeout: (callback, ...rest) => {
      if (callback.name === "updateProgramWithWatchStatus") return system.setTimeout(callback, ...rest);
      const timer = setTimeout(callback, ...rest).unref();
      real.add(timer);
      return timer;
    },
    clearTimeout: (timer) => (real.delete(timer) ? clearTimeout(timer) : system.clearTimeout(timer)),
  });
}

module.exports = { Compiler };
