import * as fs from "node:fs";
import * as path from "node:path";
import { UserError } from "./errors.ts";

/**
 * Where the published data sets lie: the environment variable `WAYMARK_DATA`, else `data/external` in the project.
 * Null where there is no such folder, or nothing in it. Throws where the variable names a folder that does not exist.
 */
export function dataFolder(root = projectRoot()): string | null {
  const named = process.env.WAYMARK_DATA;
  if (named === undefined || named === "") return filledFolder(path.join(root, "data", "external"));
  if (!fs.existsSync(named)) {
    throw new UserError(`WAYMARK_DATA names ${named}, which does not exist; data/README.md says what belongs there`);
  }
  return path.resolve(named);
}

/** `dataFolder`, for tests also the shared folder beside the checkout of this project's developers. */
export function testDataFolder(root = projectRoot()): string | null {
  return dataFolder(root) ?? filledFolder(path.join(root, "..", "shared", "data"));
}

/** The folder with a package.json, upwards from the working directory; else the working directory. */
function projectRoot(): string {
  for (let folder = process.cwd(); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "package.json"))) return folder;
    if (folder === path.dirname(folder)) return process.cwd();
  }
}

function filledFolder(folder: string): string | null {
  return fs.existsSync(folder) && fs.readdirSync(folder).length > 0 ? folder : null;
}
