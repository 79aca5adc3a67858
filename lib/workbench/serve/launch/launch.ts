import { UserError } from "../../../base/index.ts";

/** How a server is started: what to run, and where it will answer. */
export interface Launch {
  readonly server: ServerKind;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Processes that must run beside it, each by its command line (FastChat's controller and worker). */
  readonly before: readonly (readonly string[])[];
  /** Base address of OpenAI's API, or of the server's own. */
  readonly url: string;
  /** Answers once the model is loaded. */
  readonly readyUrl: string;
  /** What will most likely go wrong; empty where nothing was found. */
  readonly problems: readonly string[];
}

export type ServerKind = "vllm" | "fastchat" | "llama.cpp" | "tgi" | "llama-factory" | "transformers";

export interface LaunchOptions {
  /** Folder of a Hugging Face model, a `.gguf` file, or a name on the hub. */
  readonly model: string;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
  /** LoRA adapters by the name that they answer under. */
  readonly adapters?: ReadonlyMap<string, string>;
  /** Longest prompt and answer together. */
  readonly context?: number;
  /** GPUs that share the model; 0: the CPU. */
  readonly gpus?: number;
  readonly dataType?: "float32" | "float16" | "bfloat16";
  readonly apiKey?: string;
  /** The name that requests say; default: the model as given. */
  readonly name?: string;
}

/** A shell script that starts it: `bash launch.sh`. The key is left out: it comes from the environment. */
export function launchScript({ before, command, args, environment, problems }: Launch): string {
  const line = (words: readonly string[]): string => words.map(quoted).join(" ");
  return [
    "#!/usr/bin/env bash",
    "set -euo pipefail",
    ...problems.map((problem) => `# Check first: ${problem.replace(/\n/g, " ")}`),
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`),
    ...before.map((words) => `${line(words)} &`),
    ...(before.length > 0
      ? ["trap 'kill $(jobs -p)' EXIT", line([command, ...args])]
      : [`exec ${line([command, ...args])}`]),
    "",
  ].join("\n");
}

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'\\''`)}'`);

/** Checks the values that every server needs. */
export function checkOptions({ port, context, gpus, adapters }: LaunchOptions): void {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new UserError(`port ${port}: 1 to 65535 is expected`);
  for (const [name, value, least] of [
    ["context", context, 1],
    ["gpus", gpus, 0],
  ] as const)
    // prettier-ignore
    if (value !== undefined && (!Number.isInteger(value) || value < least))
      throw new UserError(`${name} ${value}: a whole number of ${least} or more is expected`);
  for (const name of adapters?.keys() ?? [])
    if (!/^[\w.-]+$/.test(name))
      throw new UserError(`adapter name ${JSON.stringify(name)}: letters, digits, _ . - only`);
}
