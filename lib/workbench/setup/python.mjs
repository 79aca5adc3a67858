/** Finds a Python that can make the virtual environment. */
import { runCommand } from "./command.mjs";
import { SetupFailure } from "./context.mjs";
import { compareVersions } from "./machine.mjs";

/**
 * @typedef {object} PythonNeed
 * @property {string} oldest Python that the locked packages are for
 * @property {string} who needs it, with the verb: the start of a sentence
 */

/** @type {PythonNeed} */
const notebooks = { oldest: "3.9", who: "The notebooks need" };

/** Prints version and whether `python -m venv` can work (Debian leaves ensurepip out of its plain Python). */
const probe =
  "import importlib.util as u, json, sys; " +
  'print("python:" + json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "venv": all(u.find_spec(m) for m in ("venv", "ensurepip"))}))';

/**
 * @typedef {{ command: string, version: string, venv: boolean }} Python
 *
 * Reads what the probe printed.
 * @param {string} output
 * @returns {{ version: string, venv: boolean } | null} null for anything but a Python 3 that answered
 */
export function parseProbe(output) {
  const line = /^python:(\{.*\})\s*$/m.exec(output)?.[1];
  return line === undefined ? null : JSON.parse(line);
}

/**
 * The first Python on the PATH that will do; the environment variable PYTHON goes before all.
 * @param {import("./context.mjs").Context} context
 * @param {PythonNeed} [need]
 * @returns {Promise<Python>}
 */
export async function findPython(context, need = notebooks) {
  const names = ["python3", "python", ...[14, 13, 12, 11, 10, 9].map((minor) => `python3.${minor}`)];
  const wanted = context.env.PYTHON;
  /** @type {Python[]} */
  const found = [];
  for (const command of wanted ? [wanted] : names) {
    const answer = parseProbe((await runCommand(context, "python", command, ["-c", probe])).output);
    if (answer === null) continue;
    const python = { command, ...answer };
    if (isNewEnough(python, need) && python.venv) return python;
    found.push(python);
  }
  throw pythonFailure(found, need, wanted);
}

/** @param {{ version: string }} python @param {PythonNeed} need */
const isNewEnough = (python, { oldest }) => compareVersions(python.version, oldest) >= 0;

/**
 * Why none of the Pythons found will do.
 * @param {readonly Python[]} found @param {PythonNeed} need @param {string} [wanted] the user's own choice
 */
function pythonFailure(found, need, wanted) {
  const { oldest, who } = need;
  const bare = found.find((python) => isNewEnough(python, need));
  if (bare !== undefined) {
    const minor = bare.version.split(".").slice(0, 2).join(".");
    return new SetupFailure(
      `Python ${bare.version} cannot make virtual environments because its venv module is missing: ` +
        `install it (on Debian and Ubuntu: sudo apt install python${minor}-venv) and start again.`,
    );
  }
  const old = found[0];
  const remedy = `install Python ${oldest} or newer, or name one in the environment variable PYTHON, and start again.`;
  if (old !== undefined) return new SetupFailure(`${who} Python ${oldest} or newer, this is ${old.version}: ${remedy}`);
  const where = wanted ? `as ${wanted} (environment variable PYTHON)` : "on the PATH";
  return new SetupFailure(`${who} Python, and none was found ${where}: ${remedy}`);
}
