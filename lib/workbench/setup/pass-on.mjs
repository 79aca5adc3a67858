/** Hands the terminal over to another Node process. */
import childProcess from "node:child_process";

/**
 * Runs Node with this terminal; signals are passed on, and its exit code is returned.
 * @param {string} root working folder @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
export function passOn(root, args, env) {
  const child = childProcess.spawn(process.execPath, args, { cwd: root, env, stdio: "inherit" });
  process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM");
  // Ctrl-C in a terminal reaches the child by itself; a signal sent to this process alone has to be passed on.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}
