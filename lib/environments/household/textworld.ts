import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "../../base/index.ts";
import type { GameFile } from "./write.ts";

/** A game and the commands to play in it. */
export interface TextWorldJob {
  readonly game: GameFile;
  readonly commands: readonly string[];
}

export interface TextWorldPlay {
  readonly load_seconds: number;
  readonly step_seconds: number;
  /** The reset, then one entry a command. */
  readonly steps: readonly {
    readonly observation: string;
    readonly admissible: readonly string[];
    readonly won: boolean;
  }[];
}

export const TEXTWORLD_INSTALL =
  'python3 -m venv .venv-textworld && .venv-textworld/bin/pip install "textworld[pddl]==1.7.0" && ' +
  ".venv-textworld/bin/pip install --no-deps alfworld==0.4.2";

/**
 * A Python that has TextWorld and alfworld: the environment variable `WAYMARK_TEXTWORLD_PYTHON`, else `.venv-textworld`
 * or `.venv` in the working directory. Null where there is none.
 */
export function findTextWorldPython(): string | null {
  const named = process.env.WAYMARK_TEXTWORLD_PYTHON;
  const candidates = named ? [named] : [".venv-textworld/bin/python", ".venv/bin/python"];
  for (const python of candidates) {
    if (!named && !fs.existsSync(python)) continue;
    const check = spawnSync(python, ["-c", "import fast_downward, textworld, alfworld"], { stdio: "ignore" });
    if (check.status === 0) return python;
    if (named)
      throw new UserError(
        `WAYMARK_TEXTWORLD_PYTHON: ${named} cannot import textworld and alfworld; ${TEXTWORLD_INSTALL}`,
      );
  }
  return null;
}

/** Plays the jobs one after the other in the real TextWorld, in a process of its own. */
export function playInTextWorld(python: string, jobs: readonly TextWorldJob[], folder = HERE): TextWorldPlay[] {
  const script = path.join(folder, "textworld_play.py");
  const run = spawnSync(python, [script], { input: JSON.stringify(jobs), encoding: "utf8", maxBuffer: 1 << 30 });
  if (run.status !== 0)
    throw new UserError(`${python} ${script} failed: ${(run.stderr ?? "").trim().split("\n").slice(-3).join(" ")}`);
  return JSON.parse(run.stdout) as TextWorldPlay[];
}

const HERE = path.join("lib", "environments", "household");
