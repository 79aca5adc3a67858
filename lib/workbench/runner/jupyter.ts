import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../base/index.ts";
import { projectRoot } from "../project.ts";

/** The Python that set-up made, with Jupyter in it. Throws where set-up has not run. */
export function pythonOf(): string {
  const python = path.join(venvPrograms(), process.platform === "win32" ? "python.exe" : "python");
  if (!fs.existsSync(python)) throw new UserError("Jupyter is not installed here; run `npm run setup`");
  return python;
}

function venvPrograms(): string {
  const venv = process.env["WAYMARK_VENV"] ?? path.join(projectRoot, ".venv");
  return path.join(venv, process.platform === "win32" ? "Scripts" : "bin");
}

/** `environment` in which every Jupyter program finds our kernel and its own helpers, and the kernel this Node. */
export function jupyterEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const ours = path.join(projectRoot, "lib", "workbench", "kernel");
  const join = (...folders: (string | undefined)[]): string => folders.filter(Boolean).join(path.delimiter);
  return {
    ...environment,
    PATH: join(path.dirname(process.execPath), venvPrograms(), environment["PATH"]),
    JUPYTER_PATH: join(path.join(ours, "jupyter"), environment["JUPYTER_PATH"]),
    // JupyterLab's news, which ask the network, are off.
    JUPYTER_CONFIG_PATH: join(path.join(ours, "jupyter-config"), environment["JUPYTER_CONFIG_PATH"]),
    PYDEVD_DISABLE_FILE_VALIDATION: "1", // its warning is about debugging Python, which nobody does here
  };
}
