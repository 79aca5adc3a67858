// @ts-nocheck tslab's internals, which this mends, have no types
// What becomes JavaScript, and how. tslab type-checks and emits, with declarations, every file of lib/ that a cell can
// reach, again for each cell: seconds a cell. Here cells are checked, and lib/ is translated file by file, as tsx and
// vitest do; `npm run check` is what checks its types.
"use strict";
const path = require("node:path");

/** tslab's declarations of what earlier cells have made. */
const EARLIER_CELLS = "__prev__.d.ts";

/** The diagnostics of a cell, and of the files it can reach only those that make them unreadable. */
function diagnose(ts, cellFile, program, files) {
  const cells = files.filter((file) => path.basename(file.fileName) === cellFile);
  const others = files.filter((file) => !cells.includes(file));
  return [
    ...ts.getPreEmitDiagnosticsOfFiles(program, cells),
    ...others.flatMap((file) => program.getSyntacticDiagnostics(file)),
  ];
}

/**
 * Makes every program of `host` emit like that. `cellFile` is the name of the file that holds the cell;
 * `translate(file, text)` makes JavaScript of any other.
 */
function emitQuickly(ts, host, cellFile, translate) {
  const { afterProgramCreate } = host;
  host.afterProgramCreate = (builder) => {
    const { emit } = builder;
    const program = builder.getProgram();
    const before = (context) => (file) => writeOut(ts, program.getTypeChecker(), context, file);
    builder.emit = (file, write, token, onlyTypes, custom) => {
      if (path.basename(file.fileName) === cellFile) {
        return emit(file, write, token, onlyTypes, { ...custom, before: [before, ...(custom?.before ?? [])] });
      }
      const { outDir, rootDir } = program.getCompilerOptions();
      const output = path.join(outDir, path.relative(rootDir, file.fileName)).replace(/\.ts$/, ".js");
      return write(output, translate(file.fileName, file.text));
    };
    afterProgramCreate(builder);
  };
  return host;
}

/**
 * Variables of earlier cells are properties of `exports`: tslab writes `exports.seed` for `seed`. It overlooks
 * `{ seed }`, which then fails as not defined; here it becomes `{ seed: exports.seed }`.
 */
function writeOut(ts, checker, context, file) {
  const { factory } = context;
  const isEarlier = (declaration) => path.basename(declaration.getSourceFile().fileName) === EARLIER_CELLS;
  const visit = (node) => {
    const symbol = ts.isShorthandPropertyAssignment(node) && checker.getShorthandAssignmentValueSymbol(node);
    if (!symbol?.declarations?.some(isEarlier)) return ts.visitEachChild(node, visit, context);
    const name = node.name.text;
    const value = factory.createPropertyAccessExpression(factory.createIdentifier("exports"), name);
    const standard = node.objectAssignmentInitializer; // of `{ seed = 1 } = settings`
    const assigned = standard ? factory.createAssignment(value, ts.visitNode(standard, visit)) : value;
    return factory.createPropertyAssignment(name, assigned);
  };
  return ts.visitNode(file, visit);
}

module.exports = { diagnose, emitQuickly };
