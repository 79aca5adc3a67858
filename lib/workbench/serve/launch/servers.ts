import * as fs from "node:fs";
import { checkOptions, type Launch, type LaunchOptions, type ServerKind } from "./launch.ts";
import { largestRank, modelProblems } from "./model-problems.ts";

type Part = Omit<Launch, "server" | "problems" | "environment" | "before"> &
  Partial<Pick<Launch, "problems" | "environment" | "before">>;

/** Command lines as in each server's own documentation; none of these is installed by set-up. */
const SERVERS: Readonly<Record<ServerKind, (options: Required<Pick<LaunchOptions, "host">> & LaunchOptions) => Part>> =
  {
    vllm: (options) => {
      const {
        model,
        host,
        port,
        adapters = new Map<string, string>(),
        context,
        gpus = 1,
        dataType,
        apiKey,
        name,
      } = options;
      const modules = [...adapters].map(([adapter, folder]) => `${adapter}=${folder}`);
      const ranks = [8, 16, 32, 64, 128, 256, 320, 512];
      const rank = ranks.find((one) => one >= largestRank(adapters)) ?? 512;
      return {
        command: "vllm",
        args: [
          ...["serve", model, "--host", host, "--port", String(port)],
          ...(name === undefined ? [] : ["--served-model-name", name]),
          ...(context === undefined ? [] : ["--max-model-len", String(context)]),
          ...(gpus > 1 ? ["--tensor-parallel-size", String(gpus)] : []),
          ...(dataType === undefined ? [] : ["--dtype", dataType]),
          ...(modules.length === 0
            ? []
            : ["--enable-lora", "--max-lora-rank", String(rank), "--lora-modules", ...modules]),
        ],
        environment: variables({ VLLM_API_KEY: apiKey }),
        url: `${address(options)}/v1`,
        readyUrl: `${address(options)}/health`,
        problems: [
          ...modelProblems(options),
          ...(gpus === 0 ? ["vLLM's ordinary package needs a GPU; the CPU has a build of its own"] : []),
          ...headSizeProblems(options),
        ],
      };
    },
    fastchat: (options) => {
      const { model, host, port, adapters = new Map<string, string>(), gpus = 1, name, apiKey } = options;
      const [controller, worker] = [port + 1, port + 2].map((at) => `http://127.0.0.1:${at}`);
      const names = ["--model-path", model, "--model-names", name ?? baseName(model)];
      const isShared = adapters.size > 0;
      const more = [...adapters].flatMap(([adapter, folder]) => ["--model-path", folder, "--model-names", adapter]);
      return {
        command: "python3",
        args: [
          ...["-m", "fastchat.serve.openai_api_server", "--host", host, "--port", String(port)],
          ...["--controller-address", controller],
        ],
        // adapters over one copy of the weights
        environment: variables({ PEFT_SHARE_BASE_WEIGHTS: isShared ? "true" : undefined, FASTCHAT_API_KEYS: apiKey }),
        before: [
          ["python3", "-m", "fastchat.serve.controller", "--host", "127.0.0.1", "--port", String(port + 1)],
          [
            ...[
              "python3",
              "-m",
              `fastchat.serve.${isShared ? "multi_model_worker" : "model_worker"}`,
              ...names,
              ...more,
            ],
            ...["--host", "127.0.0.1", "--port", String(port + 2), "--worker-address", worker],
            ...["--controller-address", controller],
            ...(gpus === 0 ? ["--device", "cpu"] : gpus > 1 ? ["--num-gpus", String(gpus)] : []),
          ],
        ],
        url: `${address(options)}/v1`,
        readyUrl: `${address(options)}/v1/models`,
        problems: [
          ...modelProblems(options),
          ...[...adapters.keys()].filter((adapter) => !/peft/i.test(adapter + adapters.get(adapter)!)).map((adapter) => `FastChat knows an adapter by "peft" in its path: ${adapter} has none`), // prettier-ignore
          ...(apiKey === undefined ? [] : ["FastChat takes keys as --api-keys too; older versions know only that"]),
        ],
      };
    },
    "llama.cpp": (options) => {
      const { model, host, port, adapters = new Map<string, string>(), context, gpus = 1, apiKey, name } = options;
      return {
        command: "llama-server",
        args: [
          ...["--model", model, "--host", host, "--port", String(port)],
          ...(name === undefined ? [] : ["--alias", name]),
          ...(context === undefined ? [] : ["--ctx-size", String(context)]),
          ...["--n-gpu-layers", gpus === 0 ? "0" : "999"],
          ...[...adapters.values()].flatMap((file) => ["--lora", file]),
        ],
        environment: variables({ LLAMA_API_KEY: apiKey }),
        url: address(options),
        readyUrl: `${address(options)}/health`,
        problems: [
          ...(model.endsWith(".gguf") ? [] : [`${model} is no .gguf file: export the model as GGUF first`]),
          ...(model.endsWith(".gguf") && !fs.existsSync(model) ? [`${model}: no such file`] : []),
          ...[...adapters].filter(([, file]) => !file.endsWith(".gguf")).map(([adapter]) => `adapter ${adapter} is no .gguf file`), // prettier-ignore
        ],
      };
    },
    tgi: (options) => {
      const { model, host, port, adapters = new Map<string, string>(), context, gpus = 1, dataType, apiKey } = options;
      return {
        command: "text-generation-launcher",
        args: [
          ...["--model-id", model, "--hostname", host, "--port", String(port)],
          ...(context === undefined
            ? []
            : ["--max-total-tokens", String(context), "--max-input-tokens", String(context - 1)]),
          ...(gpus > 1 ? ["--num-shard", String(gpus)] : []),
          ...(dataType === undefined ? [] : ["--dtype", dataType]),
          ...(adapters.size === 0
            ? []
            : ["--lora-adapters", [...adapters].map(([name, at]) => `${name}=${at}`).join(",")]),
        ],
        environment: variables({ API_KEY: apiKey }),
        url: address(options),
        readyUrl: `${address(options)}/health`,
        problems: [
          ...modelProblems(options),
          ...(dataType === "float32" ? ["TGI knows float16 and bfloat16 only"] : []),
        ],
      };
    },
    "llama-factory": (options) => {
      const { model, host, port, adapters = new Map<string, string>(), apiKey, name, gpus = 1 } = options;
      return {
        command: "llamafactory-cli",
        args: [
          ...["api", "--model_name_or_path", model, "--infer_backend", "huggingface"],
          ...(adapters.size === 0 ? [] : ["--adapter_name_or_path", [...adapters.values()].join(",")]),
        ],
        environment: variables({
          API_HOST: host,
          API_PORT: String(port),
          API_MODEL_NAME: name,
          API_KEY: apiKey,
          CUDA_VISIBLE_DEVICES: gpus === 0 ? "" : undefined,
        }),
        url: `${address(options)}/v1`,
        readyUrl: `${address(options)}/v1/models`,
        problems: [
          ...modelProblems(options),
          ...(adapters.size > 1
            ? ["LLaMA-Factory merges all adapters into one model; they are no models of their own"]
            : []),
          "the template must be named: add --template and the family's name",
        ],
      };
    },
    transformers: (options) => {
      const { model, host, port, adapters, gpus = 1, dataType, apiKey } = options;
      return {
        command: "transformers",
        args: [
          ...["serve", model, "--host", host, "--port", String(port)],
          ...(gpus === 0 ? ["--device", "cpu"] : []),
          ...(dataType === undefined ? [] : ["--dtype", dataType]),
        ],
        url: `${address(options)}/v1`,
        readyUrl: `${address(options)}/health`,
        problems: [
          ...modelProblems(options),
          ...(adapters !== undefined && adapters.size > 0
            ? ["transformers serve knows no adapters: merge them first"]
            : []),
          ...(apiKey === undefined ? [] : ["transformers serve asks for no key: keep it on localhost"]),
        ],
      };
    },
  };

/** The command line, environment and addresses of a server for a model, with what is obviously wrong with them. */
export function launchOf(server: ServerKind, options: LaunchOptions): Launch {
  checkOptions(options);
  const part = SERVERS[server]({ ...options, host: options.host ?? "127.0.0.1" });
  const { host, apiKey } = options;
  const open = host !== undefined && !["127.0.0.1", "::1", "localhost"].includes(host);
  const problems = [
    ...(part.problems ?? []),
    ...(open && apiKey === undefined ? [`${host} is open to other machines and no API key is asked for`] : []),
  ];
  return { server, environment: {}, before: [], ...part, problems };
}

/** Those that have a value. */
const variables = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

const address = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;

const baseName = (model: string): string => model.replace(/\/+$/, "").split("/").pop()!;

/** vLLM's attention has kernels for heads of these sizes; a small student's are smaller. */
function headSizeProblems({ model }: LaunchOptions): string[] {
  const file = `${model}/config.json`;
  if (!fs.existsSync(file)) return [];
  const config = JSON.parse(fs.readFileSync(file, "utf8")) as {
    head_dim?: number;
    hidden_size?: number;
    num_attention_heads?: number;
  };
  const size = config.head_dim ?? (config.hidden_size ?? 0) / (config.num_attention_heads ?? 1);
  return size > 0 && size < 32 ? [`heads of ${size} are smaller than vLLM's attention kernels support`] : [];
}
