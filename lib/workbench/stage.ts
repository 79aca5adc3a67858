import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalJson, readJson, sha256, sha256File, UserError, writeJson } from "../base/index.ts";
import { withInterrupt } from "./interrupt.ts";
import { inOtherExperiments, replaceByCopy } from "./other-runs.ts";
import { gitCommit } from "./project.ts";

/** What a finished stage says of itself. Written last: a folder without it is not finished. */
export interface Manifest {
  readonly stage: string;
  /** Hash of stage, code, settings, seed and the hashes of the inputs: equal signature, equal artefact. */
  readonly signature: string;
  /** See `stageCode`. */
  readonly code: string;
  readonly settings: unknown;
  readonly seed: number;
  /** Input name to the hash of the artefact it came from. */
  readonly inputs: Readonly<Record<string, string>>;
  /** File name to SHA-256 of its bytes. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Hash over `outputs`: what the next stage takes as its input's hash. */
  readonly artefact: string;
  /** A few figures worth reading without opening the files. */
  readonly summary: Readonly<Record<string, unknown>>;
  readonly made: StageProvenance;
}

/** Facts that may differ between two runs with equal artefacts. */
export interface StageProvenance {
  readonly finished: string;
  /** Over all attempts since the stage began. */
  readonly wallSeconds: number;
  /** Highest resident memory of the process so far, in MB. */
  readonly peakMemoryMb: number;
  readonly node: string;
  readonly platform: string;
  readonly commit: string | null;
}

export interface StageContext {
  /** The artefact folder, which exists; what an earlier, killed attempt left is still in it. */
  readonly folder: string;
  /** Aborted by Ctrl-C: save, then throw `Interrupted`. */
  readonly signal: AbortSignal;
  file(name: string): string;
}

export interface StageSpec {
  readonly name: string;
  /** Hash of the code that decides what the stage writes: `stageCode(import.meta.url)`. */
  readonly code: string;
  readonly folder: string;
  readonly seed: number;
  readonly settings: unknown;
  readonly inputs: Readonly<Record<string, string>>;
  /** Files and folders inside the artefact folder that are not part of the artefact (checkpoints, timings). */
  readonly scratch?: readonly string[];
  run(context: StageContext): Promise<Readonly<Record<string, unknown>>>;
}

const MANIFEST = "manifest.json";
const STARTED = "started.json";

/** The manifest of a finished stage, or null. */
export function readManifest(folder: string): Manifest | null {
  const file = path.join(folder, MANIFEST);
  return fs.existsSync(file) ? readJson<Manifest>(file) : null;
}

/** The manifest of the stage in a folder that another one builds on. Throws `UserError` where it is not finished. */
export function finishedManifest(folder: string): Manifest {
  const manifest = readManifest(folder);
  if (manifest === null) throw new UserError(`${folder}: this stage must be finished first`);
  return manifest;
}

export function stageSignature(spec: Pick<StageSpec, "name" | "code" | "seed" | "settings" | "inputs">): string {
  const { name, code, seed, settings, inputs } = spec;
  return sha256(canonicalJson({ name, code, seed, settings, inputs }));
}

/**
 * Runs a stage, or returns its manifest where a finished one has the same signature, here or in another experiment's run
 * of the same arm and seed, which is copied. An unfinished attempt with the same signature is continued; anything else in
 * the folder is removed first.
 */
export async function runStage(spec: StageSpec): Promise<Manifest> {
  const signature = stageSignature(spec);
  const done = readManifest(spec.folder);
  if (done?.signature === signature) return done;
  if (done !== null) process.stdout.write(`${spec.name}: made anew, because ${whatChanged(done, spec)} changed\n`);

  const same = inOtherExperiments(spec.folder).find((folder) => readManifest(folder)?.signature === signature);
  if (same !== undefined) {
    process.stdout.write(`${spec.name}: taken from ${path.relative(process.cwd(), same)}\n`);
    replaceByCopy(spec.folder, same);
    return readManifest(spec.folder)!;
  }
  const startedFile = path.join(spec.folder, STARTED);
  const started = fs.existsSync(startedFile) ? readJson<{ signature: string; spent: number }>(startedFile) : null;
  if (started?.signature !== signature || done !== null) fs.rmSync(spec.folder, { recursive: true, force: true });
  const spentBefore = started?.signature === signature ? started.spent : 0;
  writeJson(startedFile, { signature, spent: spentBefore });

  const begin = performance.now();
  const spent = (): number => spentBefore + (performance.now() - begin) / 1000;
  let summary: Readonly<Record<string, unknown>>;
  try {
    summary = await withInterrupt((signal) =>
      spec.run({ folder: spec.folder, signal, file: (name) => path.join(spec.folder, name) }),
    );
  } catch (error) {
    writeJson(startedFile, { signature, spent: spent() });
    throw error;
  }

  const outputs = hashFiles(spec.folder, [...(spec.scratch ?? []), STARTED, MANIFEST]);
  const manifest: Manifest = {
    stage: spec.name,
    signature,
    code: spec.code,
    settings: spec.settings,
    seed: spec.seed,
    inputs: spec.inputs,
    outputs,
    artefact: sha256(canonicalJson(outputs)),
    summary,
    made: {
      finished: new Date().toISOString(),
      wallSeconds: Math.round(spent() * 10) / 10,
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      commit: gitCommit(),
    },
  };
  writeJson(path.join(spec.folder, MANIFEST), manifest);
  fs.rmSync(startedFile, { force: true });
  return manifest;
}

/** In words: what of a finished stage is not what it would be now. */
function whatChanged(done: Manifest, now: StageSpec): string {
  const parts = ["code", "settings", "seed", "inputs"] as const;
  const changed = parts.filter((part) => canonicalJson(done[part] ?? null) !== canonicalJson(now[part]));
  return changed.map((part) => `its ${part}`).join(" and ");
}

function hashFiles(folder: string, except: readonly string[]): Record<string, string> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !except.some((skip) => name === skip || name.startsWith(skip + path.sep)));
  return Object.fromEntries(files.sort().map((name) => [name, sha256File(path.join(folder, name))]));
}
