import { z } from "zod";
import { UserError } from "../../base/index.ts";

const count = z.number().int().positive();
const port = z.number().int().min(1).max(65_535);
const host = z.string().regex(/^[A-Za-z0-9._-]+$/, "a host name");
const word = z.string().regex(/^[A-Za-z0-9:._-]+$/, "letters, digits and : . _ - only");

/** How the processes of a job are started; see the launch scripts that `launch-files.ts` writes. */
const launcherSchema = z.discriminatedUnion("kind", [
  /** DeepSpeed's own launcher on one machine. */
  z.strictObject({ kind: z.literal("local"), processes: count.default(1) }),
  /** DeepSpeed's launcher over several machines that share the job's folder; it reaches them by pdsh. */
  z.strictObject({
    kind: z.literal("hostfile"),
    nodes: z.array(z.strictObject({ host, slots: count })).min(1),
    /** Of the first process; default: the first host. */
    masterAddress: host.optional(),
    masterPort: port.default(29_500),
  }),
  z.strictObject({
    kind: z.literal("slurm"),
    nodes: count.default(1),
    processesPerNode: count,
    /** Longest run, as SLURM writes it. */
    time: word.default("24:00:00"),
    partition: word.optional(),
    account: word.optional(),
    masterPort: port.default(29_500),
  }),
  z.strictObject({ kind: z.literal("accelerate"), processes: count.default(1) }),
]);
export type Launcher = z.output<typeof launcherSchema>;

const loraSchema = z.strictObject({
  r: count.default(8),
  lora_alpha: z.number().positive().default(16),
  lora_dropout: z.number().min(0).lt(1).default(0),
  target_modules: z.union([z.literal("all-linear"), z.array(z.string().min(1)).min(1)]).default("all-linear"),
  /** QLoRA (Dettmers et al. 2023): the base in four bits, with the constants quantised again. */
  quantize: z.enum(["nf4", "fp4"]).nullable().default(null),
  /** Folder of an adapter in PEFT's files to go on with; the settings above are then that adapter's. */
  adapter: z.string().nullable().default(null),
});

/** What the DeepSpeed engine needs to know beside the recipe. */
export const deepSpeedSettingsSchema = z.strictObject({
  device: z.enum(["gpu", "cpu"]).default("gpu"),
  precision: z.enum(["fp32", "bf16", "fp16"]).default("bf16"),
  /** Rows (or pairs) that one process computes at a time; changes memory and rounding, not the batch. */
  microBatchSize: count.default(1),
  /** ZeRO (Rajbhandari et al. 2020): 0 replicates all, 1 shares optimizer state, 2 gradients too, 3 weights too. */
  zeroStage: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]).default(3),
  /** What waits in the machine's memory instead of the GPU's. */
  offload: z.enum(["none", "optimizer", "optimizer_and_parameters"]).default("none"),
  /** Activations are computed a second time instead of kept. */
  gradientCheckpointing: z.boolean().default(false),
  /** Trains an adapter instead of all weights. */
  lora: loraSchema.nullable().default(null),
  launcher: launcherSchema.default({ kind: "local", processes: 1 }),
});
export type DeepSpeedSettings = z.output<typeof deepSpeedSettingsSchema>;
export type DeepSpeedSettingsInput = z.input<typeof deepSpeedSettingsSchema>;

/** Checks settings; combinations that DeepSpeed or PEFT cannot do are `UserError`s with the remedy. */
export function parseDeepSpeedSettings(value: unknown, addedTokens: readonly string[] = []): DeepSpeedSettings {
  const result = deepSpeedSettingsSchema.safeParse(value);
  if (!result.success) {
    const [{ path, message }] = result.error.issues;
    throw new UserError(`DeepSpeed settings: ${path.join(".") || "all"}: ${message}`);
  }
  const settings = result.data;
  const { zeroStage, offload, lora, precision, device } = settings;
  const refuse = (message: string): never => {
    throw new UserError(`DeepSpeed settings: ${message}`);
  };
  if (offload !== "none" && zeroStage === 0) refuse(`offload: "${offload}" needs zeroStage 1 or higher`);
  if (offload === "optimizer_and_parameters" && zeroStage !== 3) refuse(`offload: "${offload}" needs zeroStage 3`);
  if (precision === "fp16" && device === "cpu") refuse(`precision: "fp16" needs device "gpu"; a CPU has bf16 and fp32`);
  if (lora?.quantize && zeroStage === 3)
    refuse(`lora.quantize: "${lora.quantize}" needs zeroStage 0, 1 or 2: four-bit weights cannot be shared out`);
  if (lora && zeroStage === 3 && addedTokens.length > 0)
    refuse("addedTokens together with lora need zeroStage 0, 1 or 2: PEFT reads the whole embedding");
  return settings;
}

/** Processes on one machine, and on all. */
export function processesOf(launcher: Launcher): { readonly perNode: number; readonly all: number } {
  switch (launcher.kind) {
    case "local":
    case "accelerate":
      return { perNode: launcher.processes, all: launcher.processes };
    case "hostfile": {
      const slots = launcher.nodes.map((node) => node.slots);
      return { perNode: Math.min(...slots), all: slots.reduce((a, b) => a + b, 0) };
    }
    case "slurm":
      return { perNode: launcher.processesPerNode, all: launcher.nodes * launcher.processesPerNode };
  }
}
