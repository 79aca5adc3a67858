// @ts-nocheck tslab's internals, which this mends, have no types
// What the notebook's TypeScript needs beyond tslab's hard-coded settings: strict types, `.ts` specifiers and
// import.meta in lib/, imports in cells relative to the notebook, and source maps for tracebacks.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { SourceMap } = require("node:module");

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
      createWatchProgram: (host) => ts.createWatchProgram(this.#emitShorthand(host)),
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

  /**
   * Variables of earlier cells are properties of `exports`, and tslab writes `exports.seed` for `seed`; but it overlooks
   * `{ seed }`, which then fails as not defined. This writes `{ seed: exports.seed }`.
   */
  #emitShorthand(host) {
    const ts = this.#typescript;
    const { afterProgramCreate } = host;
    host.afterProgramCreate = (builder) => {
      const { emit } = builder;
      const checker = builder.getProgram().getTypeChecker();
      const fromEarlierCell = (node) =>
        checker
          .getShorthandAssignmentValueSymbol(node)
          ?.declarations?.some(
            (declaration) => path.basename(declaration.getSourceFile().fileName) === "__prev__.d.ts",
          );
      const expand = (context) => (file) => {
        const { factory } = context;
        const visit = (node) => {
          if (!ts.isShorthandPropertyAssignment(node) || !fromEarlierCell(node)) {
            return ts.visitEachChild(node, visit, context);
          }
          const value = factory.createPropertyAccessExpression(factory.createIdentifier("exports"), node.name.text);
          const standard = node.objectAssignmentInitializer; // `{ seed = 1 } = settings`
          const assigned = standard ? factory.createAssignment(value, ts.visitNode(standard, visit)) : value;
          return factory.createPropertyAssignment(node.name.text, assigned);
        };
        return path.basename(file.fileName) === CELL_FILE ? ts.visitNode(file, visit) : file;
      };
      builder.emit = (file, write, token, onlyTypes, custom) =>
        emit(file, write, token, onlyTypes, { ...custom, before: [expand, ...(custom?.before ?? [])] });
      afterProgramCreate(builder);
    };
    return host;
  }

  /** tslab's last step: one ES module (of lib/, or a cell) to CommonJS. */
  #toCommonJs(code, options) {
    const inline = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(code);
    if (!inline) return this.#typescript.transpileModule(code, options);
    const first = JSON.parse(Buffer.from(inline[1], "base64").toString("utf8"));
    const result = this.#typescript.transpileModule(code.slice(0, inline.index), {
      ...options,
      compilerOptions: { ...options.compilerOptions, sourceMap: true },
      transformers: { before: [(context) => (file) => this.#portable(file, context)] },
    });
    const source = path.resolve(this.#root, first.sources[0].replace(/^(\.\.\/)+/, "")); // its way out of tslab's outDir
    const isCell = path.basename(source) === CELL_FILE;
    this.#maps.set(isCell ? `cell-${this.cell}` : source.replace(/\.ts$/, ".js"), {
      source: isCell ? `cell-${this.cell}` : source,
      skippedLines: isCell ? CELL_PREFIX_LINES : 0,
      lines: result.outputText.split("\n").length,
      maps: [new SourceMap(JSON.parse(result.sourceMapText)), new SourceMap(first)],
    });
    result.outputText = result.outputText.replace(/\n\/\/# sourceMappingURL=\S+\s*$/, "");
    if (isCell) result.outputText += `\n//# sourceURL=cell-${this.cell}`;
    return result;
  }

  /** Rewrites what CommonJS lacks: `from "./x.ts"` (tslab keeps its output under `.js`) and `import.meta.*`. */
  #portable(file, context) {
    const ts = this.#typescript;
    const { factory } = context;
    const visit = (node) => {
      if (ts.isStringLiteral(node) && /^\.{1,2}\/.*\.ts$/.test(node.text) && isSpecifier(ts, node)) {
        return factory.createStringLiteral(node.text.replace(/\.ts$/, ".js"));
      }
      if (ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression)) {
        const replacement = META[node.name.text];
        if (replacement) return factory.createIdentifier(replacement);
      }
      return ts.visitEachChild(node, visit, context);
    };
    return ts.visitNode(file, visit);
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
    if (!entry || line >= entry.lines) return null; // beyond: the wrapper around a cell
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

const META = {
  url: 'require("node:url").pathToFileURL(__filename.replace(/\\.js$/, ".ts")).href',
  filename: '__filename.replace(/\\.js$/, ".ts")',
  dirname: "__dirname",
};

/** Whether a string literal names a module: in an import, an export, or a call of import() or require(). */
function isSpecifier(ts, node) {
  const { parent } = node;
  if (!parent) return false;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== node) return false;
  const { expression } = parent;
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === "require")
  );
}

module.exports = { Compiler };
