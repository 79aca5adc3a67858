/** The steps of set-up in their order, and running those that are not done. */
import fs from "node:fs";

import { bindingStep } from "./binding.mjs";
import { SetupFailure, setupPath } from "./context.mjs";
import { engineStep } from "./engine.mjs";
import { extraSteps } from "./extras.mjs";
import { jupyterStep } from "./jupyter.mjs";
import { libraryStep } from "./library.mjs";
import { checkDisk, describeMachine, thisMachine } from "./machine.mjs";
import { packagesStep } from "./packages.mjs";
import { findPython } from "./python.mjs";
import { stepLine } from "./terminal.mjs";

/**
 * @typedef {import("./context.mjs").Context} Context
 *
 * One step. `isDone` is quick (milliseconds) and looks at what is there, not at what was tried.
 * @typedef {object} Step
 * @property {string} title
 * @property {number} gigabytes disk space that it takes, downloads included (measured, rounded up)
 * @property {(context: Context) => boolean} isDone
 * @property {(context: Context, onProgress: import("./context.mjs").OnProgress) => Promise<string | void>} run
 *   does the whole step again, whatever an interrupted one has left; may return a note for its line
 */

/** @param {import("./context.mjs").Engine} engine @returns {readonly Step[]} */
export function setupSteps(engine) {
  const native = engine === "js" ? [] : [libraryStep(engine), bindingStep(engine)];
  return [packagesStep, jupyterStep, ...native, engineStep(engine)];
}

/** @param {Context} context */
export const isSetUp = (context) => setupSteps(context.engine).every((step) => step.isDone(context));

/**
 * Runs every step that is not done, each under a line of its own.
 * @param {Context} context
 * @param {readonly import("./extras.mjs").Extra[]} [extras] asked for beside what is always there
 */
export async function setUp(context, extras = []) {
  const unlock = lock(context.root);
  const steps = [...setupSteps(context.engine), ...extras.map((extra) => extraSteps[extra])];
  try {
    await stepLine("This machine", () => checkMachine(context, steps));
    for (const step of steps) {
      await stepLine(step.title, async (onProgress) =>
        step.isDone(context) ? "already there" : step.run(context, onProgress),
      );
    }
  } finally {
    unlock();
  }
}

/** What would make a later step fail is found before any download. @param {Context} context @param {readonly Step[]} steps */
async function checkMachine(context, steps) {
  const missing = steps.filter((step) => !step.isDone(context));
  const free = checkDisk(
    context.root,
    missing.reduce((sum, step) => sum + step.gigabytes, 0),
  );
  const python = await findPython(context);
  return `${describeMachine(thisMachine())}, Node ${process.versions.node}, Python ${python.version}, ${Math.floor(free)} GB free`;
}

/**
 * Keeps a second set-up of the same folder out. A lock whose process is gone is taken over.
 * @param {string} root
 * @returns {() => void} gives the lock back
 */
function lock(root) {
  const file = setupPath(root, "lock");
  fs.mkdirSync(setupPath(root), { recursive: true });
  const owner = Number(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : 0);
  if (owner !== 0 && owner !== process.pid && isAlive(owner)) {
    throw new SetupFailure(
      `Another set-up is at work in this folder (process ${owner}): wait until it has ended and start again.`,
    );
  }
  fs.writeFileSync(file, String(process.pid));
  return () => fs.rmSync(file, { force: true });
}

/** @param {number} processId */
function isAlive(processId) {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
