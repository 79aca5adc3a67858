/** `npm test`: every check under a line of its own, then the tests. */
import fs from "node:fs";
import path from "node:path";

import { runCommand } from "./command.mjs";
import { SetupFailure, readJson, setupPath } from "./context.mjs";
import { passOn } from "./pass-on.mjs";
import { stepLine } from "./terminal.mjs";

/** Title, arguments of Node, and what to do about a failure. @type {readonly (readonly [string, string, string])[]} */
const checks = [
  ["Lint", "node_modules/eslint/bin/eslint.js .", "mend what is listed above (npm run lint)"],
  ["Format", "node_modules/prettier/bin/prettier.cjs --check --log-level=warn .", "run npm run format"],
  ["Types", "node_modules/typescript/bin/tsc --noEmit", "mend what is listed above (npm run typecheck)"],
  [
    "Types as the notebook kernel sees them",
    "node_modules/typescript-5.0/bin/tsc -p tsconfig.tslab.json",
    "use only what TypeScript 5.0 knows in lib/",
  ],
  [
    "Notebooks are clean",
    "--import tsx lib/workbench/notebook-check.ts",
    "run npx tsx lib/workbench/notebook-check.ts --fix and mend what it still names",
  ],
];

/**
 * Stops at the first check that fails, with what it said.
 * @param {string} root @param {NodeJS.ProcessEnv} env @param {readonly string[]} args passed on to vitest
 * @returns {Promise<number>} exit code
 */
export async function runChecks(root, env, args) {
  for (const [title, command, remedy] of checks) {
    await stepLine(title, async () => {
      const { code, output } = await runCommand({ root, env }, "checks", process.execPath, command.split(" "));
      if (code !== 0) throw new SetupFailure(`${output.trimEnd()}\n${title}: failed, ${remedy}.`);
    });
  }
  const results = setupPath(root, "tests.json");
  fs.rmSync(results, { force: true });
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const code = await passOn(root, [vitest, "run", ...reporters, ...args], env);
  const summary = readJson(results);
  if (summary !== null) console.log(closingLine(summary));
  return code;
}

/** @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number }} summary vitest's own */
export function closingLine({ numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
  return `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`;
}
