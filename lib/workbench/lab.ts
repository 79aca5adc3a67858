import { spawn } from "node:child_process";
import { projectRoot } from "./project.ts";
import { jupyterEnvironment, pythonOf } from "./runner/jupyter.ts";

/**
 * Opens JupyterLab on the repository with our kernel ready; `args` go to it (`--no-browser`, `--port=9999`). Resolves
 * with its exit status. Ctrl-C reaches it directly and ends it.
 */
export function startLab(args: readonly string[]): Promise<number> {
  const lab = spawn(pythonOf(), ["-m", "jupyterlab", `--ServerApp.root_dir=${projectRoot}`, ...defaults(), ...args], {
    cwd: projectRoot,
    env: jupyterEnvironment(process.env),
    stdio: "inherit",
  });
  const ignore = (): void => {}; // Lab asks or ends by itself, and this process after it
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    lab.on("error", reject);
    lab.on("exit", (status) => {
      process.off("SIGINT", ignore);
      resolve(status ?? 1);
    });
  });
}

/** Lab opens the first notebook and does not ask the network for newer versions. */
function defaults(): string[] {
  return [
    "--LabApp.default_url=/lab/tree/notebooks/01-trajectories.ipynb",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
}
