import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchOf, launchScript, type LaunchOptions, type ServerKind } from "./index.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark launch-"));
  const write = (name: string, value: unknown): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), JSON.stringify(value));
  };
  write("good/config.json", { max_position_embeddings: 4096, num_attention_heads: 32, hidden_size: 4096 });
  write("good/tokenizer.json", {});
  write("good/tokenizer_config.json", { chat_template: "x" });
  write("good/model.safetensors", {});
  write("small/config.json", { max_position_embeddings: 512, num_attention_heads: 4, hidden_size: 64 });
  write("peft/adapter_config.json", { r: 12 });
  write("model.gguf", {});
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const at = (name: string): string => path.join(folder, name);
const launch = (server: ServerKind, options: Partial<LaunchOptions> = {}): ReturnType<typeof launchOf> =>
  launchOf(server, { model: at("good"), port: 8000, ...options });

test("vLLM, with adapters, GPUs and a key", () => {
  const { command, args, environment, url, readyUrl, problems } = launch("vllm", { adapters: new Map([["plan", at("peft")]]), gpus: 4, context: 2048, dataType: "bfloat16", apiKey: "k", name: "agent" }); // prettier-ignore
  expect([command, ...args].join(" ")).toBe(
    `vllm serve ${at("good")} --host 127.0.0.1 --port 8000 --served-model-name agent --max-model-len 2048 --tensor-parallel-size 4 --dtype bfloat16 --enable-lora --max-lora-rank 16 --lora-modules plan=${at("peft")}`,
  );
  expect([environment, url, readyUrl, problems]).toEqual([{ VLLM_API_KEY: "k" }, "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/health", []]); // prettier-ignore
});

test("FastChat: controller, a worker that shares the base among adapters, OpenAI's API", () => {
  const { before, args, environment, problems } = launch("fastchat", { adapters: new Map([["plan", at("peft")]]) });
  expect(before.map((words) => words[2])).toEqual(["fastchat.serve.controller", "fastchat.serve.multi_model_worker"]);
  expect(before[1].join(" ")).toContain(
    `--model-path ${at("good")} --model-names good --model-path ${at("peft")} --model-names plan`,
  );
  expect(args.join(" ")).toContain("--controller-address http://127.0.0.1:8001");
  expect(environment).toEqual({ PEFT_SHARE_BASE_WEIGHTS: "true" });
  expect(problems).toEqual([]);
  expect(launch("fastchat", { gpus: 0 }).before[1].join(" ")).toContain("fastchat.serve.model_worker");
});

test("llama.cpp, TGI, LLaMA-Factory, transformers", () => {
  const llama = launch("llama.cpp", { model: at("model.gguf"), gpus: 0, context: 512 });
  expect(llama.args.join(" ")).toBe(`--model ${at("model.gguf")} --host 127.0.0.1 --port 8000 --ctx-size 512 --n-gpu-layers 0`); // prettier-ignore
  expect([llama.problems, llama.url]).toEqual([[], "http://127.0.0.1:8000"]);
  const tgi = launch("tgi", { context: 2048, gpus: 2 });
  expect(tgi.args.join(" ")).toContain("--max-total-tokens 2048 --max-input-tokens 2047 --num-shard 2");
  const factory = launch("llama-factory", { name: "agent" });
  expect(factory.environment).toEqual({ API_HOST: "127.0.0.1", API_PORT: "8000", API_MODEL_NAME: "agent" });
  expect(launch("transformers", { gpus: 0 }).args).toEqual(["serve", at("good"), "--host", "127.0.0.1", "--port", "8000", "--device", "cpu"]); // prettier-ignore
});

test.each<[string, ServerKind, Partial<LaunchOptions>, string]>([
  ["a folder that is not there", "vllm", { model: "/no/such/folder" }, "no such folder"],
  ["a folder without a model", "tgi", { model: "." }, "has no config.json"],
  ["no weights", "vllm", { model: "small" }, "has no weights"],
  ["no template", "vllm", { model: "small" }, "no chat template"],
  ["small heads", "vllm", { model: "small" }, "heads of 16"],
  ["a long context", "tgi", { context: 5000 }, "longer than the model's 4096"],
  ["GPUs that do not divide the heads", "vllm", { gpus: 3 }, "32 attention heads cannot be shared among 3"],
  ["an adapter that is none", "vllm", { adapters: new Map([["a", "."]]) }, "no adapter_config.json"],
  ["a folder for llama.cpp", "llama.cpp", {}, "no .gguf file"],
  ["GGUF for vLLM", "vllm", { model: "model.gguf" }, "is a GGUF file"],
  ["an open server without a key", "tgi", { host: "0.0.0.0" }, "no API key"],
  ["a key that is not asked for", "transformers", { apiKey: "k" }, "asks for no key"],
])("%s is seen", (_, server, options, problem) => {
  const model = options.model === undefined ? at("good") : path.resolve(folder, options.model);
  expect(launch(server, { ...options, model }).problems.join("\n")).toContain(problem);
});

test("values that cannot be are refused", () => {
  expect(() => launch("vllm", { port: 0 })).toThrow("port 0");
  expect(() => launch("vllm", { gpus: -1 })).toThrow("gpus -1");
  expect(() => launch("vllm", { adapters: new Map([["a b", "x"]]) })).toThrow("adapter name");
});

test("the script is what the shell reads as that command", () => {
  const given = launch("fastchat", { name: "it's" });
  const script = launchScript({ ...given, command: "echo", before: [] });
  const output = execFileSync("bash", ["-s"], { input: script, encoding: "utf8" }).trim();
  expect(output).toBe(given.args.join(" "));
  execFileSync("bash", ["-n"], { input: launchScript(given) });
});
