import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeJson } from "../../base/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import { ChatTemplate, END, SITUATED_SPECIAL_TOKENS, tokenizerConfig, trainTokenizer } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { exportHuggingFace } from "../handover/export-model.ts";
import { createApp } from "./app.ts";
import { listen, type RunningServer } from "./http-server.ts";
import { openModels, type ServedModels } from "./served-models.ts";

const CONTEXT = 200;
const CHAIN = "<|assistant|>[Knowledge]<knowledge> drop</knowledge> mug<|act|> go shelf 1<|end|>";
const words = " see desk 1 shelf 1 task put a mug in desk ok noop go take mug 1 look drop";
const codec = createHouseholdCodec();

/** A run whose student says after each token what follows it in `CHAIN`, and beside it the student's export. */
function writeRun(folder: string): { student: string; exported: string } {
  selectEngine("auto");
  const tokenizer = trainTokenizer([words, words], { vocabularySize: 400, specials: SITUATED_SPECIAL_TOKENS });
  const { id, hash, jinja } = new ChatTemplate({ codec, thoughts: true, situations: true });
  const student = path.join(folder, "run", "preference", "knowself");
  writeJson(path.join(folder, "run", "labels", "manifest.json"), { summary: { template: id, templateHash: hash } });
  writeJson(path.join(student, "tokenizer.json"), tokenizer);
  writeJson(path.join(student, "tokenizer_config.json"), tokenizerConfig(jinja, CONTEXT));
  const hidden = tokenizer.size + (tokenizer.size % 2);
  const sizes = { hidden_size: hidden, intermediate_size: 2, num_hidden_layers: 1, num_attention_heads: 1 };
  const rest = { max_position_embeddings: CONTEXT, initializer_range: 1e-6, eos_token_id: tokenizer.special(END) };
  const random = Llama.create({ ...sizes, ...rest, vocab_size: tokenizer.size }, { seed: 1 });
  const arrays = random.toArrays();
  const [table, head] = ["model.embed_tokens.weight", "lm_head.weight"].map((name) => arrays.get(name)!.data);
  for (let i = 0; i < tokenizer.size; i++) table[i * hidden + i] = 1;
  tokenizer.encodeMarked(CHAIN).forEach((token, i, ids) => {
    if (i > 0) head[token * hidden + ids[i - 1]] = 1;
  });
  const model = Llama.fromArrays(random.config, arrays);
  model.save(student);
  model.dispose();
  random.dispose();
  const exported = path.join(folder, "exported");
  exportHuggingFace(student, exported, null);
  return { student, exported };
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-situations-"));
let served: ServedModels;
let server: RunningServer;
let client: OpenAI;
beforeAll(async () => {
  const { exported } = writeRun(folder);
  served = await openModels({ model: exported, name: "knowself", rows: 4, seed: 0 });
  const limits = { bodyBytes: 20_000, maxTokens: CONTEXT, answers: 8 };
  const onError = (error: unknown): never => {
    throw error;
  };
  server = await listen(createApp({ served, limits, now: () => 0, onError }), { host: "127.0.0.1", port: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  await served.close();
  fs.rmSync(folder, { recursive: true });
});

const task = { role: "user" as const, content: "Your task is to: put a mug in desk." };
type Messages = OpenAI.Chat.ChatCompletionMessageParam[];
async function say(messages: Messages, more: object = {}): Promise<[string | null, string, string | null]> {
  const request = { model: "knowself", temperature: 0, max_tokens: 40, messages, ...more };
  const [choice] = (await client.chat.completions.create(request)).choices;
  const { stop_reason } = choice as unknown as { stop_reason: string | null };
  return [choice.message.content, choice.finish_reason, stop_reason];
}
const begun = (content: string): Messages => [task, { role: "assistant", content }];
const GIVEN = "[Knowledge]<knowledge>When the agent needs a mug, the agent should look on shelf 1 first.</knowledge>\n";
const TURN = "Thought: I need mug\nAction: go to shelf 1";

describe("a student that knows its situations, from the folder of its export", () => {
  test("is in the environment's words, and asks", async () => {
    const all = `[Knowledge]<knowledge>drop</knowledge>\n${TURN}`;
    expect(await say([task])).toEqual([all, "stop", null]);
    expect(await say([task], { stop: ["\n[Knowledge]"] })).toEqual([all, "stop", null]);
  });

  test("stops where the client wants to give knowledge, and goes on from it", async () => {
    expect(await say([task], { stop: "[Knowledge]" })).toEqual(["", "stop", "[Knowledge]"]);
    expect(await say([task], { stop: ["\n[Knowledge]", "<knowledge>"] })).toEqual(["[Knowledge]", "stop", "<knowledge>"]); // prettier-ignore
    expect(await say(begun(GIVEN))).toEqual([TURN, "stop", null]);
    expect(await say(begun(GIVEN), { continue_final_message: true, add_generation_prompt: false })).toEqual([
      TURN,
      "stop",
      null,
    ]);
    expect(await say(begun("Thought:"), { max_tokens: 1 })).not.toContain("[Knowledge]");
  });

  test("says so in a stream, too", async () => {
    const request = {
      model: "knowself",
      temperature: 0,
      messages: [task],
      stop: ["<knowledge>"],
      stream: true as const,
    };
    let text = "";
    const reasons: unknown[] = [];
    for await (const { choices } of await client.chat.completions.create(request)) {
      text += choices[0].delta.content ?? "";
      reasons.push((choices[0] as unknown as { stop_reason?: string }).stop_reason);
    }
    expect([text, reasons.at(-1)]).toEqual(["[Knowledge]", "<knowledge>"]);
  });

  test("in plain completions control tokens are part of the text", async () => {
    const request = { model: "knowself", temperature: 0, max_tokens: 40, prompt: " put a mug<|assistant|>" };
    const { choices } = await client.completions.create({ ...request, stop: ["<knowledge>"] });
    expect(choices[0]).toMatchObject({ text: "[Knowledge]", finish_reason: "stop", stop_reason: "<knowledge>" });
  });

  test("does not go on from what is no beginning", async () => {
    await expect(say(begun("Action: look"), { continue_final_message: true })).rejects.toThrow("goes on only from");
    await expect(say([task], { continue_final_message: true })).rejects.toThrow("goes on only from");
  });
});

test("a run's student is known by the labels of its run", async () => {
  const { student, exported } = writeRun(path.join(folder, "again"));
  const models = await openModels({ model: student, rows: 1, seed: 0 });
  expect([...models.models.keys()]).toEqual(["knowself"]);
  await models.close();
  expect(fs.readFileSync(path.join(exported, "README.md"), "utf8")).toContain("the knowledge that it is given in `knowledge`"); // prettier-ignore
});
