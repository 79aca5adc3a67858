import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readJson, readJsonl } from "../../base/index.ts";
import { selectEngine } from "../../model/index.ts";
import { tinyPairs, tinyRows } from "../fixtures/tiny.ts";
import { planSteps } from "../plan.ts";
import { sftRecipeSchema } from "../recipe.ts";
import { learningRateAt } from "../schedule.ts";
import { CPU, temporaryFolder, tinyJob, tinyModelFolder } from "./fixtures/tiny-jobs.ts";
import { openDeepSpeedJob, writeDeepSpeedJob } from "./job.ts";
import type { Launcher } from "./settings.ts";
import type { DeepSpeedTask } from "./task.ts";

const recipe = { seed: 4, batchSize: 3, accumulate: 2, epochs: 2, warmupSteps: 3 };
const task = (rows = tinyRows(20)): DeepSpeedTask => ({ objective: "sft", rows, recipe });

async function lines(file: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const value of readJsonl(file, (value) => value)) all.push(value);
  return all;
}

describe("a DeepSpeed job", () => {
  beforeAll(() => void selectEngine("js"));

  it("holds the rows as they are and the steps that the TensorFlow.js engine makes", async () => {
    const job = await tinyJob(temporaryFolder(), task());
    expect(await lines(path.join(job.folder, "rows.jsonl.gz"))).toEqual(tinyRows(20));
    const rows = tinyRows(20);
    const checked = sftRecipeSchema.parse(recipe);
    const plan = [...planSteps({ count: 20, length: (i) => rows[i].ids.length }, checked)];
    expect(await lines(path.join(job.folder, "steps.jsonl.gz"))).toEqual(
      plan.map((batches, step) => ({ learningRate: learningRateAt(step, plan.length, checked), batches })),
    );
    expect(job).toMatchObject({ steps: plan.length, figures: ["loss", "actionLoss"], dropped: {} });
    expect(job.tokens).toBe(2 * rows.reduce((sum, { ids }) => sum + ids.length, 0));
    expect(openDeepSpeedJob(job.folder)).toEqual(job);
  });

  it("is complete: program, scripts, settings and, where asked, the model", async () => {
    const folder = temporaryFolder();
    const model = tinyModelFolder(folder);
    const job = await writeDeepSpeedJob(path.join(folder, "job"), { ...task(), model, copyModel: true, settings: CPU });
    for (const name of ["train.py", "waymark_train/loop.py", "requirements.txt", "README.md", "ds_config.json"])
      expect(fs.existsSync(path.join(job.folder, name)), name).toBe(true);
    expect(readJson(path.join(job.folder, "job.json"))).toMatchObject({ model: { folder: "model", context: 48 } });
    expect(fs.readdirSync(path.join(job.folder, "model"))).toContain("model.safetensors");
    expect(fs.readdirSync(job.folder).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  it("keeps its state when it is written again, and not when it is another one", async () => {
    const folder = temporaryFolder();
    const job = await tinyJob(folder, task());
    const state = path.join(job.folder, "checkpoints", "latest");
    fs.mkdirSync(path.dirname(state));
    fs.writeFileSync(state, "step-1");
    const launcher = { kind: "local", processes: 2 } as const;
    expect((await tinyJob(folder, task(), { launcher })).signature).toBe(job.signature);
    expect(fs.existsSync(state)).toBe(true);
    expect((await tinyJob(folder, task(tinyRows(21)))).signature).not.toBe(job.signature);
    expect(fs.existsSync(state)).toBe(false);
  });

  it("of pairs names their loss and its settings", async () => {
    const job = await tinyJob(temporaryFolder(), {
      objective: "rpo_code",
      pairs: tinyPairs(4),
      recipe: { seed: 1, beta: 0.25 },
    });
    expect(readJson(path.join(job.folder, "job.json"))).toMatchObject({
      objective: { objective: "preference", loss: "rpo_code", beta: 0.25, alpha: 1 },
    });
    expect(job.figures).toContain("rewards/margins");
  });

  it("names a row that is too long or foreign, or leaves it out where it may", async () => {
    const [row] = tinyRows(1);
    const long = {
      ...row,
      id: "long",
      ids: Array.from({ length: 50 }, () => 1),
      weights: Array.from({ length: 50 }, () => 1),
    };
    await expect(tinyJob(temporaryFolder(), task([row, long]))).rejects.toThrow(
      "row long: 50 tokens are longer than the model's context of 48",
    );
    const drop: DeepSpeedTask = { objective: "sft", rows: [row, long], recipe: { ...recipe, onBadRow: "drop" } };
    expect((await tinyJob(temporaryFolder(), drop)).dropped).toEqual({ too_long: 1 });
    const foreign = { ...row, ids: row.ids.map(() => 32) };
    await expect(tinyJob(temporaryFolder(), task([foreign]))).rejects.toThrow(
      "token 32 is outside the vocabulary of 32",
    );
  });

  it("takes ids of added tokens", async () => {
    const folder = temporaryFolder();
    const [row] = tinyRows(1);
    const added = { ...row, ids: row.ids.map(() => 33) };
    const model = tinyModelFolder(folder);
    const options = { ...task([added]), model, settings: CPU, addedTokens: ["[K]", "[R]"] };
    const job = await writeDeepSpeedJob(path.join(folder, "job"), options);
    expect(readJson(path.join(job.folder, "job.json"))).toMatchObject({ addedTokens: [{ id: 32 }, { id: 33 }] });
  });

  it("refuses what DeepSpeed cannot do, a missing adapter, and a folder that is no job", async () => {
    const skip: DeepSpeedTask = { objective: "sft", rows: tinyRows(2), recipe: { ...recipe, onNonFinite: "skip" } };
    await expect(tinyJob(temporaryFolder(), skip)).rejects.toThrow('onNonFinite: "skip" needs precision');
    const lora = { adapter: "/no/adapter" };
    await expect(tinyJob(temporaryFolder(), task(), { lora })).rejects.toThrow("/no/adapter: no adapter");
    expect(() => openDeepSpeedJob("/no/job")).toThrow("/no/job: no DeepSpeed job");
  });

  const launchers: Launcher[] = [
    { kind: "local", processes: 2 },
    { kind: "hostfile", nodes: [{ host: "a", slots: 2 }, { host: "b", slots: 2 }], masterPort: 29_400 }, // prettier-ignore
    { kind: "slurm", nodes: 2, processesPerNode: 4, time: "1:00:00", partition: "gpu", masterPort: 29_500 },
    { kind: "accelerate", processes: 2 },
  ];
  it.each(launchers)("has launch scripts that are valid shell: $kind", async (launcher) => {
    const { folder } = await tinyJob(temporaryFolder(), task(), { launcher });
    for (const name of ["launch.sh", "launch.sbatch"]) execFileSync("bash", ["-n", path.join(folder, name)]);
    const script = fs.readFileSync(path.join(folder, "launch.sh"), "utf8");
    const sbatch = fs.readFileSync(path.join(folder, "launch.sbatch"), "utf8");
    const hosts = launcher.kind === "hostfile" ? "hostfile" : "hostfile.example";
    expect(fs.readdirSync(folder).filter((name) => name.startsWith("hostfile"))).toEqual([hosts]);
    if (launcher.kind === "local") expect(script).toContain('--num_gpus 2 --master_port "$port" train.py');
    if (launcher.kind === "hostfile") {
      expect(fs.readFileSync(path.join(folder, "hostfile"), "utf8")).toBe("a slots=2\nb slots=2\n");
      expect(script).toContain('port="${MASTER_PORT:-29400}"');
    }
    if (launcher.kind === "slurm") {
      expect(script).toContain("sbatch --wait launch.sbatch");
      for (const option of ["nodes=2", "ntasks-per-node=4", "partition=gpu", "time=1:00:00"])
        expect(sbatch).toContain(`#SBATCH --${option}\n`);
    }
    if (launcher.kind === "accelerate") expect(script).toContain("accelerate.commands.launch --num_processes 2");
  });
});

it("the job's requirements are those that set-up has locked", () => {
  const here = path.join(import.meta.dirname, "python", "requirements.txt");
  const locks = path.join(import.meta.dirname, "../../workbench/setup/requirements");
  const locked = ["torch", "deepspeed"]
    .map((name) => fs.readFileSync(path.join(locks, `${name}.txt`), "utf8"))
    .join("\n");
  const wanted = fs.readFileSync(here, "utf8").match(/^[a-z].*$/gm) ?? [];
  expect(wanted.length).toBeGreaterThan(5);
  for (const requirement of wanted) expect(locked).toContain(`\n${requirement}`);
});
