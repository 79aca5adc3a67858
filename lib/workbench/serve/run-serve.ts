import { parseArgs } from "node:util";
import { UserError } from "../../base/index.ts";
import { withInterrupt } from "../interrupt.ts";
import { createApp } from "./app.ts";
import { listen } from "./http-server.ts";
import { openModels } from "./served-models.ts";

const HELP = `npm run serve -- --model RUN|FOLDER [options]: the student behind OpenAI's API.

  --model RUN|FOLDER       a run (household/main-seed0, or its folder), or a folder with a model and its tokenizer
  --name NAME              name of the model; default: its folder's
  --adapter NAME=FOLDER    a LoRA adapter over it, a model of its own by that name; may be given several times
  --host HOST              default: 127.0.0.1, this machine alone
  --port PORT              default: 8000; 0 takes a free one
  --api-key KEY            asked of every client; default: the environment variable WAYMARK_API_KEY, else none
  --rows N                 most answers at once, for each model; default: 64
  --queue N                most answers that may wait; more are refused (429); default: 256
  --max-tokens N           longest answer that may be asked for; default: the model's context
  --max-body BYTES         largest request; default: 1048576
  --seed N                 of requests without a seed; default: 0

Routes: /v1/models, /v1/chat/completions, /v1/completions, /generate and /generate_stream (as TGI), /health, /metrics.
Ctrl-C lets answers under way finish for 5 seconds; a second one stops at once.
`;

const OPTIONS = {
  model: { type: "string" },
  name: { type: "string" },
  adapter: { type: "string", multiple: true },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8000" },
  "api-key": { type: "string" },
  rows: { type: "string", default: "64" },
  queue: { type: "string", default: "256" },
  "max-tokens": { type: "string" },
  "max-body": { type: "string", default: String(2 ** 20) },
  seed: { type: "string", default: "0" },
  help: { type: "boolean", short: "h", default: false },
} as const;

const GRACE_MS = 5000;

/** `npm run serve`: serves until Ctrl-C; the exit status. */
export async function runServe(args: readonly string[]): Promise<number> {
  const values = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.model === undefined) throw new UserError("--model RUN|FOLDER is missing; see npm run serve -- --help");
  const rows = wholeNumber("--rows", values.rows, 1);
  const queue = wholeNumber("--queue", values.queue, 0);
  const port = wholeNumber("--port", values.port, 0);
  const served = await openModels({
    model: values.model,
    name: values.name,
    adapters: new Map((values.adapter ?? []).map(adapterOf)),
    rows,
    seed: wholeNumber("--seed", values.seed, 0),
  });
  const apiKey = values["api-key"] ?? process.env["WAYMARK_API_KEY"];
  if (apiKey === "") throw new UserError("the API key is empty");
  const maxTokens = values["max-tokens"];
  const limits = {
    bodyBytes: wholeNumber("--max-body", values["max-body"], 1),
    maxTokens: maxTokens === undefined ? served.context : wholeNumber("--max-tokens", maxTokens, 1),
    answers: rows * served.models.size + queue,
  };
  const onError = (error: unknown): void => console.error(error);
  const app = createApp({ served, limits, apiKey, now: () => Date.now(), onError });
  const server = await listen(app, { host: values.host, port });
  process.stdout.write(`${[...served.models.keys()].join(", ")} at ${server.url}/v1 (Ctrl-C stops)\n`);
  if (apiKey === undefined && !["127.0.0.1", "::1", "localhost"].includes(values.host))
    process.stderr.write(`warning: ${values.host} is open to other machines and no API key is asked for\n`);
  await withInterrupt(async (signal) => {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await server.close(GRACE_MS);
  });
  await served.close();
  return 0;
}

const parseServe = (args: readonly string[]) => parseArgs({ args: [...args], options: OPTIONS }).values;

function parse(args: readonly string[]): ReturnType<typeof parseServe> {
  try {
    return parseServe(args);
  } catch (error) {
    throw new UserError(`${(error as Error).message}; see npm run serve -- --help`);
  }
}

function adapterOf(text: string): [string, string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw new UserError(`--adapter ${text}: NAME=FOLDER is expected`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function wholeNumber(option: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new UserError(`${option} ${text}: a whole number of ${least} or more is expected`);
  return Number(text);
}
