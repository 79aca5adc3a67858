// @ts-nocheck tslab's internals, which this mends, have no types
// Failures of a cell as Jupyter's `error` output (ename, evalue, traceback), so that every tool sees them as errors.
// Bare tslab prints them as text and reports nothing.
"use strict";
const path = require("node:path");
const util = require("node:util");

/** Thrown by the kernel to fail a cell whose own code did not throw. */
class CellFailure extends Error {
  constructor(name, message, cause) {
    super(message, { cause });
    this.name = name;
  }
}

/** Type and syntax errors, as tslab reports them: printf arguments, one array per error. */
function compileError(diagnostics, code) {
  const lines = diagnostics.flatMap(([, file, line, column, message]) => {
    const text = message.replace(/__tslab__\.ts/g, "cell");
    if (file) return [`${file.trim()}:${line}:${column} - ${text}`];
    const source = code.split("\n")[line - 1] ?? "";
    return [`line ${line}:${column} - ${text}`, `    ${source}`, `    ${" ".repeat(Math.max(0, column - 1))}^`];
  });
  return { ename: "CompileError", evalue: lines[0] ?? "the cell does not compile", traceback: lines };
}

/** Anything thrown, with stack frames in the source's terms: cells and lib files, none of the kernel. */
function runtimeError(thrown, compiler, root) {
  if (thrown?.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") {
    return { ename: "Interrupted", evalue: "stopped by the user", traceback: ["Interrupted: stopped by the user"] };
  }
  if (!(thrown instanceof Error)) {
    const evalue = util.inspect(thrown, { depth: 3 });
    return { ename: "Thrown", evalue, traceback: [`Thrown: ${evalue}`] };
  }
  const ename = thrown.name || "Error";
  return { ename, evalue: String(thrown.message), traceback: describe(thrown, compiler, root) };
}

function describe(error, compiler, root, depth = 0) {
  const lines = [`${error.name || "Error"}: ${error.message}`, ...frames(error, compiler, root)];
  if (error.cause === undefined || depth >= 4) return lines;
  const cause =
    error.cause instanceof Error ? describe(error.cause, compiler, root, depth + 1) : [util.inspect(error.cause)];
  return [...lines, `  caused by ${cause[0]}`, ...cause.slice(1)];
}

/** At most 12 frames. Compiled positions are mapped; frames of Node, tslab and this kernel are left out. */
function frames(error, compiler, root) {
  const found = [];
  for (const line of String(error.stack ?? "").split("\n")) {
    const match = /^\s+at (?:(.*?) \()?((?:file:\/\/)?[^()]*?):(\d+):(\d+)\)?$/.exec(line);
    if (!match) continue;
    const [, name, rawFile] = match;
    const file = rawFile.replace(/^file:\/\//, "");
    if (/^node:|node_modules[\\/](@?tslab|zeromq)/.test(file) || file.startsWith(__dirname)) continue;
    const source = compiler.sourcePosition(file, Number(match[3]), Number(match[4]));
    if (!source && /^cell-\d+$/.test(file)) continue; // the wrapper around a cell
    const place = source ?? { file, line: match[3], column: match[4] };
    const shown = path.isAbsolute(place.file) ? path.relative(root, place.file) : place.file.replace("-", " ");
    found.push(`    at ${name ? `${name} ` : ""}(${shown}:${place.line}:${place.column})`);
    if (found.length === 12) break;
  }
  return found;
}

module.exports = { CellFailure, compileError, runtimeError };
