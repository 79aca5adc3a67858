import { execFileSync } from "node:child_process";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Where experiments keep their runs; `WAYMARK_RUNS` moves all of them elsewhere. */
export const runsFolder = (): string =>
  path.resolve(process.env["WAYMARK_RUNS"] ?? path.join(projectRoot, "experiments", "runs"));

/** The commit that is checked out, with `+changes` where the working tree differs; null outside a repository. */
export function gitCommit(): string | null {
  try {
    const git = (...args: string[]): string =>
      execFileSync("git", ["-C", projectRoot, ...args], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    return git("rev-parse", "HEAD") + (git("status", "--porcelain", "-uno") === "" ? "" : "+changes");
  } catch {
    return null;
  }
}
