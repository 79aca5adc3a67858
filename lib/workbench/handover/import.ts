import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { JsonlWriter, UserError } from "../../base/index.ts";
import { Llama, readGguf, selectEngine } from "../../model/index.ts";
import { FORMATS, readForeign, type Trajectory } from "../../trajectory/index.ts";
import { deepSpeedPython } from "../../training/index.ts";
import { progressBar } from "../notebook/index.ts";
import { exportHuggingFace } from "./export-model.ts";
import { formatList } from "./format-list.ts";
import { checkModel } from "./source.ts";

const MODEL_FORMATS = {
  hf: "Hugging Face folder of a Llama model with a byte-level BPE tokenizer",
  gguf: "GGUF of a Llama model, F32 or F16; needs npm run setup -- --deepspeed",
} as const;

const help = (): string => `Reads what other tools wrote.

  npm run import -- FILE... --format NAME --output PLACE
      FILE                    a file in that format (.json, .jsonl, .jsonl.gz), or several; for hf a folder
      --format NAME           see below
      --output PLACE          data: the file to write, .jsonl or .jsonl.gz; models: the folder

  Data becomes trajectories (or pairs of them). Fields that Waymark does not know are kept in \`extra\`; what a format does
  not state is filled in and named in \`origin.assumed\`.
${formatList(MODEL_FORMATS)}
`;

const OPTIONS = {
  format: { type: "string" },
  output: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The command `npm run import`; the exit status. */
export async function runImport(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(help());
    return 0;
  }
  const { format, output } = values;
  if (positionals.length === 0) throw new UserError("a file is expected; see npm run import -- --help");
  if (format === undefined || output === undefined)
    throw new UserError("--format and --output are needed; see npm run import -- --help");
  for (const place of positionals) if (!fs.existsSync(place)) throw new UserError(`${place}: no such file or folder`);
  if (Object.hasOwn(MODEL_FORMATS, format)) {
    if (positionals.length > 1) throw new UserError(`--format ${format}: one model, not ${positionals.length}`);
    await importModel(positionals[0], format as keyof typeof MODEL_FORMATS, output);
  } else await importData(positionals, format, output);
  return 0;
}

/** A model of others as a folder that `Llama.load` reads; loads it once, so that a bad one is named here. */
async function importModel(place: string, format: keyof typeof MODEL_FORMATS, output: string): Promise<void> {
  if (format === "gguf") {
    const withTokenizer = await readGguf({ python: deepSpeedPython(), file: place, output });
    if (!withTokenizer)
      process.stdout.write(
        `${place} has no tokenizer.huggingface.json: put the model's tokenizer.json into ${output}\n`,
      );
  } else exportHuggingFace(place, output, null);
  selectEngine("auto");
  const model = Llama.load(output);
  if (fs.existsSync(path.join(output, "tokenizer.json"))) checkModel(output);
  process.stdout.write(`${output}: ${model.parameterCount} parameters\n`);
  model.dispose();
}

async function importData(files: readonly string[], name: string, output: string): Promise<void> {
  const format = FORMATS.get(name);
  if (!format)
    throw new UserError(`--format ${name}: there are ${[...Object.keys(MODEL_FORMATS), ...FORMATS.keys()].join(", ")}`);
  if (!/\.jsonl(\.gz)?$/.test(output))
    throw new UserError(`--output ${output}: a .jsonl or .jsonl.gz file is expected`);
  const bar = progressBar("import", "records");
  const writer = new JsonlWriter(output);
  const [assumed, unknown] = [new Set<string>(), new Set<string>()];
  let records = 0;
  const note = ({ origin, extra }: Trajectory): void => {
    for (const field of origin?.assumed ?? []) assumed.add(field);
    for (const field of Object.keys(extra ?? {})) unknown.add(field);
  };
  const add = async (rows: readonly unknown[], trajectories: readonly Trajectory[]): Promise<void> => {
    trajectories.forEach(note);
    for (const row of rows) await writer.write(row);
    if (++records % 100 === 0) bar.update({ done: records, total: records });
  };
  try {
    for (const file of files) {
      if (format.holds === "pairs")
        for await (const pair of readForeign(file, format)) await add([pair], [pair.chosen, pair.rejected]);
      else for await (const trajectories of readForeign(file, format)) await add(trajectories, trajectories);
    }
    await writer.close();
    bar.update({ done: records, total: records });
  } catch (error) {
    fs.rmSync(`${output}.tmp`, { force: true });
    throw error;
  } finally {
    bar.close();
  }
  const list = (names: ReadonlySet<string>): string => [...names].sort().join(", ") || "nothing";
  process.stdout.write(
    `${output}: ${writer.rows} ${format.holds} of ${records} records\n` +
      `not stated by the format and filled in: ${list(assumed)}\n` +
      `kept in extra: ${list(unknown)}\n`,
  );
}

function parse(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}; see npm run import -- --help`);
  }
}
