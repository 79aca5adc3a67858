import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Interrupted, UserError } from "../base/index.ts";
import { bench, BENCHMARKS } from "./bench.ts";
import { runExperiment } from "./experiment.ts";
import { runExport, runImport } from "./handover/index.ts";
import { startLab } from "./lab.ts";
import { progressBar } from "./notebook/index.ts";
import { runPipeline } from "./pipeline.ts";
import { loadRecipe } from "./recipe.ts";
import { runOf } from "./run.ts";
import { runServe } from "./serve/index.ts";
import { verify } from "./verify.ts";

const HELP = `Waymark: train language-model agents in notebooks.

  npm start [-- options]             run a recipe from where it stands to its report
      --recipe NAME|FILE             default: household (experiments/household.yaml)
      --seed N[,N...]                these seeds instead of the recipe's
      --quick                        a small version, under two minutes
      --jobs N                       so many runs side by side, for recipes with several arms or seeds; best with
                                     WAYMARK_THREADS=1, the CPU threads of each (a part of what decides the bits)
  npm run lab                        open JupyterLab with the kernel ready
  npm run serve -- --model RUN       serve a student as OpenAI's API does; --help tells more
  npm run export -- RUN              hand a student and its data to other tools; --help lists the formats
  npm run import -- FILE             read other tools' files
  npm run verify [-- options]        run a recipe again elsewhere and compare the artefacts' hashes
  npm run bench -- NAME              measure: ${Object.keys(BENCHMARKS).join(", ")}
  npm run setup -- --help            set-up and its options
  npm test                           everything that is checked

Published data sets are looked for in data/external, or in the folder that WAYMARK_DATA names; see data/README.md.
`;

const OPTIONS = {
  recipe: { type: "string", default: "household" },
  arm: { type: "string" },
  seed: { type: "string" },
  quick: { type: "boolean", default: false },
  jobs: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Runs one command; the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  // These have options of their own.
  if (command === "lab") return startLab(rest);
  if (command === "serve") return runServe(rest);
  if (command === "export") return runExport(rest);
  if (command === "import") return runImport(rest);
  const { values, positionals } = parse(rest);
  if (values.help || command === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  if (command === "bench") return bench(positionals);
  if (positionals.length > 0) throw new UserError(`unexpected "${positionals[0]}"; see npm start -- --help`);
  const seeds = values.seed?.split(",").map((seed) => wholeNumber("--seed", seed));
  const recipe = loadRecipe(values.recipe, { quick: values.quick, seeds });
  if (command === "run") {
    const jobs = values.jobs === undefined ? undefined : Math.max(1, wholeNumber("--jobs", values.jobs));
    return (await runExperiment(recipe, { jobs })) ? 0 : 1;
  }
  if (command === "verify") return (await verify(recipe)) ? 0 : 1;
  if (command === "stages") {
    await runPipeline(runOf(recipe, values.arm, recipe.seeds[0]), (stage) => progressBar(stage));
    return 0;
  }
  throw new UserError(`unknown command "${command}"; see npm start -- --help`);
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}; see npm start -- --help`);
  }
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`${option} ${text}: a whole number is expected`);
  return Number(text);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(path.resolve(process.argv[1])).href) {
  main(process.argv.slice(2)).then(
    (status) => process.exit(status),
    (error: unknown) => {
      // A mistake of the user's, or a stop on request, is one sentence; anything else is ours and shows where.
      const known = error instanceof UserError || error instanceof Interrupted;
      process.stderr.write(`${known ? (error as Error).message : ((error as Error).stack ?? String(error))}\n`);
      process.exit(error instanceof Interrupted ? 130 : 1);
    },
  );
}
