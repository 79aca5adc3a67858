import { END, plainCodec } from "../../labels/index.ts";
import { ModelError, type ChatModel } from "../../llm/index.ts";
import { ChatFormat, Engine, PromptTooLong, Student, type Llama } from "../../model/index.ts";
import type { Run } from "../run.ts";
import { plannerTokenizer } from "./labels.ts";

export interface OpenStudent {
  readonly model: ChatModel;
  /** Frees what it needs beside the model, which stays the caller's. */
  close(): Promise<void>;
}

/** A student as a chat model that answers many requests side by side. A prompt without room for a plan brings none. */
export async function openStudent(run: Run, llama: Llama, name: string): Promise<OpenStudent> {
  const tokenizer = plannerTokenizer(run);
  const engine = new Engine(llama);
  const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: false });
  const student = await Student.create({
    ...{ name, engine, format, seed: run.seed, context: llama.config.max_position_embeddings },
    stopTokens: [tokenizer.special(END)],
  });
  // Every content begins with a space (see `ChatTemplate`). No grammar of JSON does, so the plan is begun behind it.
  const space = tokenizer.encode(" ");
  const model: ChatModel = {
    name,
    identity: student.identity,
    async chat(messages, options) {
      try {
        return await student.continue([...format.prompt(messages, options), ...space], options);
      } catch (error) {
        if (error instanceof PromptTooLong) throw new ModelError("answer", error.message);
        throw error;
      }
    },
    stream: (messages, options) => student.stream(messages, options),
  };
  return {
    model,
    async close() {
      await engine.close();
      await student.dispose();
    },
  };
}

/** Has a student answer while `work` is going on, and disposes it. */
export async function withStudent<T>(
  run: Run,
  llama: Llama,
  name: string,
  work: (model: ChatModel) => Promise<T>,
): Promise<T> {
  const { model, close } = await openStudent(run, llama, name);
  try {
    return await work(model);
  } finally {
    await close();
    llama.dispose();
  }
}
