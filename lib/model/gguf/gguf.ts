import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { UserError, writeFileAtomic, writeJson } from "../../base/index.ts";
import { loadTokenizer, tokenizerConfig, withoutGuards, type BpeTokenizer } from "../../labels/index.ts";
import { configToJson, parseConfig, readConfig } from "../config.ts";
import { ggufVocabulary } from "./vocabulary.ts";

export interface GgufOptions {
  /** A Python with the packages `gguf` and `numpy`. */
  readonly python: string;
  /** Model folder in Hugging Face's layout, with `tokenizer.json` (byte-level BPE). */
  readonly model: string;
  /** The file to write. */
  readonly output: string;
  /** Type of the matrices; gains stay F32. */
  readonly type: "F32" | "F16";
  readonly name: string;
}

/**
 * Writes a Llama model folder as GGUF (PyPI `gguf`). The whole tokenizer goes along as `tokenizer.huggingface.json`, so
 * that `readGguf` gives it back; how llama.cpp itself tokenizes is `ggufVocabulary`'s matter. Resolves to the number of
 * tensors. Throws `UserError` where the model is none, or Python lacks a package.
 */
export async function writeGguf({ python, model, output, type, name }: GgufOptions): Promise<number> {
  const config = readConfig(path.join(model, "config.json"));
  const tokenizer = loadTokenizer(path.join(model, "tokenizer.json"));
  if (tokenizer.size > config.vocab_size)
    throw new UserError(`${model}: ${tokenizer.size} tokens in tokenizer.json, but vocab_size is ${config.vocab_size}`);
  const { eos_token_id: eos, bos_token_id: bos, pad_token_id: pad } = config;
  const template = readChatTemplate(model);
  const temporary = `${output}.${process.pid}.tmp`;
  fs.mkdirSync(path.dirname(output), { recursive: true });
  try {
    const { tensors } = (await runPython(python, "write", {
      model,
      output: temporary,
      type,
      name,
      config,
      vocabulary: { ...padded(tokenizer, config.vocab_size), eos: [eos].flat()[0], bos, pad },
      tokenizer: JSON.stringify(tokenizer),
      chatTemplate: template && withoutGuards(template.replace(/\{%-? *(end)?generation *-?%\}/g, "")),
    })) as { tensors: number };
    fs.renameSync(temporary, output);
    return tensors;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** Ids beyond the tokenizer's (embeddings are often rounded up) need a name too. */
function padded(tokenizer: BpeTokenizer, size: number): ReturnType<typeof ggufVocabulary> {
  const vocabulary = ggufVocabulary(tokenizer);
  const unused = Array.from({ length: size - tokenizer.size }, (_, i) => `<|unused ${tokenizer.size + i}|>`);
  const UNUSED = 5;
  return {
    ...vocabulary,
    tokens: [...vocabulary.tokens, ...unused],
    types: [...vocabulary.types, ...unused.map(() => UNUSED)],
  };
}

/** The chat template of a model folder: of `chat_template.jinja`, else of `tokenizer_config.json`; null without one. */
export function readChatTemplate(folder: string): string | null {
  const file = path.join(folder, "chat_template.jinja");
  if (fs.existsSync(file)) return fs.readFileSync(file, "utf8");
  const config = path.join(folder, "tokenizer_config.json");
  if (!fs.existsSync(config)) return null;
  const template = (JSON.parse(fs.readFileSync(config, "utf8")) as { chat_template?: unknown }).chat_template;
  return typeof template === "string" ? template : null;
}

/**
 * Writes the model of a GGUF file (architecture `llama`, F32 or F16) into `output` in Hugging Face's layout; the tokenizer
 * only where the file carries `tokenizer.huggingface.json`. Resolves to whether it did. F32 weights come back bit for bit.
 */
export async function readGguf(options: { python: string; file: string; output: string }): Promise<boolean> {
  const { python, file, output } = options;
  if (!fs.existsSync(file)) throw new UserError(`${file}: no such file`);
  fs.mkdirSync(output, { recursive: true });
  const answer = (await runPython(python, "read", { file, output })) as {
    config: unknown;
    tokenizer: string | null;
    chatTemplate: string | null;
  };
  const config = parseConfig(answer.config, file);
  writeJson(path.join(output, "config.json"), configToJson(config));
  const { bos_token_id, eos_token_id, pad_token_id } = config;
  writeJson(path.join(output, "generation_config.json"), {
    do_sample: false,
    bos_token_id,
    eos_token_id,
    pad_token_id,
  });
  if (answer.chatTemplate !== null) writeFileAtomic(path.join(output, "chat_template.jinja"), answer.chatTemplate);
  if (answer.tokenizer === null) return false;
  const tokenizer = loadTokenizer(JSON.parse(answer.tokenizer) as Record<string, unknown>);
  writeJson(path.join(output, "tokenizer.json"), tokenizer);
  const textOf = (id: number | null | undefined): string | undefined =>
    id == null ? undefined : tokenizer.tokenText(id);
  writeJson(path.join(output, "tokenizer_config.json"), {
    ...tokenizerConfig(answer.chatTemplate ?? "", config.max_position_embeddings),
    pad_token: textOf(pad_token_id),
    eos_token: textOf([eos_token_id].flat()[0]),
    ...(answer.chatTemplate === null ? { chat_template: undefined } : {}),
  });
  return true;
}

const SCRIPT = path.join(import.meta.dirname, "gguf_files.py");
const MISSING_PACKAGE = 3;
const MISTAKE = 2;

/** Runs one job of `gguf_files.py`. */
function runPython(python: string, command: "write" | "read", job: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [SCRIPT, command], { stdio: ["pipe", "pipe", "pipe"] });
    let [answer, errors] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (answer += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.stdin.on("error", () => undefined); // a Python that dies at once says why on stderr
    child.on("error", (error) => reject(new UserError(`${python} does not start: ${error.message}; ${GGUF_REMEDY}`)));
    child.on("close", (status) => {
      if (status === 0) resolve(JSON.parse(answer));
      else if (status === MISTAKE) reject(new UserError(errors.trim()));
      else if (status === MISSING_PACKAGE) reject(new UserError(`${python}: ${errors.trim()}; ${GGUF_REMEDY}`));
      else reject(new Error(`gguf_files.py ended with status ${status}: ${errors.trim()}`));
    });
    child.stdin.end(JSON.stringify(job));
  });
}

/** What the user does about a Python without `gguf`. */
const GGUF_REMEDY = "GGUF needs Python with the package gguf: npm run setup -- --deepspeed";
