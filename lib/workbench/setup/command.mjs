/** Runs the tools of set-up, keeps what they say in `.setup/<name>.log`, and turns known failures into sentences. */
import childProcess from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { SetupFailure, setupPath } from "./context.mjs";

/** @type {Set<import("node:child_process").ChildProcess>} */
const running = new Set();

/** Ends the tools that are running now: called when set-up itself is told to end. */
export function stopCommands() {
  for (const child of running) child.kill();
}

/**
 * @typedef {object} Outcome
 * @property {number | null} code exit code; null where the program is missing or was ended by a signal
 * @property {string | null} signal the signal that ended it
 * @property {boolean} missing the program does not exist
 * @property {string} output standard output and error, together
 *
 * Runs a program to its end; it never throws for a failure of the program.
 * @param {Pick<import("./context.mjs").Context, "root" | "env">} context
 * @param {string} log name of the log file that its output is added to
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 * @param {(text: string) => void} [onOutput] sees what it says while it runs
 * @returns {Promise<Outcome>}
 */
export function runCommand(context, log, command, args, env = {}, onOutput) {
  fs.mkdirSync(setupPath(context.root), { recursive: true });
  const file = setupPath(context.root, `${log}.log`);
  fs.appendFileSync(file, `$ ${[command, ...args].join(" ")}\n`);
  return new Promise((resolve) => {
    // On Windows npm is a script, which only a shell can start.
    const shell = process.platform === "win32" && !path.isAbsolute(command);
    const child = childProcess.spawn(command, args, {
      cwd: context.root,
      env: { ...context.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell,
    });
    running.add(child);
    let output = "";
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      output += String(chunk);
      fs.appendFileSync(file, chunk);
      onOutput?.(String(chunk));
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => {
      running.delete(child);
      fs.appendFileSync(file, `${error.message}\n`);
      resolve({ code: null, signal: null, missing: "code" in error && error.code === "ENOENT", output });
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, missing: false, output });
    });
  });
}

/** What tools print for failures that we can name, with what the user can do about them. @type {[RegExp, string, string][]} */
const knownFailures = [
  [/ENOSPC|No space left on device/, "the disk is full", "free some space and start again"],
  [
    /DO NOT MATCH THE HASHES|EINTEGRITY/,
    "a downloaded package does not match its locked hash",
    "start again, and if it stays so, ask whoever runs your package mirror",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|name resolution|Failed to establish a new connection|NewConnectionError|ProxyError|Read timed out|ReadTimeout|ConnectTimeout|Network is unreachable|Connection refused/,
    "the package registry cannot be reached",
    "check the network, HTTPS_PROXY or the registry settings of npm and pip, and start again",
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT|self-signed certificate/,
    "the registry's certificate is not trusted",
    "set NODE_EXTRA_CA_CERTS and PIP_CERT to your network's certificate file and start again",
  ],
  [
    /E40[13]\b|40[137] (?:Client Error|Forbidden|Unauthorized)|Proxy Authentication Required/,
    "the package registry or proxy refuses access",
    "check its credentials and start again",
  ],
  [
    /EACCES|EPERM|Permission denied/,
    "a file or folder may not be written",
    "check the owner of this folder and start again",
  ],
  [
    /No matching distribution found|E404\b/,
    "the package registry lacks a locked package",
    "check which registry npm and pip are set to use and start again",
  ],
];

/**
 * The failure of a tool as one sentence with its remedy and the name of the log.
 * @param {string} what what was being done, e.g. "Installing the npm packages"
 * @param {string} log @param {Outcome} outcome
 * @param {string} [otherwise] remedy for an unknown failure
 */
export function commandFailure(what, log, outcome, otherwise = "read the log for the cause and start again") {
  const known = knownFailures.find(([pattern]) => pattern.test(outcome.output));
  const code = outcome.signal ?? (outcome.missing ? "program not found" : `exit code ${outcome.code}`);
  const cause = known === undefined ? `the tool failed (${code})` : known[1];
  return new SetupFailure(`${what} failed because ${cause}: ${known?.[2] ?? otherwise} (log: .setup/${log}.log).`);
}

/**
 * Bytes of all files below a folder, 0 where it is missing: how far a download has come.
 * @param {string} folder
 * @returns {number}
 */
export function folderBytes(folder) {
  let bytes = 0;
  try {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      const file = path.join(folder, entry.name);
      bytes += entry.isDirectory() ? folderBytes(file) : fs.statSync(file).size;
    }
  } catch {
    // A tool may move files while we look; the next look counts them.
  }
  return bytes;
}

/**
 * Reports progress by looking every half second while `work` runs.
 * @template T
 * @param {import("./context.mjs").OnProgress} onProgress
 * @param {() => number} fraction
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
export async function watch(onProgress, fraction, work) {
  const timer = setInterval(() => onProgress(Math.min(fraction(), 0.99)), 500);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
