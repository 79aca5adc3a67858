/**
 * Compares llama.cpp with our engine by hand, since node-llama-cpp is too large to be a dependency:
 *
 *     npm install --no-save --prefix FOLDER node-llama-cpp@3.22.1
 *     node lib/model/gguf/check_llama_cpp.mjs FOLDER FILE.gguf PROMPTS.json
 *
 * PROMPTS.json is a list of { text, ids, continuation }: a prompt with control tokens, its ids, and the greedy
 * continuation that `complete` gave without stop tokens. Exit status 1 where anything differs.
 */
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [, , packages, file, list] = process.argv;
const entry = path.resolve(packages, "node_modules/node-llama-cpp/dist/index.js");
const { getLlama } = await import(pathToFileURL(entry).href);
/** @type {{ text: string, ids: number[], continuation: number[] }[]} */
const prompts = JSON.parse(fs.readFileSync(list, "utf8"));
// More threads than free cores wait for each other at every operation of so small a model.
const llama = await getLlama({ gpu: false, build: "never", logLevel: "error", maxThreads: 1 });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ threads: 1, sequences: 1 });
let [sameIds, sameContinuations, tokens] = [0, 0, 0];
for (const { text, ids, continuation } of prompts) {
  if (String(model.tokenize(text, true)) === String(ids)) sameIds++;
  const sequence = context.getSequence();
  const said = [];
  for await (const token of sequence.evaluate(ids, { temperature: 0, yieldEogToken: true })) {
    said.push(token);
    if (said.length === continuation.length) break;
  }
  await sequence.dispose();
  tokens += said.length;
  if (String(said) === String(continuation)) sameContinuations++;
}
process.stdout.write(`${JSON.stringify({ prompts: prompts.length, sameIds, sameContinuations, tokens })}\n`);
await llama.dispose();
process.exitCode = sameIds === prompts.length && sameContinuations === prompts.length ? 0 : 1;
