import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { writeJson } from "../../base/index.ts";
import { ChatTemplate, END, PAD, plainCodec, tokenizerConfig, trainTokenizer } from "../../labels/index.ts";
import { Llama, LoraAdapter, selectEngine } from "../../model/index.ts";
import { createApp } from "./app.ts";
import { listen, type RunningServer } from "./http-server.ts";
import { openModels, type ServedModels } from "./served-models.ts";

const words =
  'go to desk 1 and take the mug {"name": "act", "arguments": {"verb": "go", "sure": true}} Your task is to: put';

export interface TestServer {
  /** With `/v1`. */
  readonly url: string;
  readonly root: string;
  readonly served: ServedModels;
  readonly errors: unknown[];
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly adapters?: readonly string[];
  readonly apiKey?: string;
  readonly rows?: number;
  readonly answers?: number;
  readonly maxTokens?: number;
  readonly context?: number;
}

/** Writes a small untrained model, its tokenizer and adapters that change it; returns the folder. */
export function writeTestModel(adapters: readonly string[] = [], context = 512): string {
  selectEngine("auto");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-serve-"));
  const tokenizer = trainTokenizer([words, words], { vocabularySize: 340 });
  const { jinja } = new ChatTemplate({ codec: plainCodec, thoughts: false });
  writeJson(path.join(folder, "tokenizer.json"), tokenizer);
  writeJson(path.join(folder, "tokenizer_config.json"), tokenizerConfig(jinja, context));
  const special = { eos_token_id: tokenizer.special(END), pad_token_id: tokenizer.special(PAD) };
  const sizes = { hidden_size: 16, intermediate_size: 24, num_hidden_layers: 2, num_attention_heads: 2 };
  const rest = { max_position_embeddings: context, initializer_range: 0.4, tie_word_embeddings: true };
  const model = Llama.create({ ...sizes, ...rest, ...special, vocab_size: tokenizer.size }, { seed: 3 });
  model.save(folder);
  for (const [i, name] of adapters.entries()) {
    const adapter = LoraAdapter.create(
      model,
      { r: 4, lora_alpha: 8, target_modules: ["q_proj", "v_proj"] },
      { seed: i },
    );
    const arrays = adapter.toArrays();
    for (const { data } of arrays.values()) data.forEach((_, at) => (data[at] = Math.sin(at + i)));
    const changed = LoraAdapter.fromArrays(model, adapter.config, arrays);
    changed.save(path.join(folder, name));
    adapter.dispose();
    changed.dispose();
  }
  model.dispose();
  return folder;
}

/** Serves it on a free port. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { adapters = [], apiKey, rows = 64, answers = 256, context = 512, maxTokens = context } = options;
  const folder = writeTestModel(adapters, context);
  const served = await openModels({
    model: folder,
    name: "tiny",
    adapters: new Map(adapters.map((name) => [name, path.join(folder, name)])),
    rows,
    seed: 0,
  });
  const errors: unknown[] = [];
  const limits = { bodyBytes: 20_000, maxTokens, answers };
  const app = createApp({ served, limits, apiKey, now: () => Date.now(), onError: (error) => errors.push(error) });
  const server: RunningServer = await listen(app, { host: "127.0.0.1", port: 0 });
  return {
    url: `${server.url}/v1`,
    root: server.url,
    served,
    errors,
    close: async () => {
      await server.close();
      await served.close();
      fs.rmSync(folder, { recursive: true });
    },
  };
}
