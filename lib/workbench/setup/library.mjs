/** Step: the native TensorFlow library and its headers, taken out of the published Python wheels. */
import fs from "node:fs";
import path from "node:path";

import { commandFailure, folderBytes, runCommand, watch } from "./command.mjs";
import { readJson, requirementsPath, writeJson } from "./context.mjs";
import { pipEnvironment, requirementsHash, venvPython } from "./environment.mjs";

export const tensorflowVersion = "2.18.1";

/** Bytes of all wheels, for the percentage. */
const wheelBytes = { cpu: 230e6, gpu: 2_640e6 };

/** Where the library of an engine is kept; it outlives node_modules. @param {string} root @param {"cpu" | "gpu"} engine */
export const libraryFolder = (root, engine) => path.join(root, ".native", `${engine}-${tensorflowVersion}`);

/**
 * @param {"cpu" | "gpu"} engine
 * @returns {import("./steps.mjs").Step}
 */
export function libraryStep(engine) {
  const requirements = `tensorflow-${engine}`;
  return {
    title: `TensorFlow ${tensorflowVersion} library (${engine})`,
    gigabytes: engine === "gpu" ? 7 : 1,

    isDone({ root }) {
      return (
        readJson(path.join(libraryFolder(root, engine), "complete.json"))?.requirements ===
        requirementsHash(root, requirements)
      );
    },

    async run(context, onProgress) {
      const { root } = context;
      const folder = libraryFolder(root, engine);
      const partial = `${folder}.partial`;
      const wheels = path.join(partial, "wheels");
      const temporary = path.join(partial, "tmp");
      fs.rmSync(partial, { recursive: true, force: true });
      fs.mkdirSync(temporary, { recursive: true });

      // pip's temporary files go to our folder: there they can be counted, and a small /tmp does not matter.
      // No cache: pip would keep a second copy of these very large files.
      const platform = [
        "--implementation",
        "cp",
        "--python-version",
        "311",
        "--abi",
        "cp311",
        "--platform",
        "manylinux2014_x86_64",
      ];
      const args = ["-m", "pip", "download", "--require-hashes", "--no-deps", "--only-binary=:all:", "--no-cache-dir"];
      const downloading = runCommand(
        context,
        "tensorflow",
        venvPython(root),
        [...args, ...platform, "-d", wheels, "-r", requirementsPath(root, requirements)],
        { ...pipEnvironment, TMPDIR: temporary },
      );
      const outcome = await watch(onProgress, () => folderBytes(partial) / wheelBytes[engine], downloading);
      const remedy = "read the log for the cause and start again, or use plain JavaScript with npm run setup -- --js";
      if (outcome.code !== 0) throw commandFailure("Downloading the TensorFlow library", "tensorflow", outcome, remedy);

      for (const name of fs.readdirSync(wheels)) {
        const wheel = path.join(wheels, name);
        const unpack = path.join(root, "lib/workbench/setup/unpack_wheel.py");
        const unpacked = await runCommand(context, "tensorflow", venvPython(root), [unpack, wheel, partial]);
        if (unpacked.code !== 0)
          throw commandFailure("Unpacking the TensorFlow library", "tensorflow", unpacked, remedy);
        fs.rmSync(wheel);
      }
      fs.rmSync(wheels, { recursive: true });
      fs.rmSync(temporary, { recursive: true });
      writeJson(path.join(partial, "complete.json"), { requirements: requirementsHash(root, requirements) });
      fs.rmSync(folder, { recursive: true, force: true });
      fs.renameSync(partial, folder);
    },
  };
}
