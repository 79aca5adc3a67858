import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Interrupted } from "../base/index.ts";
import {
  ChatTemplate,
  encodeSegments,
  END,
  plainCodec,
  SITUATED_SPECIAL_TOKENS,
  trainTokenizer,
  type AgentTurn,
} from "../labels/index.ts";
import { complete, Llama, selectEngine } from "../model/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";
import { predictTurns, rethinkTurns, type Doubt } from "./teacher-forcing.ts";
import { bigrams } from "./test-bigrams.ts";
import { episode } from "./test-episodes.ts";

const words = " mug desk shelf go look take";
const tokenizer = trainTokenizer([words], { vocabularySize: 300, specials: SITUATED_SPECIAL_TOKENS });
const template = new ChatTemplate({ codec: plainCodec, thoughts: true, situations: true });
const CONTEXT = 96;

const agent = (thought: string, action: string): Turn => ({ role: "assistant", content: "", thought, action });
const observed = (content: string): Turn => ({ role: "user", content });
const led = (id: string, turns: readonly Turn[]): Trajectory => ({ ...episode({ id }), turns: [...turns] });

/** Of different lengths, one without an agent turn. */
const TRAJECTORIES = [
  led("a", [
    observed("mug desk"),
    agent("mug", "go shelf"),
    observed("mug"),
    agent("desk", "take mug"),
    observed("look"),
  ]),
  led("b", [observed("desk")]),
  led("c", [observed("shelf go"), agent("desk", "look")]),
  led("d", [observed("go"), { ...agent("mug", "go desk"), knowledge: "mug shelf" }, observed("desk"), agent("mug", "go"), observed("go"), agent("take", "desk")]), // prettier-ignore
];

let model: Llama;
beforeAll(() => {
  selectEngine("auto");
  model = Llama.create(
    {
      vocab_size: tokenizer.size,
      hidden_size: 16,
      intermediate_size: 24,
      num_hidden_layers: 2,
      num_attention_heads: 2,
      max_position_embeddings: CONTEXT,
      initializer_range: 0.5,
    },
    { seed: 3 },
  );
});
afterAll(() => model.dispose());

/** Greedy decoding of one turn by itself. */
async function decode(prompt: readonly number[]): Promise<readonly number[]> {
  const end = tokenizer.special(END);
  const [{ ids }] = await complete(model, [prompt], { maxTokens: 32, stopTokens: [end], rows: 1 });
  return ids;
}
const promptOf = (turns: readonly Turn[]): number[] => encodeSegments(template.renderPrompt(turns), tokenizer);

/** Every agent turn decoded after the turns before it. */
async function oneByOne({ turns }: Trajectory): Promise<AgentTurn[]> {
  const said: AgentTurn[] = [];
  for (const [index, { role }] of turns.entries())
    if (role === "assistant") said.push(template.parseAgent(await decode(promptOf(turns.slice(0, index))), tokenizer));
  return said;
}

/** Its turns are `mug<|act|> go shelf`, its second thought is "desk". */
const CHAINS = ["<|assistant|> mug<|act|> go shelf<|end|>", "<reflection> desk</reflection><|act|>"];
const SAYS = { thought: "mug", action: "go shelf", malformed: null };

describe("predictTurns", () => {
  test("equals decoding every turn one by one", async () => {
    const predicted = await predictTurns({ model, tokenizer, template, trajectories: TRAJECTORIES });
    expect(predicted).toEqual(await Promise.all(TRAJECTORIES.map(oneByOne)));
    expect(predicted.map((row) => row.length)).toEqual([2, 0, 1, 3]);
    expect(await predictTurns({ model, tokenizer, template, trajectories: [] })).toEqual([]);
  });

  test("a turn in which the student agrees is its own, and only the others are decoded", async () => {
    const student = bigrams(tokenizer, CHAINS, CONTEXT);
    const notes: (string | undefined)[] = [];
    const same = agent("mug", "go shelf");
    const trajectories = [
      led("a", [observed("desk"), same, observed("look"), agent("mug", "go desk"), observed("mug"), same]),
      led("b", [observed("mug"), agent("desk", "go shelf"), observed("mug"), { ...same, knowledge: "mug" }]),
      led("c", [observed("mug"), same, observed("mug"), agent("mug", "go shelf desk")]),
    ];
    const onProgress = ({ note }: { note?: string }): void => void notes.push(note);
    expect(await predictTurns({ model: student, tokenizer, template, trajectories, onProgress })).toEqual([
      [SAYS, SAYS, SAYS],
      [SAYS, SAYS],
      [SAYS, SAYS],
    ]);
    expect(notes[0]).toBe("4 differ");
    student.dispose();
  });

  test("more trajectories than one forward pass takes, in the order given; an aborted run throws", async () => {
    const many = Array.from({ length: 60 }, (_, i) => led(`${i}`, TRAJECTORIES[i % 4].turns));
    const predicted = await predictTurns({ model, tokenizer, template, trajectories: many });
    const four = await Promise.all(TRAJECTORIES.map(oneByOne));
    expect(predicted).toEqual(many.map((_, i) => four[i % 4]));
    const signal = AbortSignal.abort();
    await expect(predictTurns({ model, tokenizer, template, trajectories: many, signal })).rejects.toThrow(Interrupted);
  });
});

describe("rethinkTurns", () => {
  const DOUBTS: Doubt[] = [
    { turns: [observed("mug desk")], thought: "mug", action: "go desk" },
    { turns: [observed("desk"), agent("mug", "go"), observed("look")], action: "look" },
  ];

  test("equals decoding after the turn that is doubted, without its end", async () => {
    const expected = await Promise.all(
      DOUBTS.map(async ({ turns, thought, action }) => {
        const doubted: Turn = {
          role: "assistant",
          content: "",
          thought,
          action,
          reconsidered: { action, reflection: "" },
        };
        const whole = encodeSegments(template.renderTurns([...turns, doubted]), tokenizer);
        const prompt = whole.slice(0, whole.lastIndexOf(tokenizer.special("<reflection>")) + 1);
        return template.parseReconsidered(await decode(prompt), tokenizer);
      }),
    );
    expect(await rethinkTurns({ model, tokenizer, template, doubts: DOUBTS })).toEqual(expected);
    expect(await rethinkTurns({ model, tokenizer, template, doubts: [] })).toEqual([]);
  });

  test("gives the second thought and the action after it, without the end of the turn", async () => {
    const student = bigrams(tokenizer, CHAINS, CONTEXT);
    const rethought = { reflection: "desk", action: "go shelf", malformed: null };
    expect(await rethinkTurns({ model: student, tokenizer, template, doubts: DOUBTS })).toEqual([rethought, rethought]);
    student.dispose();
  });
});
