/** What this computer is, and whether set-up can work on it. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { SetupFailure } from "./context.mjs";

/**
 * @typedef {object} Machine
 * @property {string} platform as in `process.platform`
 * @property {string} arch as in `process.arch`
 * @property {string | null} glibc version of the C library, null where it is another one (musl, macOS, Windows)
 */

/** @returns {Machine} this computer */
export function thisMachine() {
  const linux = process.platform === "linux";
  /** @type {any} */
  const report = linux ? process.report?.getReport() : null;
  return { platform: process.platform, arch: process.arch, glibc: report?.header?.glibcVersionRuntime ?? null };
}

/**
 * Why the native TensorFlow library cannot run here, or null where it can: the published wheels that we take it from
 * are for Linux on x86-64 with glibc 2.17 or newer.
 * @param {Machine} machine
 * @returns {string | null}
 */
export function nativeObstacle({ platform, arch, glibc }) {
  /** @type {Record<string, string>} */
  const names = { darwin: "macOS", win32: "Windows", linux: "Linux" };
  const name = names[platform] ?? platform;
  if (platform !== "linux" || arch !== "x64")
    return `native TensorFlow is set up on Linux x86-64 only, this is ${name} ${arch}`;
  if (glibc === null) return "native TensorFlow needs the GNU C library, this Linux has another one (musl)";
  if (compareVersions(glibc, "2.17") < 0) return `native TensorFlow needs glibc 2.17 or newer, this is ${glibc}`;
  return null;
}

/**
 * Compares dotted version numbers.
 * @param {string} left @param {string} right
 * @returns {number} negative, zero or positive as `left` is older than, equal to or newer than `right`
 */
export function compareVersions(left, right) {
  const a = left.split(".").map(Number);
  const b = right.split(".").map(Number);
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Node must be able to `require` ES modules, as the notebook kernel does: 20.19, 22.12 or anything from 23 on.
 * @param {string} version as in `process.versions.node`
 */
export function checkNode(version) {
  const major = Number(version.split(".")[0]);
  const enough =
    major >= 23 ||
    (major === 22 && compareVersions(version, "22.12") >= 0) ||
    (major === 20 && compareVersions(version, "20.19") >= 0);
  if (!enough)
    throw new SetupFailure(
      `Waymark needs Node 20.19, 22.12, 24 or newer, this is ${version}: install a newer Node and start again.`,
    );
}

/**
 * @param {string} root @param {number} needed gigabytes
 * @param {(folder: string) => number} [freeBytes]
 * @returns {number} free gigabytes
 */
export function checkDisk(root, needed, freeBytes = bytesFree) {
  const free = freeBytes(root) / 1e9;
  if (free < needed) {
    throw new SetupFailure(
      `Set-up needs ${needed.toFixed(1)} GB of disk space but only ${free.toFixed(1)} GB are free in ${root}: free some space and start again.`,
    );
  }
  return free;
}

/** @param {string} folder */
function bytesFree(folder) {
  const { bavail, bsize } = fs.statfsSync(folder);
  return bavail * bsize;
}

/**
 * Whether an NVIDIA driver is here: `nvidia-smi` on the PATH or the driver's library in one of its usual places.
 * @param {NodeJS.ProcessEnv} env
 */
export function hasNvidiaDriver(env, exists = fs.existsSync) {
  const libraries = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
  ];
  return (
    (env.LD_LIBRARY_PATH ?? "")
      .split(":")
      .concat(libraries)
      .some((folder) => folder && exists(`${folder}/libcuda.so.1`)) ||
    (env.PATH ?? "").split(path.delimiter).some((folder) => folder && exists(path.join(folder, "nvidia-smi")))
  );
}

/** @param {Machine} machine one line naming this computer */
export function describeMachine({ platform, arch }) {
  return `${platform === "linux" ? "Linux" : platform} ${arch}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GB memory`;
}
