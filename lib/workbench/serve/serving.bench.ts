import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readJson, writeJson } from "../../base/index.ts";
import { ChatTemplate, END, plainCodec, tokenizerConfig, trainTokenizer } from "../../labels/index.ts";
import { Llama, selectEngine, type LlamaConfigInput } from "../../model/index.ts";
import type { BenchTable } from "../bench.ts";
import { projectRoot } from "../project.ts";
import { launchOf, waitUntilReady } from "./launch/index.ts";
import { sendLoad, type LoadResult } from "./load.ts";

const ROUNDS = 5;
const NEW_TOKENS = 64;
const CASES = [
  { concurrent: 1, requests: 16 },
  { concurrent: 8, requests: 48 },
  { concurrent: 32, requests: 128 },
];

interface Server {
  readonly url: string;
  readonly model: string;
  readonly child: ChildProcess;
}

/** Generated tokens per second through OpenAI's API, beside `transformers serve`: the same weights, prompts and lengths. */
export default async function benchServing(): Promise<BenchTable> {
  const folder = writeModel();
  const python = pythonWithServing();
  const ours = await startOurs(folder);
  const theirs = python === undefined ? [] : await startTheirs(python, folder);
  try {
    const rows = [];
    for (const { concurrent, requests } of CASES) {
      const servers = [ours, ...theirs];
      const measure = (server: Server, some: number): Promise<LoadResult> => {
        for (const { child } of servers) child.kill(child === server.child ? "SIGCONT" : "SIGSTOP"); // some poll when idle
        return sendLoad({ ...server, concurrent, requests: requestsOf(some) });
      };
      const results = servers.map(() => new Array<LoadResult>());
      for (const server of servers) await measure(server, concurrent);
      for (let round = 0; round < ROUNDS; round++)
        for (const [i, server] of servers.entries()) results[i].push(await measure(server, requests));
      rows.push(rowOf(concurrent, requests, results));
    }
    return {
      title: `Serving a student of 0.24 million parameters: chat requests of ${NEW_TOKENS} new tokens, greedy`,
      rows,
      note: python
        ? `medians of ${ROUNDS} rounds, in turns, the other servers stopped meanwhile; "batching": --continuous-batching; Python ${python}`
        : 'transformers was not found: `python3 -m venv serving && serving/bin/pip install torch "transformers[serving]"`, then set WAYMARK_SERVING_PYTHON=serving/bin/python',
    };
  } finally {
    for (const { child } of [ours, ...theirs]) child.kill("SIGKILL"); // stopped ones hear nothing else
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(
  concurrent: number,
  requests: number,
  [ours, ...theirs]: LoadResult[][],
): Record<string, string | number> {
  const speed = (runs: readonly LoadResult[]): number => median(runs.map((run) => run.generatedTokens / run.seconds));
  const delay = (runs: readonly LoadResult[]): number => Math.round(median(runs.map((run) => run.medianMs)));
  const row: Record<string, string | number> = { concurrent, requests, "Waymark tokens/s": Math.round(speed(ours)), "ms a request": delay(ours) }; // prettier-ignore
  for (const [i, runs] of theirs.entries()) {
    const name = i === 0 ? "transformers" : "batching";
    const equal = ours[0].texts.filter((text, at) => bare(text) === bare(runs[0].texts[at])).length;
    Object.assign(row, {
      [`${name} tokens/s`]: Math.round(speed(runs)),
      [`${name} ms`]: delay(runs),
      [`${name} equal texts`]: `${equal}/${requests}`,
      [`${name} ratio`]: (speed(ours) / speed(runs)).toFixed(2),
    });
  }
  return row;
}

/** Waymark leaves the template's space out, transformers the control tokens that an untrained model says. */
const bare = (text: string): string => text.replace(/<\|\w+\|>/g, "").trim();

/** Prompts of about thirty tokens, all different. */
const requestsOf = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => ({
    messages: [
      { role: "user", content: `go to desk ${i} and take mug ${(i * 7919) % 1000} then put it in drawer ${i % 10}` },
    ],
    max_tokens: NEW_TOKENS,
    temperature: 0,
  }));

/** A student of the usual shape, untrained; it hardly ever ends a turn by itself, so that answers are as long as asked for. */
function writeModel(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-serving-"));
  const names = "mug desk drawer fridge shelf bed lamp pan pot egg".split(" ");
  const words = names
    .flatMap((name) => Array.from({ length: 80 }, (_, i) => ` go to ${name} ${i} and take it`))
    .join("");
  const tokenizer = trainTokenizer([words, words], { vocabularySize: 1000 });
  const { jinja } = new ChatTemplate({ codec: plainCodec, thoughts: false });
  const shapes = readJson<Record<string, { config: LlamaConfigInput }>>(
    path.join(projectRoot, "lib", "model", "bench", "shapes.json"),
  );
  const end = tokenizer.special(END);
  const config = { ...shapes["student"].config, vocab_size: tokenizer.size, eos_token_id: end, initializer_range: 0.2 };
  writeJson(path.join(folder, "tokenizer.json"), tokenizer);
  writeJson(path.join(folder, "tokenizer_config.json"), tokenizerConfig(jinja, config.max_position_embeddings));
  selectEngine("auto", 1);
  const random = Llama.create(config, { seed: 0 });
  const arrays = random.toArrays();
  const { data } = arrays.get("model.embed_tokens.weight")!;
  data.fill(0, end * config.hidden_size, (end + 1) * config.hidden_size); // its logit is 0, below the best of the others
  const model = Llama.fromArrays(random.config, arrays);
  model.save(folder);
  model.dispose();
  random.dispose();
  return folder;
}

async function startOurs(folder: string): Promise<Server> {
  const port = 18_431;
  const script = path.join(projectRoot, "lib", "workbench", "serve", "main.ts");
  const args = ["--model", folder, "--name", "student", "--port", String(port)];
  const child = spawn(process.execPath, ["--import", "tsx", script, ...args], { stdio: "ignore" });
  await ready(`http://127.0.0.1:${port}/health`, child);
  return { url: `http://127.0.0.1:${port}/v1`, model: "student", child };
}

/** Its continuous batching; the limits keep it from taking half of the memory for a small model. */
const BATCHING = ["--continuous-batching", "--cb-num-blocks", "256", "--cb-max-batch-tokens", "2048"];

/** As a user would start it, and with its continuous batching. */
async function startTheirs(python: string, folder: string): Promise<Server[]> {
  const servers: Server[] = [];
  for (const [i, more] of [[], BATCHING].entries()) {
    const { args, url, readyUrl } = launchOf("transformers", { model: folder, port: 18_432 + i, gpus: 0 });
    const program = ["-c", "from transformers.cli.transformers import main; main()", ...args, ...more];
    const env = { ...process.env, GLIBC_TUNABLES: "", HF_HUB_OFFLINE: "1" };
    const child = spawn(python, program, { stdio: "ignore", env });
    await ready(readyUrl, child);
    servers.push({ url, model: folder, child });
  }
  return servers;
}

const ready = (url: string, child: ChildProcess): Promise<number> =>
  waitUntilReady(url, { timeoutMs: 180_000, isAlive: () => child.exitCode === null });

/** The Python that has `transformers[serving]`, or undefined. */
function pythonWithServing(): string | undefined {
  const named = process.env.WAYMARK_SERVING_PYTHON;
  const candidates = named ? [named] : [".venv/bin/python", "python3"];
  return candidates.find((python) => spawnSync(python, ["-c", "import torch, fastapi, transformers"]).status === 0);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
