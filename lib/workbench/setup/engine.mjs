/** Step: the chosen engine is linked into node_modules, tried in a process of its own, and remembered. */
import fs from "node:fs";
import path from "node:path";

import { bindingPath, packageFolder } from "./binding.mjs";
import { commandFailure, runCommand } from "./command.mjs";
import { SetupFailure, readJson, setupPath, writeJson } from "./context.mjs";
import { libraryFolder, tensorflowVersion } from "./library.mjs";

/** The marker that `lib/model` reads to know which engine to load. @param {string} root */
const markerPath = (root) => setupPath(root, "engine.json");

/** The engine that the last complete set-up made ready, or null. @param {string} root @returns {import("./context.mjs").Engine | null} */
export const readyEngine = (root) => readJson(markerPath(root))?.engine ?? null;

/**
 * @param {import("./context.mjs").Engine} engine
 * @returns {import("./steps.mjs").Step}
 */
export function engineStep(engine) {
  if (engine === "js") {
    return {
      title: "Engine: plain JavaScript",
      gigabytes: 0,
      isDone: ({ root }) => readyEngine(root) === "js",
      run: ({ root }) => Promise.resolve(writeJson(markerPath(root), { engine, tensorflow: null })),
    };
  }
  return {
    title: `Engine: TensorFlow on the ${engine === "gpu" ? "GPU" : "CPU"}`,
    gigabytes: 0,
    isDone: ({ root }) => readyEngine(root) === engine && isLinked(root, engine),
    async run(context) {
      const { root } = context;
      fs.rmSync(markerPath(root), { force: true });
      link(root, engine);
      const note = await tryEngine(context);
      writeJson(markerPath(root), { engine, tensorflow: tensorflowVersion });
      return note;
    },
  };
}

/** Where the package looks for the binding. @param {string} root */
const linkedBinding = (root) => path.join(packageFolder(root), "lib/napi-v8/tfjs_binding.node");

/** Whether the package in node_modules (which npm may have replaced) is the patched one with this engine's library. @param {string} root @param {"cpu" | "gpu"} engine */
function isLinked(root, engine) {
  try {
    const library = fs.realpathSync(path.join(packageFolder(root), "deps"));
    const bindings = [linkedBinding(root), bindingPath(root, engine)].map((file) => fs.readFileSync(file));
    return library === fs.realpathSync(libraryFolder(root, engine)) && bindings[0].equals(bindings[1]);
  } catch {
    return false;
  }
}

/** Puts library and binding where the package looks; the binding comes last, so its presence means complete. @param {string} root @param {"cpu" | "gpu"} engine */
function link(root, engine) {
  const folder = packageFolder(root);
  for (const name of ["dist/nodejs_kernel_backend.js", "dist/kernels/TopK.js"]) {
    const file = path.join(folder, name);
    fs.writeFileSync(file, withoutRemovedHelpers(fs.readFileSync(file, "utf8")));
  }
  const deps = path.join(folder, "deps");
  fs.rmSync(deps, { recursive: true, force: true });
  // Relative, so that the repository can be moved.
  fs.symlinkSync(path.relative(folder, libraryFolder(root, engine)), deps);
  const binding = linkedBinding(root);
  fs.mkdirSync(path.dirname(binding), { recursive: true });
  fs.copyFileSync(bindingPath(root, engine), `${binding}.tmp`);
  fs.renameSync(`${binding}.tmp`, binding);
}

/** The package uses helpers of `node:util` that Node 23 removed. @param {string} source @returns {string} */
export function withoutRemovedHelpers(source) {
  return source
    .replaceAll("(0, util_1.isNullOrUndefined)(", "(function (x) { return x == null; })(")
    .replaceAll("(0, util_1.isArray)(", "Array.isArray(");
}

/** Multiplies two matrices in a process of its own, which may crash. @param {import("./context.mjs").Context} context */
async function tryEngine(context) {
  const script = path.join(context.root, "lib/workbench/setup/try-engine.mjs");
  const outcome = await runCommand(context, "engine", process.execPath, [script], {
    TF_CPP_MIN_LOG_LEVEL: "3",
    TF_FORCE_GPU_ALLOW_GROWTH: "true",
  });
  const answer = /^engine:(.*)$/m.exec(outcome.output)?.[1];
  if (outcome.code === 0 && answer !== undefined) return answer;
  const slow = "use plain JavaScript instead with npm run setup -- --js";
  if (outcome.signal === "SIGILL") {
    throw new SetupFailure(
      `TensorFlow needs a processor with AVX instructions, which this one lacks: ${slow} (log: .setup/engine.log).`,
    );
  }
  throw commandFailure("Trying the TensorFlow engine", "engine", outcome, `read the log for the cause, or ${slow}`);
}
