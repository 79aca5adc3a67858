/**
 * A worker: plays the shards that it is sent. As a thread it gets and answers messages; as a process (of Ray's) lines of
 * JSON. A process is first told the hash of the code that is to play, and ends where it has another.
 */
import * as readline from "node:readline";
import { parentPort } from "node:worker_threads";
import { UserError } from "../../base/index.ts";
import { workerCode } from "./worker-code.ts";
import { failureOf, type Reply } from "./executor.ts";
import { ShardPlayer } from "./shard-player.ts";
import type { ShardWork } from "./shards.ts";

const player = new ShardPlayer();

async function reply(work: ShardWork): Promise<Reply> {
  try {
    return { lines: (await player.play(work)).map((trajectory) => JSON.stringify(trajectory)) };
  } catch (error) {
    return failureOf(error);
  }
}

async function serveLines(): Promise<void> {
  const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  console.log = console.error; // nothing else may come between the lines
  let checked = false;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (checked) say(await reply(JSON.parse(line) as ShardWork));
    else say(checkCode((JSON.parse(line) as { code: string }).code));
    checked = true;
  }
  process.exit(0);
}

function checkCode(expected: string): Reply {
  const found = workerCode();
  if (found === expected) return { lines: [] };
  const folder = process.cwd();
  return failureOf(new UserError(`${folder}: this worker has other code than the machine that started the run`));
}

if (parentPort) {
  const port = parentPort;
  port.on("message", (work: ShardWork) => void reply(work).then((answer) => port.postMessage(answer)));
} else void serveLines();
