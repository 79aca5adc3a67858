/** Step: TensorFlow.js's N-API binding, compiled against the library by one compiler call. */
import fs from "node:fs";
import path from "node:path";

import { commandFailure, runCommand } from "./command.mjs";
import { SetupFailure, readJson, requirementsPath } from "./context.mjs";
import { pipEnvironment, venvPython } from "./environment.mjs";
import { libraryFolder } from "./library.mjs";

/** The npm package that serves both native engines: its JavaScript and C++ are those of `@tensorflow/tfjs-node`. */
export const bindingPackage = "@tensorflow/tfjs-node-gpu";

/** @param {string} root the package's folder */
export const packageFolder = (root) => path.join(root, "node_modules", bindingPackage);

/** The compiled binding, named by the version of the package that it is compiled from. @param {string} root @param {"cpu" | "gpu"} engine */
export function bindingPath(root, engine) {
  const version = readJson(path.join(packageFolder(root), "package.json"))?.version;
  return path.join(libraryFolder(root, engine), `tfjs_binding-${version}.node`);
}

/**
 * @param {"cpu" | "gpu"} engine
 * @returns {import("./steps.mjs").Step}
 */
export function bindingStep(engine) {
  return {
    title: "TensorFlow binding",
    gigabytes: 0.5, // for the compiler that may have to be fetched
    isDone: ({ root }) => fs.existsSync(bindingPath(root, engine)),
    async run(context, onProgress) {
      const { root } = context;
      const target = bindingPath(root, engine);
      const args = compilerArguments(root, engine, `${target}.tmp`);
      const compiler = (await compileWithInstalled(context, args)) ?? (await compileWithZig(context, args, onProgress));
      fs.renameSync(`${target}.tmp`, target);
      return `compiled with ${compiler}`;
    },
  };
}

/** @param {string} root @param {"cpu" | "gpu"} engine @param {string} target */
function compilerArguments(root, engine, target) {
  const source = path.join(packageFolder(root), "binding");
  const library = libraryFolder(root, engine);
  return [
    ..."-std=c++17 -O2 -fPIC -shared -w -DNAPI_VERSION=8".split(" "),
    `-I${path.join(root, "node_modules/node-api-headers/include")}`,
    `-I${path.join(library, "include")}`,
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(source, name)),
    ...["-o", target, `-L${path.join(library, "lib")}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
    // The binding finds the libraries through the package's folder `deps`, wherever the repository is.
    ...["-Wl,-rpath,$ORIGIN/../../deps/lib", "-Wl,--allow-shlib-undefined"],
  ];
}

/**
 * Tries the compilers of this machine; one that is too old or incomplete counts as none.
 * @param {import("./context.mjs").Context} context @param {readonly string[]} args
 * @returns {Promise<string | null>} the compiler that worked
 */
async function compileWithInstalled(context, args) {
  const compilers = [context.env.CXX, "g++", "c++", "clang++"].filter((name) => name !== undefined && name !== "");
  for (const compiler of compilers) {
    // CXX may carry options, as in "ccache g++".
    const [command, ...options] = /** @type {string} */ (compiler).split(/\s+/);
    const { code } = await runCommand(context, "compiler", command, [...options, ...args]);
    if (code === 0) return /** @type {string} */ (compiler);
  }
  return null;
}

/**
 * Fetches a compiler from the Python registry, uses it, and removes it.
 * @param {import("./context.mjs").Context} context @param {readonly string[]} args
 * @param {import("./context.mjs").OnProgress} onProgress
 * @returns {Promise<string>}
 */
async function compileWithZig(context, args, onProgress) {
  const { root } = context;
  const folder = path.join(root, ".native", "compiler.partial");
  fs.rmSync(folder, { recursive: true, force: true });
  try {
    onProgress("no C++ compiler works here, fetching one");
    const pip = ["-m", "pip", "install", "--require-hashes", "--no-deps", "--no-cache-dir", "--target", folder];
    const installed = await runCommand(
      context,
      "compiler",
      venvPython(root),
      [...pip, "-r", requirementsPath(root, "compiler")],
      pipEnvironment,
    );
    const remedy = "install g++ or clang++ and start again, or use plain JavaScript with npm run setup -- --js";
    if (installed.code !== 0)
      throw commandFailure("No C++ compiler works here, and fetching one", "compiler", installed, remedy);
    onProgress("compiling, which takes minutes with a fresh compiler");
    const cache = path.join(folder, "cache");
    const env = { PYTHONPATH: folder, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
    const { code } = await runCommand(context, "compiler", venvPython(root), ["-m", "ziglang", "c++", ...args], env);
    if (code !== 0)
      throw new SetupFailure(`The TensorFlow binding could not be compiled: ${remedy} (log: .setup/compiler.log).`);
    return "ziglang";
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
