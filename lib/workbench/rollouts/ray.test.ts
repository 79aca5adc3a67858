import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as readline from "node:readline";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readJsonl, sha256File, UserError } from "../../base/index.ts";
import { rayExecutor, rayPython } from "./ray.ts";
import { rollOut } from "./roll-out.ts";
import { startWorkers } from "./start-workers.ts";
import { randomPlan } from "./testing.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ray-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

it("says how Ray is installed where it is not", async () => {
  vi.stubEnv("WAYMARK_RAY_VENV", path.join(folder, "none"));
  try {
    await expect(rayExecutor({ kind: "ray" }, 1)).rejects.toThrow(
      new UserError("Ray is not installed here; run `npm run setup -- --ray`"),
    );
  } finally {
    vi.unstubAllEnvs();
  }
});

const python = rayPython();
const skip = python === null && "no .venv-ray: npm run setup -- --ray makes it";
if (skip) console.warn(`skipped: ${skip}`);

/** A cluster of two raylets with one CPU each. */
class TwoRaylets {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(python: string) {
    const script = path.join(import.meta.dirname, "two_raylets.py");
    this.#process = spawn(python, [script], { stdio: ["pipe", "pipe", "ignore"] });
    this.#lines = readline.createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value as string;
  }

  async killSecond(): Promise<void> {
    this.#process.stdin!.write("kill\n");
    expect(await this.line()).toBe("killed");
  }

  async close(): Promise<void> {
    const closed = once(this.#process, "close");
    this.#process.stdin!.end();
    await closed;
  }
}

describe.skipIf(skip)("a Ray cluster of two raylets", () => {
  let cluster: TwoRaylets;
  let address: string;
  beforeAll(async () => {
    cluster = new TwoRaylets(python!);
    address = await cluster.line();
  }, 120_000);
  afterAll(() => cluster.close(), 60_000);

  /** Plays with these settings; the file, its hash and how far it was each time a shard came in. */
  async function played(name: string, settings: Parameters<typeof startWorkers>[0], onDone?: (done: number) => void) {
    const output = path.join(folder, name, "episodes.jsonl");
    const plan = { ...randomPlan([600, 600], () => output), stepLimit: 30 };
    await rollOut(plan, {
      folder: path.join(folder, name),
      shardSize: 20,
      startWorkers: () => startWorkers(settings),
      onProgress: ({ done }) => onDone?.(done),
    });
    const ids: string[] = [];
    for await (const { task } of readJsonl(output, (row) => row as { task: { id: string } })) ids.push(task.id);
    expect(ids).toEqual(plan.matches.flatMap(({ games }) => games.ids));
    return sha256File(output);
  }

  it("refuses a machine with other code or without the project, in one sentence", async () => {
    const settings = { kind: "ray" as const, address, workers: 1 };
    await expect(rayExecutor({ ...settings, project: path.join(folder, "gone") }, 1)).rejects.toThrow(
      /Ray: .*no folder .*gone; name the project's folder there/,
    );
    await expect(rayExecutor({ ...settings, project: folder }, 1)).rejects.toThrow(
      /Ray: .*Node worker ended with status/,
    );
    await expect(rayExecutor({ ...settings, address: "127.0.0.1:1" }, 1)).rejects.toThrow(
      /Ray: no cluster answers at 127.0.0.1:1: .*refused/,
    );
  }, 180_000);

  it("gives the same file as threads here, also when a raylet is killed in the middle", async () => {
    const local = await played("local", { kind: "local", workers: 2 });
    expect(await played("cluster", { kind: "ray", address })).toBe(local);
    let killing: Promise<void> | undefined;
    const killed = await played("killed", { kind: "ray", address }, (done) => {
      if (done >= 200) killing ??= cluster.killSecond();
    });
    await killing;
    expect(killing).toBeDefined();
    expect(killed).toBe(local);
  }, 300_000);
});
