// @ts-nocheck tslab's internals, which this mends, have no types
// Starts the project's own tslab as a Jupyter kernel, with the mends that bare tslab 1.0.22 needs (see the files beside
// this one). kernel.json names this file relative to itself, so the project can be moved or cloned anywhere.
"use strict";
const path = require("node:path");
const { createRequire } = require("node:module");

const root = path.resolve(__dirname, "../../../../../..");
const notebookFolder = process.cwd(); // Jupyter starts a kernel in its notebook's folder
process.chdir(root); // tslab compiles only files below its working directory, and lib/ is beside notebooks/

const fromRoot = createRequire(path.join(root, "package.json"));
const fromTslab = createRequire(fromRoot.resolve("tslab/dist/main.js"));

const { Compiler } = require("./compiler.cjs");
const compiler = new Compiler(fromTslab, root, notebookFolder); // before tslab loads its TypeScript

const { createKernel } = require("./kernel.cjs");
createKernel(fromTslab, compiler, process.argv[2]).init();

// Without its parent (a notebook runner that was killed) nobody can ever talk to this kernel again.
const parent = process.ppid;
const jupyter = Number(process.env.JPY_PARENT_PID || parent); // the parent's parent where `node` is a wrapper
setInterval(() => (process.ppid !== parent || !exists(jupyter)) && process.exit(1), 1000).unref();

function exists(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM"; // there, but another user's
  }
}
