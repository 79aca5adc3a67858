/** Steps that make a virtual environment of Python from a locked list: JupyterLab's, DeepSpeed's, Ray's. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { commandFailure, runCommand } from "./command.mjs";
import { readJson, requirementsPath, setupPath, writeJson } from "./context.mjs";
import { findPython } from "./python.mjs";

/** Environment of every pip: no questions, and no user-wide switch that breaks an install into a virtual environment. */
export const pipEnvironment = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PIP_USER: "0" };

/** @param {string} root @param {string} [folder] @returns {string} folder of the virtual environment's programs */
export const venvPrograms = (root, folder = ".venv") =>
  path.join(root, folder, process.platform === "win32" ? "Scripts" : "bin");

/** @param {string} root @param {string} [folder] @returns {string} the virtual environment's Python */
export const venvPython = (root, folder) =>
  path.join(venvPrograms(root, folder), process.platform === "win32" ? "python.exe" : "python");

/** @param {string} root @param {readonly string[]} names @returns {string} hash of files of pinned requirements */
export function requirementsHash(root, ...names) {
  const hash = crypto.createHash("sha256");
  for (const name of names) hash.update(fs.readFileSync(requirementsPath(root, name)));
  return hash.digest("hex");
}

/**
 * @typedef {object} Environment
 * @property {string} name of its locked list (`requirements/<name>.txt`), marker and log
 * @property {string} folder below the root
 * @property {string} title what is installed, e.g. "JupyterLab"
 * @property {number} gigabytes
 * @property {import("./python.mjs").PythonNeed} [python]
 * @property {string} [before] list of packages without hashes, installed first with all that they need
 *
 * @param {Environment} environment
 * @returns {import("./steps.mjs").Step}
 */
export function environmentStep({ name, folder, title, gigabytes, python: need, before }) {
  const lists = before === undefined ? [name] : [before, name];
  const marker = `${name}.json`;
  return {
    title: `${title} in ${folder}`,
    gigabytes,

    /** A virtual environment holds absolute paths, so a moved repository needs a new one. */
    isDone({ root }) {
      const done = readJson(setupPath(root, marker));
      return (
        done?.requirements === requirementsHash(root, ...lists) &&
        done.root === root &&
        fs.existsSync(venvPython(root, folder))
      );
    },

    async run(context, onProgress) {
      const { root } = context;
      fs.rmSync(setupPath(root, marker), { force: true });
      fs.rmSync(path.join(root, folder), { recursive: true, force: true });
      const python = await findPython(context, need);
      const made = await runCommand(context, name, python.command, ["-m", "venv", path.join(root, folder)]);
      if (made.code !== 0) throw commandFailure(`Making the virtual environment ${folder}`, name, made);
      /** @param {readonly string[]} args @param {(text: string) => void} onOutput */
      const install = async (args, onOutput) => {
        const pip = ["-m", "pip", "install", ...args];
        const installed = await runCommand(context, name, venvPython(root, folder), pip, pipEnvironment, onOutput);
        if (installed.code !== 0) throw commandFailure(`Installing ${title} into ${folder}`, name, installed);
      };
      if (before !== undefined) {
        await install(["-r", requirementsPath(root, before)], (text) => {
          const package_ = /^Collecting (\S+)/m.exec(text)?.[1];
          if (package_ !== undefined) onProgress(`fetching ${package_}`);
        });
      }
      const locked = fs.readFileSync(requirementsPath(root, name), "utf8").match(/^[^\s#]+==/gm)?.length ?? 1;
      let seen = 0;
      await install(["--require-hashes", "--no-deps", "-r", requirementsPath(root, name)], (text) => {
        seen += text.match(/^(Collecting|Ignoring) /gm)?.length ?? 0;
        onProgress(text.includes("Installing collected packages") ? "unpacking" : seen / locked);
      });
      writeJson(setupPath(root, marker), {
        requirements: requirementsHash(root, ...lists),
        root,
        python: python.version,
      });
      return `Python ${python.version}`;
    },
  };
}
