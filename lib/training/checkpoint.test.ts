import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadCheckpoint, saveCheckpoint, type Checkpoint } from "./checkpoint.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-checkpoint-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const checkpoint = (step: number): Checkpoint => ({
  step,
  tokens: 10 * step,
  signature: "run",
  weights: Float32Array.of(step, 2),
  mean: Float32Array.of(3, 4),
  square: Float32Array.of(5, 6),
});

test("what is loaded is what was saved, and only the latest is kept", () => {
  saveCheckpoint(folder, checkpoint(1));
  saveCheckpoint(folder, checkpoint(2));
  expect(fs.readdirSync(folder)).toEqual(["step-00000002"]);
  expect(loadCheckpoint(folder, "run")).toEqual(checkpoint(2));
  expect(loadCheckpoint(folder, "another run")).toBeUndefined();
});

test("a full disk: the error says so, the last checkpoint stays, and nothing half-written is left", () => {
  saveCheckpoint(folder, checkpoint(1));
  // A limit on the size of a file stands for the full disk: the same calls fail, in the middle of a write.
  const script = `
    import { saveCheckpoint } from ${JSON.stringify(path.join(import.meta.dirname, "checkpoint.ts"))};
    process.on("SIGXFSZ", () => {});
    const big = new Float32Array(1_000_000);
    try {
      saveCheckpoint(${JSON.stringify(folder)}, { step: 2, tokens: 20, signature: "run", weights: big, mean: big, square: big });
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }
  `;
  const file = path.join(folder, "..", `${path.basename(folder)}.mts`);
  fs.writeFileSync(file, script);
  const command = `ulimit -f 4096; exec ${process.execPath} --import tsx ${file}`;
  const { stdout } = spawnSync("bash", ["-c", command], {
    encoding: "utf8",
    cwd: path.join(import.meta.dirname, "../.."),
  });
  fs.rmSync(file);
  expect(stdout).toBe(
    `UserError: ${folder}: the checkpoint of step 2 could not be written: the disk is full. ` +
      "step-00000001 is kept; the same command continues from it.\n",
  );
  expect(fs.readdirSync(folder)).toEqual(["step-00000001"]);
  expect(loadCheckpoint(folder, "run")).toEqual(checkpoint(1));
});
