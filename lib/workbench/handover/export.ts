import * as path from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../base/index.ts";
import { FORMATS, type AnyFormat } from "../../trajectory/index.ts";
import { progressBar } from "../notebook/index.ts";
import { checkHolds, exportData } from "./export-data.ts";
import { exportGguf, exportHuggingFace } from "./export-model.ts";
import { runFacts } from "./facts.ts";
import { formatList } from "./format-list.ts";
import { sourceOf } from "./source.ts";

const MODEL_FORMATS = {
  hf: "Hugging Face folder with model card",
  gguf: "GGUF, F32, for llama.cpp; needs npm run setup -- --deepspeed",
  "gguf-f16": "GGUF, F16",
} as const;
type ModelFormat = keyof typeof MODEL_FORMATS;

const help = (): string => `Hands a model or its data over to other tools.

  npm run export -- PLACE [options]
      PLACE                   a run (experiments/runs/household/main-seed0), a model folder, or a file of trajectories
                              (.jsonl, .jsonl.gz) or of pairs of trajectories
      --format NAME[,NAME]    default: hf for a run or model
      --output FOLDER         default: PLACE/export, for a file the folder export beside it
      --limit N               the first N trajectories only

  Formats of models:  hf, gguf, gguf-f16.  Of data: sharegpt and alpaca come with LLaMA-Factory's dataset_info.json.
${formatList(MODEL_FORMATS)}
`;

const OPTIONS = {
  format: { type: "string" },
  output: { type: "string" },
  limit: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The command `npm run export`; the exit status. */
export async function runExport(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(help());
    return 0;
  }
  const [place, ...more] = positionals;
  if (place === undefined || more.length > 0)
    throw new UserError(`one run, model or file is expected, not ${positionals.length}; see npm run export -- --help`);
  const source = await sourceOf(place);
  const isFile = "file" in source;
  const names = values.format?.split(",") ?? (isFile ? [] : ["hf"]);
  if (names.length === 0)
    throw new UserError(`--format: one of ${[...FORMATS.keys()].join(", ")} is needed for a file`);
  const models = names.filter((name): name is ModelFormat => Object.hasOwn(MODEL_FORMATS, name));
  const formats = names.filter((name) => !Object.hasOwn(MODEL_FORMATS, name)).map(dataFormat);
  const output = values.output ?? path.join(isFile ? path.dirname(place) : place, "export");
  if (models.length > 0 && isFile)
    throw new UserError(`--format ${models[0]}: ${place} is a file of trajectories, no model`);
  if (formats.length > 0 && source.kind === "model")
    throw new UserError(`--format ${formats[0].id}: ${place} is a model without its run, so there are no trajectories`);
  checkHolds(formats, source.kind === "pairs" ? "pairs" : "trajectories");

  const facts = source.kind === "run" ? await runFacts(source.folder) : null;
  const report = (file: string): void => void process.stdout.write(`${path.relative(process.cwd(), file) || "."}\n`);
  if (!isFile) {
    const name =
      source.kind === "run" ? path.basename(path.resolve(source.folder, "..")) : path.basename(path.resolve(place));
    for (const model of models) {
      if (model === "hf") {
        const folder = path.join(output, "huggingface");
        exportHuggingFace(source.model, folder, facts);
        report(folder);
      } else report(await exportGguf(source.model, path.join(output, "gguf"), name, model === "gguf" ? "F32" : "F16"));
    }
  }
  if (formats.length > 0) {
    const file = isFile ? source.file : source.kind === "run" ? source.trajectories : "";
    const limit = values.limit === undefined ? undefined : wholeNumber(values.limit);
    const folder = path.join(output, "data");
    const written = await exportData({
      file,
      formats,
      output: folder,
      limit,
      facts,
      progress: (name) => progressBar(name, "records"),
    });
    for (const { file: target } of written) report(target);
  }
  return 0;
}

function dataFormat(name: string): AnyFormat {
  const format = FORMATS.get(name);
  if (format) return format;
  throw new UserError(`--format ${name}: there are ${[...Object.keys(MODEL_FORMATS), ...FORMATS.keys()].join(", ")}`);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UserError(`--limit ${text}: a whole number of 1 or more is expected`);
  return Number(text);
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}; see npm run export -- --help`);
  }
}
