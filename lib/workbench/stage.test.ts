import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readManifest, runStage, type StageSpec } from "./stage.ts";

let root: string;
beforeEach(() => (root = fs.mkdtempSync(path.join(os.tmpdir(), "stage-"))));
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function spec(changes: Partial<StageSpec> = {}): StageSpec {
  return {
    name: "count",
    code: "a",
    folder: path.join(root, "count"),
    seed: 0,
    settings: { to: 3 },
    inputs: {},
    run: ({ file }) => {
      fs.writeFileSync(file("out.txt"), "1 2 3");
      return Promise.resolve({ counted: 3 });
    },
    ...changes,
  };
}
const never: StageSpec["run"] = () => Promise.reject(new Error("must not run again"));

describe("runStage", () => {
  it("writes the manifest last, with the hashes of the files", async () => {
    const manifest = await runStage(spec());
    expect(manifest.summary).toEqual({ counted: 3 });
    expect(Object.keys(manifest.outputs)).toEqual(["out.txt"]);
    expect(manifest.outputs["out.txt"]).toBe("7c8f5059290305cec8323d79521f0353c9ac308b60cb4c1976340d0ce4a121d5");
    expect(readManifest(spec().folder)).toEqual(manifest);
  });

  it("reuses an artefact with the same signature", async () => {
    const first = await runStage(spec());
    expect(await runStage(spec({ run: never }))).toEqual(first);
  });

  describe("in an experiment's runs", () => {
    beforeEach(() => void vi.stubEnv("WAYMARK_RUNS", root));
    afterEach(() => void vi.unstubAllEnvs());
    const inRun = (run: string, changes: Partial<StageSpec> = {}): StageSpec =>
      spec({ folder: path.join(root, run, "count"), ...changes });

    it("takes what another experiment has finished for the same arm and seed", async () => {
      const first = await runStage(inRun("one/main-seed0"));
      const second = inRun("two/main-seed0", { run: never });
      expect(await runStage(second)).toEqual(first);
      expect(fs.readFileSync(path.join(second.folder, "out.txt"), "utf8")).toBe("1 2 3");
    });

    it("takes nothing of another signature, another seed, or what is unfinished", async () => {
      await runStage(inRun("one/main-seed0", { settings: { to: 4 } }));
      await runStage(inRun("one/main-seed1"));
      await expect(runStage(inRun("three/main-seed0", { run: never }))).rejects.toThrow("must not run again");
      await expect(runStage(inRun("two/main-seed0", { run: never }))).rejects.toThrow("must not run again");
    });

    it("takes nothing for a folder outside of them, where a run is verified", async () => {
      await runStage(inRun("one/main-seed0"));
      vi.stubEnv("WAYMARK_RUNS", path.join(root, "one"));
      await expect(runStage(spec({ run: never }))).rejects.toThrow("must not run again");
    });
  });

  it.each([{ settings: { to: 4 } }, { seed: 1 }, { code: "b" }, { inputs: { games: "abc" } }])(
    "runs again, in an empty folder, after a change: %o",
    async (change) => {
      await runStage(spec());
      let left: string[] = [];
      await runStage(
        spec({
          ...change,
          run: ({ folder, file }) => {
            left = fs.readdirSync(folder);
            fs.writeFileSync(file("other.txt"), "x");
            return Promise.resolve({});
          },
        }),
      );
      expect(left).toEqual(["started.json"]);
      expect(fs.readdirSync(spec().folder).sort()).toEqual(["manifest.json", "other.txt"]);
    },
  );

  it("leaves no manifest after a failure, and the next attempt finds what was saved", async () => {
    const failing = spec({
      run: ({ file }) => {
        fs.writeFileSync(file("half.txt"), "1");
        return Promise.reject(new Error("killed"));
      },
    });
    await expect(runStage(failing)).rejects.toThrow("killed");
    expect(readManifest(failing.folder)).toBeNull();
    let left: string[] = [];
    await runStage(
      spec({
        run: ({ folder }) => {
          left = fs.readdirSync(folder);
          return Promise.resolve({});
        },
      }),
    );
    expect(left).toContain("half.txt");
  });

  it("leaves scratch files out of the artefact's hash", async () => {
    const write =
      (text: string): StageSpec["run"] =>
      ({ file }) => {
        fs.mkdirSync(file("checkpoints"));
        fs.writeFileSync(file("checkpoints/a"), text);
        fs.writeFileSync(file("model"), "same");
        return Promise.resolve({});
      };
    const one = await runStage(spec({ folder: path.join(root, "a"), scratch: ["checkpoints"], run: write("1") }));
    const two = await runStage(spec({ folder: path.join(root, "b"), scratch: ["checkpoints"], run: write("2") }));
    expect(one.artefact).toBe(two.artefact);
  });
});
