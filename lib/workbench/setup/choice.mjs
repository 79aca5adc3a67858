/** Which engine to set up: the user's choice, else the one chosen before, else the best that this machine can have. */
import fs from "node:fs";

import { SetupFailure, setupPath } from "./context.mjs";
import { readyEngine } from "./engine.mjs";
import { nativeObstacle } from "./machine.mjs";

/**
 * @param {string} root
 * @param {() => import("./machine.mjs").Machine} machine looked at only where nothing is chosen yet
 * @param {import("./context.mjs").Engine | null} asked by an option of the command line
 * @returns {{ engine: import("./context.mjs").Engine, warning: string | null }}
 */
export function chooseEngine(root, machine, asked) {
  if (asked === "js") return { engine: "js", warning: null };
  const chosen = asked ?? chosenEngine(root);
  if (chosen !== null && asked === null) return { engine: chosen, warning: null };
  const obstacle = nativeObstacle(machine());
  if (obstacle === null) return { engine: asked ?? "cpu", warning: null };
  if (asked !== null) {
    throw new SetupFailure(
      `--${asked} is not possible here, ${obstacle}: use npm run setup -- --js, which is slow but works everywhere.`,
    );
  }
  const warning = `Training will be slow (about 12 tokens/s instead of thousands): ${obstacle}, so plain JavaScript is used.`;
  return { engine: "js", warning };
}

/** Remembers a choice from the start of set-up on, so that an interrupted one goes on with it. @param {string} root @param {import("./context.mjs").Engine} engine */
export function rememberChoice(root, engine) {
  fs.mkdirSync(setupPath(root), { recursive: true });
  fs.writeFileSync(setupPath(root, "choice"), `${engine}\n`);
}

/** @param {string} root @returns {import("./context.mjs").Engine | null} */
function chosenEngine(root) {
  const file = setupPath(root, "choice");
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : readyEngine(root);
  return text === "cpu" || text === "gpu" || text === "js" ? text : null;
}
