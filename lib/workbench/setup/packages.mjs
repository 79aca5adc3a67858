/** Step: the npm packages, exactly as the lock file has them. No install script of a package is run. */
import fs from "node:fs";
import path from "node:path";

import { commandFailure, runCommand, watch } from "./command.mjs";
import { readJson } from "./context.mjs";

/** @type {import("./steps.mjs").Step} */
export const packagesStep = {
  title: "npm packages",
  gigabytes: 1,

  /** npm keeps its own record of what it has put into node_modules, so that record is compared, not a marker of ours. */
  isDone({ root }) {
    const wanted = readJson(path.join(root, "package-lock.json"));
    const installed = readJson(path.join(root, "node_modules/.package-lock.json"));
    return wanted !== null && installed !== null && matchesLock(wanted.packages, installed.packages);
  },

  async run(context, onProgress) {
    const { root, env } = context;
    const count = topLevelNames(readJson(path.join(root, "package-lock.json")).packages).size;
    const npm = env.npm_execpath?.endsWith("npm-cli.js") ? [process.execPath, env.npm_execpath] : ["npm"];
    const args = [...npm.slice(1), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    const installing = runCommand(context, "npm", npm[0], args);
    const outcome = await watch(onProgress, () => countPackages(path.join(root, "node_modules")) / count, installing);
    if (outcome.missing)
      throw commandFailure("Installing the npm packages", "npm", outcome, "install npm and start again");
    if (outcome.code !== 0) throw commandFailure("Installing the npm packages", "npm", outcome);
    return `${Object.keys(readJson(path.join(root, "node_modules/.package-lock.json")).packages).length} packages`;
  },
};

/**
 * Whether every package of the lock file is installed in its version. Optional ones (for other platforms) may be absent.
 * @param {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean }>} wanted
 * @param {Record<string, { version?: string }>} installed
 */
export function matchesLock(wanted, installed) {
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    if (name === "") return true;
    const found = installed[name];
    return found === undefined ? Boolean(optional || devOptional || peer) : found.version === version;
  });
}

/**
 * Packages that will be at the top of node_modules; those for other platforms will not.
 * @param {Record<string, { optional?: boolean }>} packages keys such as "node_modules/a/node_modules/b"
 */
function topLevelNames(packages) {
  const folders = Object.keys(packages).filter((folder) => !packages[folder]?.optional);
  return new Set(folders.map((folder) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(folder)?.[1]).filter(Boolean));
}

/** Packages that are unpacked at the top of node_modules (npm makes all their folders first). @param {string} folder */
function countPackages(folder) {
  /** @param {string} parent @returns {string[]} */
  const list = (parent) => (fs.existsSync(parent) ? fs.readdirSync(parent) : []);
  return list(folder)
    .flatMap((name) =>
      name.startsWith("@") ? list(path.join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .filter((name) => fs.existsSync(path.join(folder, name, "package.json"))).length;
}
