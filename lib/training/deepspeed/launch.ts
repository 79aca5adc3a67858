import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { Interrupted, readJson, UserError, type OnProgress } from "../../base/index.ts";
import type { StepMetrics } from "../metrics.ts";
import type { TrainingOutcome } from "../train.ts";
import { describeFailure } from "./failure.ts";
import { JobWatch } from "./job-watch.ts";
import type { DeepSpeedJob } from "./job.ts";

export interface LaunchOptions {
  /** Gets the steps since the last call; of a continued job first those that were done before. */
  readonly onMetrics?: (rows: readonly StepMetrics[]) => void;
  readonly onProgress?: OnProgress;
  /** Stops after the step at work, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Default: that of `.venv-deepspeed`. */
  readonly python?: string;
  /** Added to the environment of all processes. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface DeepSpeedResult extends TrainingOutcome {
  /** Folder of the trained model's or adapter's safetensors. */
  readonly output: string;
  /** Folder of the model that an adapter belongs to: the given one, or with rows for added tokens. */
  readonly base: string;
  /** Steps after which a model was saved, by tokens seen. */
  readonly snapshots: readonly { readonly tokens: number; readonly folder: string }[];
  readonly seconds: number;
  /** Of one process: on the GPU, or in memory. */
  readonly peakMemoryMb: number;
  readonly processes: number;
  readonly versions: Readonly<Record<string, string>>;
}

const projectFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const WATCH_EVERY = 250; // milliseconds

/**
 * Runs a job to its end with its own `launch.sh`, or continues it from its last checkpoint; a finished one is not run
 * again. Throws `UserError` where the job cannot begin (no Python, no model, no GPU), `Interrupted` after `signal`, and
 * otherwise an error that names the process that failed.
 */
export async function launchDeepSpeed(job: DeepSpeedJob, options: LaunchOptions = {}): Promise<DeepSpeedResult> {
  const { signal, onProgress, onMetrics } = options;
  const done = deepSpeedResult(job);
  const watch = new JobWatch(job, { onMetrics, onProgress });
  if (done) {
    watch.look();
    return done;
  }
  const python = options.python ?? deepSpeedPython();
  for (const name of ["problems.json", "progress.json"]) fs.rmSync(path.join(job.folder, name), { force: true });
  for (const name of ["ranks", "logs"]) fs.rmSync(path.join(job.folder, name), { recursive: true, force: true });

  if (signal?.aborted) throw stopped();
  const child = spawn("bash", ["launch.sh"], {
    cwd: job.folder,
    env: {
      ...process.env,
      ...(job.settings.launcher.kind === "hostfile" ? {} : { MASTER_PORT: String(await freePort()) }),
      ...options.env,
      PYTHON: python,
      PATH: [path.dirname(python), options.env?.["PATH"] ?? process.env["PATH"]].join(path.delimiter),
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl-C in the terminal comes to us, and from us as a request to stop
  });
  const { code, output } = await ended(child, signal, () => watch.look());
  watch.look();
  const result = deepSpeedResult(job);
  if (result) return result;
  const problems = path.join(job.folder, "problems.json");
  const found = fs.existsSync(problems) ? readJson<string[]>(problems) : [];
  if (found.length > 0) throw new UserError(found.join("\n"));
  if (signal?.aborted || code === 0) throw stopped(watch.step, job.steps);
  throw new Error(describeFailure(job.folder, code, output));
}

/** What a finished job came to, or null: also of one that ran elsewhere and was copied back. */
export function deepSpeedResult(job: DeepSpeedJob): DeepSpeedResult | null {
  const file = path.join(job.folder, "result.json");
  if (!fs.existsSync(file)) return null;
  const result = readJson<Omit<DeepSpeedResult, "output" | "base"> & { readonly signature: string }>(file);
  const { signature, ...rest } = result;
  if (signature !== job.signature) return null;
  const { model, addedTokens } = readJson<{ model: { folder: string }; addedTokens: unknown[] }>(
    path.join(job.folder, "job.json"),
  );
  const snapshots = path.join(job.folder, "snapshots");
  const counts = fs.existsSync(snapshots) ? fs.readdirSync(snapshots).map(Number) : [];
  return {
    ...rest,
    output: path.join(job.folder, "output"),
    base: addedTokens.length > 0 ? path.join(job.folder, "base") : path.resolve(job.folder, model.folder),
    snapshots: counts.sort((a, b) => a - b).map((tokens) => ({ tokens, folder: path.join(snapshots, String(tokens)) })),
  };
}

/** The Python of `.venv-deepspeed`, which has gguf and transformers too. Throws `UserError` where it was not set up. */
export function deepSpeedPython(root = projectFolder): string {
  const program = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const python = path.join(root, ".venv-deepspeed", ...program);
  if (fs.existsSync(python)) return python;
  throw new UserError(`${python} is missing: npm run setup -- --deepspeed makes it (once)`);
}

const stopped = (step = 0, steps = 0): Interrupted =>
  new Interrupted(`training stopped after step ${step} of ${steps}; the same command continues it`);

const KEPT = 20_000; // characters of the launcher's output

async function ended(
  child: ChildProcess,
  signal: AbortSignal | undefined,
  look: () => void,
): Promise<{ code: number | null; output: string }> {
  let output = "";
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString("utf8")).slice(-KEPT);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const stop = (): void => {
    child.kill("SIGTERM");
  };
  signal?.addEventListener("abort", stop);
  process.on("exit", stop);
  let failure: unknown;
  const timer = setInterval(() => {
    try {
      look();
    } catch (error) {
      failure ??= error; // what the caller's sinks throw
      stop();
    }
  }, WATCH_EVERY);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (failure !== undefined) throw failure as Error;
    return { code, output };
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", stop);
    process.off("exit", stop);
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
