import * as path from "node:path";
import { JsonlWriter, sha256, writeJson } from "../../base/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import {
  ChatTemplate,
  labelFile,
  lossWeights,
  tokenizerConfig,
  trainTokenizer,
  type BpeTokenizer,
} from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import type { Trajectory, Turn } from "../../trajectory/index.ts";
import type { Manifest } from "../stage.ts";

export const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: true });

/** Trajectories in the household's words, one with a slip. */
export const trajectories: readonly Trajectory[] = Array.from({ length: 60 }, (_, i): Trajectory => {
  const [mug, desk, shelf] = [`mug ${(i % 3) + 1}`, `desk ${(i % 4) + 1}`, `shelf ${(i % 5) + 1}`];
  const say = (action: string, thought?: string): Turn => ({
    role: "assistant",
    content: thought === undefined ? `Action: ${action}` : `Thought: ${thought}\nAction: ${action}`,
    ...(thought === undefined ? { loss: false } : { thought }),
    action,
  });
  const see = (content: string): Turn => ({ role: "user", content });
  return {
    id: `game-${i}/search-teacher`,
    environment: "household",
    task: {
      id: `game-${i}`,
      type: "pick_and_place_simple",
      source: "generated",
      split: "train",
      goal: `put a mug in ${shelf}`,
    },
    agent: "search-teacher",
    seed: 0,
    turns: [
      see(
        `You are in the middle of a room. Looking quickly around you, you see a ${desk}, and a ${shelf}.\n\nYour task is to: put a mug in shelf.`,
      ),
      say(`go to ${desk}`, "I need mug"),
      see(`You arrive at loc ${i}. On the ${desk}, you see a ${mug}.`),
      ...(i % 7 === 0 ? [say("look"), see("Nothing happens.")] : []),
      say(`take ${mug} from ${desk}`, "I need mug"),
      see(`You pick up the ${mug} from the ${desk}.`),
      say(`put ${mug} in/on ${shelf}`, "I need shelf"),
      see(`You put the ${mug} in/on the ${shelf}.`),
    ],
    reward: 1,
    success: true,
    steps: 3,
    invalid: 0,
    stop: "success",
  };
});

/** A small run in `folder`, with the files that a finished one has; its student is not trained. */
export async function makeRun(folder: string): Promise<{ tokenizer: BpeTokenizer }> {
  const file = (...names: string[]): string => path.join(folder, ...names);
  const writer = new JsonlWriter(file("trajectories", "trajectories.jsonl.gz"));
  for (const trajectory of trajectories) await writer.write(trajectory);
  await writer.close();
  const texts = trajectories.map(({ turns }) =>
    template
      .renderTurns(turns)
      .filter(({ special }) => !special)
      .map(({ text }) => text)
      .join(""),
  );
  const tokenizer = trainTokenizer(texts, { vocabularySize: 1000 });
  const labels = await labelFile({
    input: file("trajectories", "trajectories.jsonl.gz"),
    output: file("labels", "examples.jsonl.gz"),
    tokenizer,
    template,
    weights: lossWeights(),
    maxLength: 200,
  });
  selectEngine("auto");
  const shape = { hidden_size: 32, intermediate_size: 48, num_hidden_layers: 2, num_attention_heads: 4 };
  const ids = { eos_token_id: tokenizer.special("<|end|>"), pad_token_id: tokenizer.special("<|pad|>") };
  const student = Llama.create(
    {
      ...shape,
      ...ids,
      num_key_value_heads: 2,
      vocab_size: tokenizer.size,
      max_position_embeddings: 256,
      tie_word_embeddings: true,
      initializer_range: 0.3,
    },
    { seed: 1 },
  );
  student.save(file("training"));
  for (const stage of ["labels", "training"]) {
    writeJson(file(stage, "tokenizer.json"), tokenizer);
    writeJson(file(stage, "tokenizer_config.json"), tokenizerConfig(template.jinja, 256));
  }
  const rows = ["won", "lost", "won"].map((how, i) => ({ run: "main", arm: "student, free", seed: 0, taskId: `g${i}`, taskType: "t", split: "generated test", source: "generated", metric: "success", value: how === "won" ? 1 : 0 })); // prettier-ignore
  writeJson(file("evaluation", "rows.json"), rows);
  const count = trajectories.length;
  manifest(
    file("trajectories"),
    { games: { source: "generated" }, synthesis: { episodes: count } },
    { kept: count, episodes: count },
  );
  manifest(file("labels"), {}, { ...labels, template: template.id, templateHash: template.hash });
  manifest(file("training"), {}, { parameters: student.parameterCount, steps: 0, tokens: 0, loss: 6, engine: "cpu" });
  manifest(file("evaluation"), {}, {});
  student.dispose();
  return { tokenizer };
}

function manifest(folder: string, settings: unknown, summary: Record<string, unknown>): void {
  const stage = path.basename(folder);
  const made = {
    finished: "2026-01-01T00:00:00.000Z",
    wallSeconds: 1,
    peakMemoryMb: 1,
    node: "",
    platform: "",
    commit: null,
  };
  const hash = sha256(stage);
  const value: Manifest = { stage, signature: hash, code: hash, settings, seed: 0, inputs: {}, outputs: {}, artefact: hash, summary, made }; // prettier-ignore
  writeJson(path.join(folder, "manifest.json"), value);
}
