import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChatTemplate,
  encodeSegments,
  plainCodec,
  SITUATED_SPECIAL_TOKENS,
  trainTokenizer,
} from "../../labels/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import type { ChatMessage } from "../../llm/index.ts";
import { SITUATION_TOKENS, situatedText, spellApart, type Turn } from "../../trajectory/index.ts";
import { TextStream } from "../text-stream.ts";
import { ChatFormat } from "./index.ts";

const words = " mug drawer 1 desk 2 go desk 2 take mug 1 desk 2 on mug 1 look noop task put a mug in desk";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 340, specials: SITUATED_SPECIAL_TOKENS });
const codec = createHouseholdCodec();
const format = new ChatFormat({ tokenizer, codec, thoughts: true, situations: true });
const template = new ChatTemplate({ codec, thoughts: true, situations: true });

const RULE = "When the agent needs a mug, the agent should look in drawer 1 or on desk 2 first.";
const SLOW: Partial<Turn> = {
  thought: "I need mug",
  action: "take mug 1 from desk 2",
  reconsidered: { action: "go to bed 1", reflection: "I need another mug" },
};
const said = (turn: Partial<Turn>): Turn => {
  const spoken = { action: "go to desk 2", ...turn };
  return { role: "assistant", content: situatedText(spoken), ...spoken };
};
const TASK: Turn = { role: "user", content: "Your task is to: put a mug in desk." };
const SEEN: Turn = { role: "user", content: "On the desk 2, you see a mug 1." };
const messagesOf = (turns: readonly Turn[]): ChatMessage[] => turns.map(({ role, content }) => ({ role, content }) as ChatMessage); // prettier-ignore
const told = { knowledge: RULE };

/** The answer as a client gets it, and what it had at the first stop string. */
function answer(messages: readonly ChatMessage[], marked: string, stop: readonly string[] = []): [string, string?] {
  const stream = new TextStream(format.question(messages).reader(), stop);
  const pieces = tokenizer.encodeMarked(marked).map((id) => stream.push(id));
  return [[...pieces, stream.finish()].join(""), stream.stoppedBy];
}

describe("a conversation in KnowSelf's form", () => {
  test.each<[string, Turn[]]>([
    ["told", [TASK, said({ thought: "I need mug", ...told }), SEEN]],
    ["told nothing", [TASK, said({ knowledge: "" }), SEEN]],
    ["thinking again", [TASK, said(SLOW), SEEN]],
    ["both", [TASK, said({ ...SLOW, ...told }), SEEN, said({ thought: "I need mug" }), SEEN]],
    ["a rule with two lines", [TASK, said({ knowledge: "a\nAction: look" }), SEEN]],
  ])("%s: the ids are those of training", (_, turns) => {
    expect(format.prompt(messagesOf(turns))).toEqual(encodeSegments(template.renderPrompt(turns), tokenizer));
  });

  test("knowledge alone stays open, and so does the beginning of a thought", () => {
    const rule = `[Knowledge]<knowledge>${RULE}</knowledge>\n`;
    const open = (content: string): string =>
      tokenizer.decode(format.prompt([...messagesOf([TASK]), { role: "assistant", content }]));
    const asked = tokenizer.decode(format.prompt(messagesOf([TASK])));
    expect(open(rule)).toBe(`${asked}[Knowledge]<knowledge> mug drawer 1 desk 2</knowledge>`);
    expect(open(`${rule}Thought:`)).toBe(open(rule));
    expect(open("[Knowledge]<knowledge></knowledge>\n")).toBe(`${asked}[Knowledge]<knowledge></knowledge>`);
    expect(open("Thought:")).toBe(asked);
    expect(open("look")).toBe(`${asked}<|act|> look<|end|><|assistant|>`);
    expect(open(`${rule}Action: look`)).toMatch(/<\/knowledge><\|act\|> look<\|end\|><\|assistant\|>$/);
    const free = format.question([...messagesOf([TASK]), { role: "assistant", content: rule }]);
    expect(free.constraint).toBeUndefined();
    const { constraint } = format.question([...messagesOf([TASK]), { role: "assistant", content: "Thought:" }]);
    const allowed = [...(constraint!().allowed() as number[])];
    expect(allowed).toHaveLength(tokenizer.size - 1);
    expect(allowed).not.toContain(tokenizer.special("[Knowledge]"));
  });

  test("what looks like a token in a message stays text", () => {
    const hostile = SITUATED_SPECIAL_TOKENS.join("");
    const specials = (content: string): string[] =>
      format
        .prompt([...messagesOf([{ role: "user", content: hostile }]), { role: "assistant", content }])
        .filter((id) => tokenizer.isSpecial(id))
        .map((id) => tokenizer.tokenText(id));
    expect(specials(`Thought: ${hostile}\nAction: ${hostile}`).join("")).toBe("<|assistant|><|act|><|end|><|assistant|>"); // prettier-ignore
    expect(specials("[Knowledge]<knowledge>[Knowledge]<|end|><knowledge>\n</knowledge>\n").join("")).toBe(
      "<|assistant|>[Knowledge]<knowledge></knowledge>",
    );
  });
});

describe("an answer in KnowSelf's form", () => {
  const first = messagesOf([TASK]);
  const given: ChatMessage[] = [...first, { role: "assistant", content: "[Knowledge]<knowledge></knowledge>\n" }];
  const begun: ChatMessage[] = [...first, { role: "assistant", content: "Thought:" }];
  const OWN = "[Knowledge]<knowledge> mug 1</knowledge> mug<|act|> go desk 2";

  test.each<[string, ChatMessage[], string, string]>([
    ["fast", first, " mug<|act|> go desk 2", "Thought: I need mug\nAction: go to desk 2"],
    ["without a thought", first, "<|act|> look", "Action: look"],
    ["slow", first, " mug<|act|> go bed 1[Reflection]<reflection> another mug</reflection><|act|> take mug 1 desk 2", situatedText(SLOW as never)], // prettier-ignore
    ["a rule of its own", first, OWN, "[Knowledge]<knowledge>mug 1</knowledge>\nThought: I need mug\nAction: go to desk 2"], // prettier-ignore
    ["half a rule", first, "[Knowledge]<knowledge> mug", "[Knowledge]<knowledge>mug"],
    ["after knowledge", given, " mug<|act|> look", "Thought: I need mug\nAction: look"],
    ["after `Thought:`", begun, " mug<|act|> look", " I need mug\nAction: look"],
    ["after `Thought:`, without one", begun, "<|act|> look", "\nAction: look"],
    ["no action: what the environment would be given", first, " mug", "Action: mug"],
    ["nothing", first, "", ""],
  ])("%s", (_, messages, marked, text) => {
    expect(answer(messages, marked)).toEqual([text, undefined]);
  });

  test("ends where the client wants to give knowledge", () => {
    expect(answer(first, OWN, ["[Knowledge]"])).toEqual(["", "[Knowledge]"]);
    expect(answer(first, OWN, ["<knowledge>"])).toEqual(["[Knowledge]", "<knowledge>"]);
    // As KnowSelf's own stop string: at the beginning the token is let through, elsewhere it ends the answer.
    expect(answer(first, OWN, ["\n[Knowledge]"])[1]).toBeUndefined();
    const late = " mug<|act|> look[Knowledge]";
    expect(answer(first, late, ["\n[Knowledge]"])).toEqual(["Thought: I need mug\nAction: look", "\n[Knowledge]"]);
    expect(answer(given, "[Knowledge]", ["\n[Knowledge]"])).toEqual(["", "\n[Knowledge]"]);
  });

  test("text that looks like a token is told apart from the token, and read back as text", () => {
    const plain = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: true, situations: true });
    const text = fc
      .array(fc.constantFrom("mug", "go", "<b>", "🙂", "Action:", ...SITUATION_TOKENS), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(" "));
    fc.assert(
      fc.property(text, text, (thought, action) => {
        const ids = encodeSegments(
          plain.template.renderTurns([{ role: "assistant", content: "", thought, action }]).slice(1),
          tokenizer,
        );
        const reader = plain.question(messagesOf([TASK])).reader();
        const said = ids.slice(0, -1).map((id) => reader.push(id)).join("") + reader.finish(); // prettier-ignore
        expect(said).toBe(`Thought: ${spellApart(thought)}\nAction: ${spellApart(action)}`);
        const again = plain.prompt([...messagesOf([TASK]), { role: "assistant", content: said }]);
        expect(again.filter((id) => tokenizer.isSpecial(id)).map((id) => tokenizer.tokenText(id)).join("")).toBe("<|assistant|><|act|><|end|><|assistant|>"); // prettier-ignore
      }),
    );
  });
});

test("a tokenizer without the six tokens is refused", () => {
  const bare = trainTokenizer([words], { vocabularySize: 340 });
  expect(() => new ChatFormat({ tokenizer: bare, codec, thoughts: true, situations: true })).toThrow("[Knowledge]");
});
