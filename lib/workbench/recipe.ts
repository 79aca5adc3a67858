import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UserError, canonicalJson, sha256 } from "../base/index.ts";
import { ATTENTION_STARTS } from "../model/index.ts";
import { deepSpeedSettingsSchema, sftRecipeSchema } from "../training/index.ts";
import { projectRoot } from "./project.ts";
import { chatSchema } from "./chat/settings.ts";
import { knowSelfSchema } from "./knowself/settings.ts";
import { plannerSchema } from "./planner/settings.ts";
import { runnerSchema } from "./rollouts/settings.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().positive();

const gamesSchema = z.strictObject({
  /** `generated`: our own households. `alfworld`: rooms of the published training games, varied. */
  source: z.enum(["generated", "alfworld"]),
  /** Share of games whose objects lie anywhere allowed instead of where such objects usually lie. */
  hard: share,
  /** Share of games whose room is re-counted and re-numbered; 0 keeps a fixed set of rooms. */
  vary: share,
  /** Share of published games taken unaltered (`alfworld` only). */
  unaltered: share,
  /** Share of the training rooms held out to choose settings on (`alfworld` only). */
  devRooms: share,
});

const synthesisSchema = z.strictObject({
  episodes: count,
  /** Steps after which the teacher gives up; such an episode is dropped. */
  stepLimit: count,
  /** In this share of the episodes some actions are random slips ... */
  slipEpisodes: share,
  /** ... each with this probability. Slips are context, never trained on: the teacher shows how to recover. */
  slips: share,
});

const labelsSchema = z.strictObject({
  /** A short thought before each action. */
  thoughts: z.boolean(),
  /** Most tokens while the tokenizer is trained; it ends earlier where every unit is one token. */
  vocabularySize: count,
  /** Loss weight of action, thought and end tokens is 1; that of everything else is this. */
  contextWeight: share,
  /** Longer examples are dropped and counted. */
  maximumLength: count,
  /** KnowSelf's six tokens: turns may ask for knowledge and think again. */
  situations: z.literal(true).optional(),
});

const modelSchema = z.strictObject({
  hiddenSize: count,
  intermediateSize: count,
  layers: count,
  heads: count,
  /** Dimensions of a head, an even number; default: hiddenSize / heads. */
  headSize: count.optional(),
  context: count,
  /** Standard deviation of the first weights; default: 0.02, as in Llama. */
  initializerRange: z.number().positive().optional(),
  /** `copying`: heads begin by copying what is like their token (see `initialWeights`); default: `random`. */
  attention: z.enum(ATTENTION_STARTS).optional(),
  /** Embeddings share a part per word and a part per number ("cabinet 3" = own + cabinet + 3). */
  sharedParts: z.boolean(),
});

const deepSpeedSchema = deepSpeedSettingsSchema.extend({
  /** Folder of a model to begin with, in Hugging Face's files: its tokenizer is the run's. Default: a new student. */
  model: z.string().min(1).optional(),
});

const trainingSchema = sftRecipeSchema
  .omit({ seed: true })
  .extend({
    /** How many snapshots along the way are kept for the learning curve. */
    snapshots: z.number().int().nonnegative(),
    /** What trains. */
    engine: z.enum(["tensorflow", "deepspeed"]).default("tensorflow"),
    /** Settings of the engine `deepspeed`. */
    deepspeed: deepSpeedSchema.optional(),
  })
  .strict()
  // What another engine is set to changes nothing of a training on TensorFlow.js, and must not begin it anew.
  .transform(({ engine, deepspeed, ...training }) =>
    engine === "tensorflow"
      ? { ...training, engine: undefined }
      : { ...training, engine, deepspeed: deepspeed ?? deepSpeedSchema.parse({}) },
  );

const evaluationSchema = z.strictObject({
  stepLimit: count,
  /** Generated games of the test split. */
  testGames: count,
  /** Games of the dev split (generated valid split, or held-out training rooms), on which settings are chosen. */
  devGames: z.number().int().nonnegative(),
  /** Published games to play where the data folder has them; the rest of a set is left out only in quick runs. */
  publishedGames: z.number().int().nonnegative(),
  /** Games per point of the learning curve. */
  curveGames: z.number().int().nonnegative(),
});

const settingsSchema = z.strictObject({
  games: gamesSchema,
  synthesis: synthesisSchema,
  labels: labelsSchema,
  model: modelSchema,
  training: trainingSchema,
  evaluation: evaluationSchema,
  /** The method KnowSelf on a base that is trained by the settings above. */
  knowself: knowSelfSchema.optional(),
  /** KnowSelf and the methods beside it, played by a chat model; the settings of a student are then of no use. */
  chat: chatSchema.optional(),
  /** The method bot-with-plan; its student and training are those of the settings above. */
  planner: plannerSchema.optional(),
  /** Where episodes are played: changes no result. */
  runner: runnerSchema.default({ kind: "local" }),
});
export type Settings = z.infer<typeof settingsSchema>;

const overridesSchema = z.record(z.string(), z.unknown());

const recipeSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "lower-case letters, digits and hyphens"),
  title: z.string(),
  /** Another recipe whose settings this one changes. */
  extends: z.string().optional(),
  seeds: z.array(z.number().int().nonnegative()).min(1).default([0]),
  /** Named changes of the settings; each arm is trained and evaluated with every seed. */
  arms: z.record(z.string().regex(/^[a-z0-9-]+$/), overridesSchema).default({ main: {} }),
  settings: overridesSchema.default({}),
  /** What `--quick` changes. */
  quick: overridesSchema.default({}),
});

/** A recipe, read and checked: everything that decides a run's results, apart from the code. */
export interface Recipe {
  readonly name: string;
  /** Where it was read from. */
  readonly file: string;
  readonly title: string;
  readonly quick: boolean;
  readonly seeds: readonly number[];
  /** Settings by arm; the first arm is the main one. */
  readonly arms: ReadonlyMap<string, Settings>;
  /** Hash over all of the above. */
  readonly hash: string;
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => value !== null && typeof value === "object" && !Array.isArray(value);

/** `changes` laid over `base`, key by key. */
function merge(base: Tree, changes: Tree): Tree {
  const result: Tree = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = result[key];
    result[key] = isTree(old) && isTree(value) ? merge(old, value) : value;
  }
  return result;
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path: keys, message } = result.error.issues[0];
  const found = keys.reduce<unknown>((v, key) => (isTree(v) ? v[String(key)] : undefined), value);
  throw new UserError(`${where}: ${keys.join(".") || "recipe"}: ${message} (found ${JSON.stringify(found)})`);
}

/** The file of a recipe given by name (`household` → `experiments/household.yaml`) or by path. */
export function recipeFile(nameOrFile: string): string {
  const file = /\.ya?ml$/.test(nameOrFile)
    ? path.resolve(nameOrFile)
    : path.join(projectRoot, "experiments", `${nameOrFile}.yaml`);
  if (fs.existsSync(file)) return file;
  const known = fs.readdirSync(path.join(projectRoot, "experiments")).filter((name) => name.endsWith(".yaml"));
  throw new UserError(
    `${file}: no such recipe; there are ${known.map((name) => name.replace(/\.yaml$/, "")).join(", ")}`,
  );
}

function readTree(file: string, seen: readonly string[]): z.infer<typeof recipeSchema> {
  if (seen.includes(file)) throw new UserError(`${file}: extends itself`);
  let value: unknown;
  try {
    value = parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}`);
  }
  const recipe = check(recipeSchema, value, file);
  if (recipe.extends === undefined) return recipe;
  const base = readTree(recipeFile(recipe.extends), [...seen, file]);
  return {
    ...recipe,
    settings: merge(base.settings, recipe.settings),
    quick: merge(base.quick, recipe.quick),
  };
}

/** Reads a recipe; throws a `UserError` that names file, key and value where it is not one. */
export function loadRecipe(nameOrFile: string, options: { quick?: boolean; seeds?: readonly number[] } = {}): Recipe {
  const file = recipeFile(nameOrFile);
  const tree = readTree(file, []);
  const quick = options.quick ?? false;
  const base = quick ? merge(tree.settings, tree.quick) : tree.settings;
  const arms = Object.entries(tree.arms).map(([name, changes]): [string, Settings] => [
    name,
    check(settingsSchema, merge(base, changes), `${file}, arm ${name}`),
  ]);
  const seeds = options.seeds ?? (quick ? tree.seeds.slice(0, 1) : tree.seeds);
  const hash = sha256(canonicalJson({ name: tree.name, arms, seeds, quick }));
  return { name: tree.name, file, title: tree.title, quick, seeds, arms: new Map(arms), hash };
}
