/** `npm start`, `npm test` and the others: set-up where it is needed, then the command. */
import path from "node:path";

import { runChecks } from "./checks.mjs";
import { projectRoot } from "./context.mjs";
import { venvPrograms } from "./environment.mjs";
import { passOn } from "./pass-on.mjs";
import { prepare, runMain } from "./prepare.mjs";

await runMain(async () => {
  const [command = "run", ...args] = process.argv.slice(2);
  const env = commandEnvironment(projectRoot, await prepare(), process.env);
  if (command === "test") return runChecks(projectRoot, env, args);
  return passOn(projectRoot, ["--import", "tsx", "lib/workbench/cli.ts", command, ...args], env);
});

/**
 * Environment of Waymark's own programs: its Python and this very Node come first on the PATH.
 * @param {string} root @param {import("./context.mjs").Engine} engine @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function commandEnvironment(root, engine, env) {
  /** @param {...(string | undefined)} folders */
  const join = (...folders) => folders.filter(Boolean).join(path.delimiter);
  return {
    // The binding's C++ library logs much that is no concern of the user; an explicit level is kept.
    TF_CPP_MIN_LOG_LEVEL: "3",
    // Large memory pages for large tensors: training is a tenth faster. Other C libraries than glibc pay no attention.
    GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
    // Without these TensorFlow takes all GPU memory, and forgets kernels that the driver has compiled for a new GPU.
    ...(engine === "gpu" ? { TF_FORCE_GPU_ALLOW_GROWTH: "true", CUDA_CACHE_MAXSIZE: "2147483648" } : {}),
    ...env,
    PATH: join(venvPrograms(root), path.dirname(process.execPath), env.PATH),
    JUPYTER_PATH: join(path.join(root, "lib/workbench/kernel/jupyter"), env.JUPYTER_PATH),
  };
}
