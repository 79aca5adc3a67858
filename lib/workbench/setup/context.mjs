/**
 * What every step of set-up works on. Set-up runs before any dependency exists, so it is plain JavaScript that uses
 * Node's own modules only (and default imports of them, so that an old Node still gets as far as our sentence about it).
 */
import fs from "node:fs";
import path from "node:path";
import url from "node:url";

/**
 * @typedef {"cpu" | "gpu" | "js"} Engine TensorFlow on the processor, on an NVIDIA GPU, or TensorFlow.js in plain JavaScript
 * @typedef {(progress: number | string) => void} OnProgress how far a step has come, 0 to 1, or what it is doing
 * @typedef {object} Context
 * @property {string} root repository root
 * @property {NodeJS.ProcessEnv} env environment of every tool that is run
 * @property {Engine} engine the engine to set up
 */

/** A failure that the user can mend: its message is one clear sentence with the remedy. */
export class SetupFailure extends Error {}

/** The repository root, found from this file. */
export const projectRoot = path.resolve(path.dirname(url.fileURLToPath(import.meta.url)), "../../..");

/** @param {string} root @param {...string} rest a path under `.setup/`, which holds markers and logs */
export const setupPath = (root, ...rest) => path.join(root, ".setup", ...rest);

/** @param {string} root @param {string} name a file of pinned Python packages with hashes */
export const requirementsPath = (root, name) => path.join(root, "lib/workbench/setup/requirements", `${name}.txt`);

/**
 * Reads a JSON file that may be missing or broken (a half-done step).
 * @param {string} file
 * @returns {any} its value, or null
 */
export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Writes JSON so that the file is either absent or whole. @param {string} file @param {unknown} value */
export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.tmp`, `${JSON.stringify(value)}\n`);
  fs.renameSync(`${file}.tmp`, file);
}
