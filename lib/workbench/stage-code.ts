import { buildSync } from "esbuild";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { readJson, sha256 } from "../base/index.ts";
import { projectRoot } from "./project.ts";

const known = new Map<string, string>();

/**
 * Hash of the code that decides what a stage writes: all of lib/ that the module at `url` (its `import.meta.url`)
 * reaches, and the versions of the packages that this code imports. Comments, layout and exports that the stage does not
 * use make no difference, so a better docstring does not cost a training.
 */
export function stageCode(url: string): string {
  const entry = fileURLToPath(url);
  let hash = known.get(entry);
  if (hash === undefined) known.set(entry, (hash = hashOf(entry)));
  return hash;
}

function hashOf(entry: string): string {
  const { outputFiles, metafile } = buildSync({
    entryPoints: [entry],
    absWorkingDir: projectRoot,
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "silent",
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = [...new Set(imports.map(({ path: name }) => packageName(name)))].sort();
  const { dependencies } = readJson<{ dependencies: Record<string, string> }>(path.join(projectRoot, "package.json"));
  // Node's own modules have no version here: Node's is among the facts that may differ.
  const versions = packages.map((name) => [name, dependencies[name] ?? null]);
  return sha256(outputFiles.map((file) => file.text).join("\n") + JSON.stringify(versions));
}

/** `@scope/name/part` is a part of package `@scope/name`. */
const packageName = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
