import { afterEach, beforeAll, expect, test } from "vitest";
import { householdProfile, KnowSelfAgent, withoutInstruction, type KnowledgeMode } from "../agents/index.ts";
import { createHouseholdCodec } from "../environments/index.ts";
import { ChatTemplate, END, SITUATED_SPECIAL_TOKENS, trainTokenizer } from "../labels/index.ts";
import { ChatFormat, Engine, selectEngine, Student, type Llama } from "../model/index.ts";
import type { Trajectory } from "../trajectory/index.ts";
import { playChat } from "./play-chat.ts";
import { playStudent } from "./play.ts";
import { bigrams } from "./test-bigrams.ts";
import { MugRoom } from "./test-mug-room.ts";

const words = " see desk 1 shelf 1 task put a mug in desk on nothing ok noop go take mug 1 look drop";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 400, specials: SITUATED_SPECIAL_TOKENS });
const codec = createHouseholdCodec();
const CONTEXT = 600;
const RULE = "When the agent needs a mug, the agent should look on shelf 1 first.";

let model: Llama;
beforeAll(() => {
  selectEngine("auto");
});
afterEach(() => model.dispose());

/** What is said and given in each turn. */
const turnsOf = ({ turns }: Trajectory): unknown[] =>
  turns
    .filter(({ role }) => role === "assistant")
    .map(({ action, knowledge, reconsidered }) => ({ action, knowledge, reconsidered }));

const ASKS = "<|assistant|>[Knowledge]<knowledge> drop</knowledge> mug<|act|> go shelf 1<|end|>";
const AGAIN = "<|assistant|> mug<|act|> look[Reflection]<reflection> drop</reflection><|end|>";

test.each<[string, string, KnowledgeMode, string]>([
  ["asks every time", ASKS, "adaptive", "go to shelf 1"],
  ["is always told", ASKS, "always", "go to shelf 1"],
  ["would ask, but is never told", `${ASKS}<|assistant|> mug`, "never", "go to shelf 1"],
  ["thinks again", AGAIN, "adaptive", ""],
  ["is told and thinks again", `${AGAIN}</knowledge> mug`, "always", ""],
  ["acts at once", "<|assistant|><|act|> look<|end|>", "adaptive", "look"],
  ["never acts", "<|assistant|> mug<|end|>", "adaptive", "mug"],
  ["asks too late", "<|assistant|> mug<|act|> look[Knowledge]", "adaptive", "look"],
])("a student that %s plays the same by itself and as a chat model", async (_, chain, mode, action) => {
  model = bigrams(tokenizer, [chain], CONTEXT);
  const template = new ChatTemplate({ codec, thoughts: true, situations: true });
  const common = { stepLimit: 4, seed: 0, environments: [() => new MugRoom()] };
  const [own] = await playStudent({
    ...{ ...common, model, tokenizer, template, name: "student", admissibleOnly: false, maxLength: CONTEXT },
    knowledge: () => ({ mode, ask: (turns) => (turns.length === 3 ? "" : RULE) }),
  });

  const engine = new Engine(model);
  const student = await Student.create({
    ...{ name: "student", engine, stopTokens: [tokenizer.special(END)], context: CONTEXT, seed: 0 },
    format: new ChatFormat({ tokenizer, codec, thoughts: true, situations: true }),
  });
  const [chatted] = await playChat({
    ...{ ...common, parallel: 1 },
    createAgent: () =>
      new KnowSelfAgent({
        ...{ model: student, mode, profile: withoutInstruction(householdProfile()), sampling: { maxTokens: 32 } },
        ask: (_goal, turns) => Promise.resolve(turns.length === 3 ? "" : RULE),
      }),
  });
  await engine.close();
  await student.dispose();

  expect(turnsOf(own)).toHaveLength(4);
  expect(turnsOf(own)[0]).toMatchObject({ action: expect.stringContaining(action) as string });
  expect(turnsOf(chatted)).toEqual(turnsOf(own));
});
