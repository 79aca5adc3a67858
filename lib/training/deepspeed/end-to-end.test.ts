/** Real runs of DeepSpeed on the CPU. They need `.venv-deepspeed`, and take about half a minute each. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, type TestContext } from "vitest";
import { Interrupted, readJson, sha256File } from "../../base/index.ts";
import { Llama, LoraAdapter, selectEngine } from "../../model/index.ts";
import { tinyPairs, tinyRows } from "../fixtures/tiny.ts";
import { readMetrics, type StepMetrics } from "../metrics.ts";
import { trainPreference } from "../preference.ts";
import { trainSft } from "../sft.ts";
import { CPU, relativeDifference, temporaryFolder, tinyJob, tinyModelFolder } from "./fixtures/tiny-jobs.ts";
import { writeDeepSpeedJob, type DeepSpeedJob } from "./job.ts";
import { deepSpeedPython, launchDeepSpeed } from "./launch.ts";
import type { DeepSpeedTask } from "./task.ts";

const MINUTES = 60_000;

function python(context: TestContext): string {
  try {
    return deepSpeedPython();
  } catch (error) {
    return context.skip((error as Error).message);
  }
}

/** The same training on TensorFlow.js: its metrics, and the folder of its model. */
async function onTensorFlow(folder: string, task: DeepSpeedTask): Promise<{ metrics: StepMetrics[]; output: string }> {
  const output = path.join(folder, "tensorflow");
  const model = Llama.load(path.join(folder, "model"));
  const common = { model, folder: output, threads: 1 };
  if (task.objective === "sft") await trainSft({ ...common, rows: task.rows, recipe: task.recipe });
  else await trainPreference({ ...common, pairs: task.pairs, recipe: { ...task.recipe, loss: task.objective } });
  model.dispose();
  return { metrics: readMetrics(path.join(output, "metrics.jsonl")), output };
}

const metricsOf = (job: DeepSpeedJob): StepMetrics[] => readMetrics(path.join(job.folder, "metrics.jsonl"));

function weightDifference(a: string, b: string): number {
  const [left, right] = [a, b].map((folder) => {
    const model = Llama.load(folder);
    const arrays = model.toArrays();
    model.dispose();
    return arrays;
  });
  let most = 0;
  for (const [name, { data }] of left) {
    const other = right.get(name)?.data;
    data.forEach((value, i) => (most = Math.max(most, Math.abs(value - (other?.[i] ?? NaN)))));
  }
  return most;
}

/** Losses, gradient norms and weights of a finished job against those of TensorFlow.js on the same rows. */
async function expectSame(job: DeepSpeedJob, folder: string, task: DeepSpeedTask, output: string): Promise<void> {
  const ours = metricsOf(job);
  const reference = await onTensorFlow(folder, task);
  const figures = [...job.figures, "gradNorm", "learningRate"];
  for (const figure of figures) expect(relativeDifference(ours, reference.metrics, figure), figure).toBeLessThan(1e-4);
  expect(ours.map(({ tokens }) => tokens)).toEqual(reference.metrics.map(({ tokens }) => tokens));
  expect(weightDifference(output, reference.output)).toBeLessThan(1e-4);
}

/** Logits that PEFT computes with an adapter. */
async function peftLogits(
  interpreter: string,
  base: string,
  adapter: string,
  ids: readonly number[],
): Promise<number[]> {
  const code = `
import json, sys, torch, transformers, peft
model = transformers.AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32)
model = peft.PeftModel.from_pretrained(model, sys.argv[2]).eval()
with torch.no_grad():
    print(json.dumps(model(input_ids=torch.tensor([json.loads(sys.argv[3])])).logits.flatten().tolist()))
`;
  const { stdout } = await promisify(execFile)(interpreter, ["-c", code, base, adapter, JSON.stringify(ids)]);
  return JSON.parse(stdout) as number[];
}

/** Programs of SLURM's names that start the same processes on this machine. */
function slurmStandIns(folder: string): NodeJS.ProcessEnv {
  const bin = path.join(folder, "bin");
  fs.mkdirSync(bin);
  const script = (name: string, text: string): void =>
    fs.writeFileSync(path.join(bin, name), `#!/usr/bin/env bash\n${text}\n`, { mode: 0o755 });
  script("sbatch", 'shift; SLURM_SUBMIT_DIR="$PWD" SLURM_JOB_NODELIST=127.0.0.1 SLURM_NTASKS=2 exec bash "$@"');
  script("scontrol", 'echo "${@: -1}"');
  script("srun", 'for i in 0 1; do SLURM_PROCID=$i SLURM_LOCALID=$i "$@" & done; wait');
  return { PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
}

const sft = (): DeepSpeedTask => ({
  objective: "sft",
  rows: tinyRows(85),
  recipe: { seed: 3, batchSize: 4, accumulate: 2, epochs: 1, warmupSteps: 2, noDecay: ["norm"], learningRate: 3e-3 },
});
const pairs = (objective: "dpo" | "rpo_paper" | "rpo_code" | "rpo_trl"): DeepSpeedTask => ({
  objective,
  pairs: tinyPairs(30),
  recipe: {
    seed: 3,
    batchSize: 3,
    batchTokens: 400,
    warmupSteps: 2,
    beta: 0.3,
    alpha: 0.7,
    learningRate: 3e-3,
    clipNorm: 2,
  },
});

describe("DeepSpeed on the CPU", { timeout: 10 * MINUTES }, () => {
  beforeAll(() => void selectEngine("cpu"));

  it("SFT under ZeRO-3 on two processes has the losses and weights of TensorFlow.js", async (context) => {
    python(context);
    const folder = temporaryFolder();
    const launcher = { kind: "local", processes: 2 } as const;
    const job = await tinyJob(folder, sft(), { zeroStage: 3, microBatchSize: 3, launcher });
    const seen: StepMetrics[] = [];
    const result = await launchDeepSpeed(job, { onMetrics: (rows) => seen.push(...rows) });
    expect(result).toMatchObject({ steps: job.steps, processes: 2, skippedSteps: 0 });
    expect(job.steps).toBeGreaterThanOrEqual(10);
    expect(seen).toEqual(metricsOf(job));
    await expectSame(job, folder, sft(), result.output);
  });

  it("RPO on two nodes of a hostfile, each of which starts itself", async (context) => {
    const interpreter = python(context);
    const folder = temporaryFolder();
    const nodes = ["node-one", "node-two"].map((host) => ({ host, slots: 1 }));
    const masterPort = 20_000 + (process.pid % 20_000);
    const launcher = { kind: "hostfile", nodes, masterPort } as const;
    const job = await tinyJob(folder, pairs("rpo_paper"), { zeroStage: 3, microBatchSize: 2, launcher });
    const env = { MASTER_ADDR: "127.0.0.1" };
    const second = spawn("bash", ["launch.sh"], {
      cwd: job.folder,
      env: { ...process.env, ...env, NODE_RANK: "1", PYTHON: interpreter },
      stdio: "ignore",
    });
    const ended = once(second, "exit");
    const result = await launchDeepSpeed(job, { env: { ...env, NODE_RANK: "0" } });
    expect((await ended)[0]).toBe(0);
    expect(result.processes).toBe(2);
    await expectSame(job, folder, pairs("rpo_paper"), result.output);
  });

  const slurm = { kind: "slurm", processesPerNode: 2 } as const;
  it.for([
    ["dpo", 2, { kind: "local", processes: 2 }],
    ["rpo_trl", 1, { kind: "accelerate", processes: 2 }],
    ["rpo_code", 0, slurm],
  ] as const)("%s under ZeRO-%d", async ([objective, zeroStage, launcher], context) => {
    python(context);
    const folder = temporaryFolder();
    const job = await tinyJob(folder, pairs(objective), { zeroStage, microBatchSize: 1, launcher });
    const env = launcher.kind === "slurm" ? slurmStandIns(folder) : {};
    const result = await launchDeepSpeed(job, { env });
    await expectSame(job, folder, pairs(objective), result.output);
  });

  const long = (): DeepSpeedTask => ({
    objective: "sft",
    rows: tinyRows(120),
    recipe: { seed: 5, batchSize: 2, warmupSteps: 2, checkpointEvery: 15 },
  });
  const two = { zeroStage: 3, launcher: { kind: "local", processes: 2 } } as const;

  it("a job that is stopped, and then loses a rank, goes on to the same weights bit for bit", async (context) => {
    python(context);
    const folder = temporaryFolder();
    const job = await tinyJob(folder, long(), two);
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    await expect(launchDeepSpeed(job, { onMetrics: stop, signal: controller.signal })).rejects.toThrow(Interrupted);
    const stopped = metricsOf(job).length;
    expect(stopped).toBeLessThan(job.steps);
    expect(fs.readFileSync(path.join(job.folder, "checkpoints", "latest"), "utf8")).toBe(
      `step-${String(stopped).padStart(8, "0")}`,
    );

    const alone = await tinyJob(folder, long(), { ...two, launcher: { kind: "local", processes: 1 } });
    await expect(launchDeepSpeed(alone)).rejects.toThrow(/was written by 2 processes and these are 1/);

    const again = await tinyJob(folder, long(), two);
    let killed = false;
    const kill = (rows: readonly StepMetrics[]): void => {
      if (killed || rows[rows.length - 1].step <= stopped) return;
      killed = true;
      process.kill(readJson<{ process: number }>(path.join(job.folder, "ranks", "1.json")).process, "SIGKILL");
    };
    await expect(launchDeepSpeed(again, { onMetrics: kill })).rejects.toThrow(
      /^rank 1 of 2 \(.*\) failed after step \d+: ended without a word/,
    );
    expect(metricsOf(job).length).toBeLessThan(job.steps);

    const result = await launchDeepSpeed(again);
    expect(metricsOf(job).map(({ step }) => step)).toEqual(Array.from({ length: job.steps }, (_, i) => i + 1));
    const reference = await launchDeepSpeed(await tinyJob(temporaryFolder(), long(), two));
    const hash = (output: string): string => sha256File(path.join(output, "model.safetensors"));
    expect(hash(result.output)).toBe(hash(reference.output));
  });

  it("a job for GPUs is refused where there is none, before anything starts", async (context) => {
    python(context);
    const job = await tinyJob(temporaryFolder(), sft(), { device: "gpu" });
    const launching = launchDeepSpeed(job, { env: { CUDA_VISIBLE_DEVICES: "" } });
    await expect(launching).rejects.toThrow("the job asks for a GPU and there is none here");
    expect(fs.existsSync(path.join(job.folder, "ranks"))).toBe(false);
  });

  it("a model that changed, moved away or lost its weights is named", async (context) => {
    python(context);
    const folder = temporaryFolder();
    const job = await tinyJob(folder, sft());
    fs.rmSync(path.join(folder, "model", "model.safetensors"));
    await expect(launchDeepSpeed(job)).rejects.toThrow("no *.safetensors file beside its config.json");
    fs.rmSync(path.join(folder, "model"), { recursive: true });
    await expect(launchDeepSpeed(job)).rejects.toThrow("no readable config.json");
  });

  it("a LoRA adapter, with rows for added tokens, gives the same logits here", async (context) => {
    const interpreter = python(context);
    const folder = temporaryFolder();
    const rows = tinyRows(40).map((row, i) => ({ ...row, ids: row.ids.map((id, t) => (t === 3 ? 32 + (i % 2) : id)) }));
    const lora = { r: 4, lora_alpha: 8, target_modules: ["q_proj", "v_proj", "down_proj"] };
    const job = await writeDeepSpeedJob(path.join(folder, "job"), {
      objective: "sft",
      rows,
      recipe: { seed: 1, batchSize: 4, warmupSteps: 1, learningRate: 1e-2 },
      model: tinyModelFolder(folder),
      addedTokens: ["[Knowledge]", "[Reflection]"],
      settings: { ...CPU, zeroStage: 2, lora, launcher: two.launcher },
    });
    const { output, base } = await launchDeepSpeed(job);
    const model = Llama.load(base);
    expect(model.config.vocab_size).toBe(34);
    const adapter = LoraAdapter.load(output, model);
    const ids = [1, 32, 5, 33, 9, 12];
    const plain = model.logits([ids]).dataSync().slice();
    model.use(adapter);
    const ours = model.logits([ids]).dataSync();
    const theirs = await peftLogits(interpreter, base, output, ids);
    const most = (other: ArrayLike<number>): number =>
      Math.max(...Array.from(ours, (value, i) => Math.abs(value - other[i])));
    expect(most(theirs)).toBeLessThan(1e-5);
    expect(most(plain)).toBeGreaterThan(1e-3); // it did learn
    model.dispose();
    adapter.dispose();
  });
});
