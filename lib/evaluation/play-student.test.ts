import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interrupted } from "../base/index.ts";
import { createHouseholdCodec } from "../environments/index.ts";
import { ChatTemplate, trainTokenizer } from "../labels/index.ts";
import { Llama, selectEngine, tf } from "../model/index.ts";
import { playStudent, type PlayStudentOptions } from "./play.ts";
import { MugRoom } from "./test-mug-room.ts";
import { describe as describeColumns } from "./trajectory-statistics.ts";

const words = " see desk 1 shelf 1 task put a mug in desk on nothing ok noop go take mug 1 look";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 400 });
const environments = ["a", "b", "c"].map((id) => () => new MugRoom(id));

describe("an untrained student", () => {
  let model: Llama;
  beforeAll(() => {
    selectEngine("auto");
    const sizes = { hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2 }; // small for testing
    const config = { ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 256, tie_word_embeddings: true };
    model = Llama.create(config, { seed: 1 });
  });
  afterAll(() => model.dispose());

  const play = (options: Partial<PlayStudentOptions>): ReturnType<typeof playStudent> =>
    playStudent({
      model,
      tokenizer,
      template: new ChatTemplate({ codec: createHouseholdCodec(), thoughts: true }),
      environments,
      stepLimit: 4,
      maxLength: 256,
      admissibleOnly: false,
      name: "student",
      seed: 1,
      ...options,
    });

  test("with admissible commands only, no action is refused; the same again gives the same", async () => {
    const first = await play({ admissibleOnly: true });
    expect(first.map(({ task }) => task.id)).toEqual(["a", "b", "c"]);
    for (const { invalid, steps, stop } of first) {
      expect(invalid).toBe(0);
      expect(stop === "success" || (stop === "step_limit" && steps === 4)).toBe(true);
    }
    expect(await play({ admissibleOnly: true })).toEqual(first);
  });

  test("freely, it babbles until the step limit or the end of the context", async () => {
    const [freely] = await play({ environments: environments.slice(0, 1) });
    expect(freely).toMatchObject({ success: false, steps: 4, invalid: 4, stop: "step_limit" });
    const [cut] = await play({ environments: environments.slice(0, 1), maxLength: 64 });
    expect(cut).toMatchObject({ success: false, stop: "context_limit" });
  });

  test("no environments, no episodes; an aborted run throws", async () => {
    expect(await play({ environments: [] })).toEqual([]);
    await expect(play({ signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });

  test("danfojs, which loads TensorFlow.js too, leaves the engine alone", async () => {
    const before = [tf.getBackend(), tf.memory().numTensors];
    await describeColumns([{ a: 1 }, { a: 2 }]);
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(before);
  });
});
