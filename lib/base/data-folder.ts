import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Where the published data sets lie: the environment variable `WAYMARK_DATA`, else `data/external` in the project.
 * Null where there is no such folder.
 */
export function dataFolder(root = projectRoot()): string | null {
  return existing([process.env.WAYMARK_DATA, path.join(root, "data", "external")]);
}

/** `dataFolder`, for tests also the shared folder beside the checkout of this project's developers. */
export function testDataFolder(root = projectRoot()): string | null {
  return dataFolder(root) ?? existing([path.join(root, "..", "shared", "data")]);
}

/** The folder with the project's package.json, upwards from the working directory; else the working directory. */
function projectRoot(): string {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

function existing(candidates: readonly (string | undefined)[]): string | null {
  for (const candidate of candidates) {
    if (candidate !== undefined && candidate !== "" && fs.existsSync(candidate)) return path.resolve(candidate);
  }
  return null;
}
