/** What `npm run setup` and every other command share: set-up where it is needed, failures as one sentence, Ctrl-C. */
import { chooseEngine, rememberChoice } from "./choice.mjs";
import { stopCommands } from "./command.mjs";
import { SetupFailure, projectRoot } from "./context.mjs";
import { checkNode, hasNvidiaDriver, thisMachine } from "./machine.mjs";
import { isSetUp, setUp } from "./steps.mjs";

/**
 * Makes the project ready; returns at once where it is.
 * @param {object} [options]
 * @param {import("./context.mjs").Engine | null} [options.asked] engine asked for on the command line
 * @param {boolean} [options.always] show the steps even where all are done
 * @param {readonly import("./extras.mjs").Extra[]} [options.extras] what to add
 * @returns {Promise<import("./context.mjs").Engine>} the engine that is ready
 */
export async function prepare({ asked = null, always = false, extras = [] } = {}) {
  checkNode(process.versions.node);
  const root = projectRoot;
  const { engine, warning } = chooseEngine(root, thisMachine, asked);
  const context = { root, env: process.env, engine };
  if (!always && isSetUp(context)) return engine;

  console.log("Setting Waymark up (once; later starts skip this)");
  if (warning !== null) console.log(`! ${warning}`);
  if (engine === "gpu" && !hasNvidiaDriver(process.env)) {
    console.log("! No NVIDIA driver was found (libcuda.so.1): the GPU engine will not start before one is installed.");
  }
  rememberChoice(root, engine);
  await setUp(context, extras);
  return engine;
}

/**
 * Runs a command's main function: a failure that the user can mend is one sentence, Ctrl-C ends the tools at work.
 * @param {() => Promise<number>} main returns the exit code
 */
export async function runMain(main) {
  /** @param {"SIGINT" | "SIGTERM"} signal @param {number} code */
  const endOn = (signal, code) =>
    process.once(signal, () => {
      stopCommands();
      process.stderr.write("\nInterrupted: the same command goes on from here.\n");
      process.exit(code);
    });
  endOn("SIGINT", 130);
  endOn("SIGTERM", 143);
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
