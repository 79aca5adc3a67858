/** Step: `.venv` with JupyterLab, nbclient, nbconvert and plotly's Lab extension, locked with hashes. */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { commandFailure, runCommand } from "./command.mjs";
import { readJson, requirementsPath, setupPath, writeJson } from "./context.mjs";
import { findPython } from "./python.mjs";

/** Environment of every pip: no questions, and no user-wide switch that breaks an install into a virtual environment. */
export const pipEnvironment = { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PIP_USER: "0" };

/** @param {string} root @returns {string} folder of the virtual environment's programs */
export const venvPrograms = (root) => path.join(root, ".venv", process.platform === "win32" ? "Scripts" : "bin");

/** @param {string} root @returns {string} the virtual environment's Python */
export const venvPython = (root) =>
  path.join(venvPrograms(root), process.platform === "win32" ? "python.exe" : "python");

/** @param {string} root @param {string} name @returns {string} hash of a file of pinned requirements */
export function requirementsHash(root, name) {
  return crypto
    .createHash("sha256")
    .update(fs.readFileSync(requirementsPath(root, name)))
    .digest("hex");
}

/** @type {import("./steps.mjs").Step} */
export const jupyterStep = {
  title: "JupyterLab in .venv",
  gigabytes: 0.4,

  /** A virtual environment holds absolute paths, so a moved repository needs a new one. */
  isDone({ root }) {
    const marker = readJson(setupPath(root, "jupyter.json"));
    return (
      marker?.requirements === requirementsHash(root, "jupyter") &&
      marker.root === root &&
      fs.existsSync(venvPython(root))
    );
  },

  async run(context, onProgress) {
    const { root } = context;
    fs.rmSync(setupPath(root, "jupyter.json"), { force: true });
    fs.rmSync(path.join(root, ".venv"), { recursive: true, force: true });
    const python = await findPython(context);
    const made = await runCommand(context, "jupyter", python.command, ["-m", "venv", path.join(root, ".venv")]);
    if (made.code !== 0) throw commandFailure("Making the virtual environment .venv", "jupyter", made);
    const locked = fs.readFileSync(requirementsPath(root, "jupyter"), "utf8").match(/^[^\s#]+==/gm)?.length ?? 1;
    let seen = 0;
    const installed = await runCommand(
      context,
      "jupyter",
      venvPython(root),
      ["-m", "pip", "install", "--require-hashes", "--no-deps", "-r", requirementsPath(root, "jupyter")],
      pipEnvironment,
      (text) => {
        seen += text.match(/^(Collecting|Ignoring) /gm)?.length ?? 0;
        onProgress(text.includes("Installing collected packages") ? "unpacking" : seen / locked);
      },
    );
    if (installed.code !== 0) throw commandFailure("Installing JupyterLab into .venv", "jupyter", installed);
    writeJson(setupPath(root, "jupyter.json"), {
      requirements: requirementsHash(root, "jupyter"),
      root,
      python: python.version,
    });
    return `Python ${python.version}`;
  },
};
