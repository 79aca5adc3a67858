import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import * as readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { UserError } from "../../base/index.ts";
import { projectRoot } from "../project.ts";
import { linesOf, WorkerLost, type Executor, type Reply } from "./executor.ts";
import type { RaySettings } from "./settings.ts";
import { workerCode, WORKER } from "./worker-code.ts";

/** What ray_driver.py tells. */
type DriverEvent =
  | { readonly event: "waiting"; readonly cpus: number }
  | { readonly event: "ready"; readonly workers: number }
  | { readonly event: "done"; readonly id: number; readonly reply: Reply }
  | { readonly event: "lost"; readonly id: number; readonly reason: string }
  | { readonly event: "fatal"; readonly message: string };

interface Waiting {
  readonly resolve: (lines: string[]) => void;
  readonly reject: (error: Error) => void;
}

/** The Python with Ray that set-up made (`WAYMARK_RAY_VENV`, default `.venv-ray`). Null where there is none. */
export function rayPython(): string | null {
  const venv = process.env["WAYMARK_RAY_VENV"] ?? path.join(projectRoot, ".venv-ray");
  const python = path.join(venv, "bin", "python");
  return fs.existsSync(python) ? python : null;
}

/**
 * Workers as processes on a Ray cluster, whose machines have this project and its set-up too. Waits until the first worker
 * is ready. `localWorkers`: workers of a cluster that is started for the run. Throws `UserError` where Ray is not installed,
 * the cluster is not reached or a machine cannot run a worker.
 */
export async function rayExecutor(settings: RaySettings, localWorkers: number): Promise<Executor> {
  const python = rayPython();
  if (python === null) throw new UserError("Ray is not installed here; run `npm run setup -- --ray`");
  const driver = spawn(python, [fileURLToPath(new URL("./ray_driver.py", import.meta.url))], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // Ctrl-C in the terminal is ours to pass on, once
  });
  const executor = new RayExecutor(driver);
  executor.send({
    address: settings.address ?? process.env["RAY_ADDRESS"] ?? null,
    workers: settings.workers ?? null,
    local_workers: localWorkers,
    cpus_per_worker: settings.cpusPerWorker ?? 1,
    node: settings.node ?? process.execPath,
    arguments: ["--import", "tsx", path.relative(projectRoot, WORKER)],
    folder: settings.project ?? projectRoot,
    hello: JSON.stringify({ code: workerCode() }),
  });
  try {
    await executor.ready;
  } catch (error) {
    await executor.close();
    throw error;
  }
  return executor;
}

class RayExecutor implements Executor {
  capacity = 0;
  readonly ready: Promise<void>;
  readonly #driver: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<unknown>;
  #requests = 0;
  #failed: Error | null = null;
  /** The last of what Python wrote: shown where nothing else explains the end. */
  #complaints = "";

  constructor(driver: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#driver = driver;
    driver.stdin.on("error", () => {}); // it ended first
    driver.stderr.on(
      "data",
      (chunk: Buffer) => (this.#complaints = (this.#complaints + chunk.toString()).slice(-4000)),
    );
    this.#ended = once(driver, "close").catch(() => undefined);
    this.ready = new Promise((resolve, reject) => {
      driver.on("error", (error) => this.#fail(error, reject));
      driver.on("close", (status) =>
        this.#fail(new UserError(`the Ray driver ended with status ${status}\n${this.#complaints.trim()}`), reject),
      );
      readline.createInterface({ input: driver.stdout, crlfDelay: Infinity }).on("line", (line) => {
        const message = JSON.parse(line) as DriverEvent;
        if (message.event === "ready") {
          this.capacity = 2 * message.workers; // so that a worker finds its next shard waiting
          resolve();
        } else if (message.event === "waiting")
          process.stderr.write(`waiting for ${message.cpus} free CPUs in the Ray cluster\n`);
        else if (message.event === "fatal") this.#fail(new UserError(`Ray: ${message.message}`), reject);
        else this.#settle(message);
      });
    });
  }

  send(message: unknown): void {
    this.#driver.stdin.write(`${JSON.stringify(message)}\n`);
  }

  run(work: Parameters<Executor["run"]>[0]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      if (this.#failed) return reject(this.#failed);
      const id = this.#requests++;
      this.#waiting.set(id, { resolve, reject });
      this.send({ id, work });
    });
  }

  async close(): Promise<void> {
    this.#failed ??= new Error("these workers are closed");
    this.#driver.stdin.end();
    await this.#ended;
  }

  #settle(message: Extract<DriverEvent, { id: number }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (waiting === undefined) return;
    if (message.event === "lost") return waiting.reject(new WorkerLost(message.reason));
    try {
      waiting.resolve(linesOf(message.reply));
    } catch (error) {
      waiting.reject(error as Error);
    }
  }

  /** Nothing more will come. */
  #fail(error: Error, rejectReady: (error: Error) => void): void {
    this.#failed ??= error;
    rejectReady(this.#failed);
    for (const { reject } of this.#waiting.values()) reject(this.#failed);
    this.#waiting.clear();
  }
}
