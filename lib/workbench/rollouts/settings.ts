import { z } from "zod";

const count = z.number().int().positive();

const localSchema = z.strictObject({
  /** Threads of this machine. */
  kind: z.literal("local"),
  /** Default: as many as training has, see `selectEngine`. */
  workers: count.optional(),
});

const raySchema = z.strictObject({
  /** Processes on a Ray cluster. */
  kind: z.literal("ray"),
  /** `host:port` of a running cluster, or `auto`. Default: RAY_ADDRESS; without that a cluster is started for the run. */
  address: z.string().optional(),
  /** Default: the cluster's CPUs; in a cluster started for the run as many as `local` has. */
  workers: count.optional(),
  /** CPUs that a worker reserves. Default 1. */
  cpusPerWorker: z.number().positive().optional(),
  /** Folder of this project on the workers' machines. Default: the same as here. */
  project: z.string().optional(),
  /** Node on the workers' machines. Default: the one running here where it is there too, else the one on the PATH. */
  node: z.string().optional(),
});

export type LocalSettings = z.infer<typeof localSchema>;
export type RaySettings = z.infer<typeof raySchema>;
export type RunnerSettings = LocalSettings | RaySettings;

/**
 * Where episodes are played. The results are equal bit for bit, so this is no part of what a stage is made of. In a recipe
 * a name alone will do: `runner: local` or `runner: ray`.
 */
export const runnerSchema = z.preprocess(
  (value) => (typeof value === "string" ? { kind: value } : value),
  z.discriminatedUnion("kind", [localSchema, raySchema]),
);
