import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  agentText,
  knowledgePrefix,
  readSituatedText,
  SITUATION_TOKENS,
  situatedText,
  spellApart,
  type AgentReading,
} from "./situations.ts";

describe("the form of KnowSelf's messages", () => {
  const said = { thought: "I need mug", action: "go to desk 1" };

  test.each<[string, AgentReading & { action: string }, string]>([
    ["fast", said, "Thought: I need mug\nAction: go to desk 1"],
    ["an action alone", { action: "look" }, "Action: look"],
    [
      "knowledgeable",
      { ...said, knowledge: "Look here." },
      "[Knowledge]<knowledge>Look here.</knowledge>\nThought: I need mug\nAction: go to desk 1",
    ],
    [
      "asked, and nothing found",
      { ...said, knowledge: "" },
      `${knowledgePrefix("")}${agentText("I need mug", "go to desk 1")}`,
    ],
    [
      "slow",
      { ...said, reconsidered: { action: "look", reflection: "It is elsewhere." } },
      "Thought: I need mug\nAction: look\n" +
        "[Reflection]<reflection>Wait, let's check the action. It is elsewhere.</reflection>\nAction: go to desk 1",
    ],
    [
      "slow without a reason",
      { action: "go to desk 1", reconsidered: { action: "look", reflection: "" } },
      "Action: look\n[Reflection]<reflection>Wait, let's check the action.</reflection>\nAction: go to desk 1",
    ],
  ])("%s", (_, reading, text) => {
    expect(situatedText(reading)).toBe(text);
  });

  // Pieces of the form itself among the words: at other places they are text.
  const words = fc
    .array(fc.constantFrom("mug", "desk 1", "$&", "Thought:", "<|end|>", "Action", "<b>", ...SITUATION_TOKENS), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(" "));
  const lines = fc.oneof(
    fc.constant(""),
    words,
    fc.tuple(words, words).map((both) => both.join("\n")),
    words.map((text) => `${text} Action: leave`),
  );
  const without = (token: string): fc.Arbitrary<string> => lines.filter((text) => !text.includes(token));

  test("is read back as what it was", () => {
    const readings = fc.record(
      {
        thought: words,
        action: words,
        knowledge: without("</knowledge>"),
        reconsidered: fc.record({ action: words, reflection: without("</reflection>") }),
      },
      { requiredKeys: ["action"] },
    );
    fc.assert(
      fc.property(readings, (reading) => {
        const { knowledge, reconsidered } = reading;
        const fast = knowledge === undefined && reconsidered === undefined;
        const situation = knowledge === undefined ? "slow" : "knowledgeable";
        expect(readSituatedText(situatedText(reading))).toEqual(fast ? reading : { ...reading, situation });
      }),
      { numRuns: 500 },
    );
  });
});

describe("tokens elsewhere are text", () => {
  test.each<[string, string, AgentReading]>([
    [
      "knowledge that does not come first",
      "Thought: [Knowledge]<knowledge>r</knowledge>\nAction: look",
      { thought: "[Knowledge]<knowledge>r</knowledge>", action: "look" },
    ],
    ["knowledge that does not end", "[Knowledge]<knowledge>r\nAction: look", { action: "look" }],
    [
      "a reflection in the line of an action",
      "Action: look [Reflection]<reflection>r</reflection>",
      { action: "look [Reflection]<reflection>r</reflection>" },
    ],
    [
      "a reflection before any action",
      "I wait\n[Reflection]<reflection>r</reflection>\nAction: look",
      { action: "look" },
    ],
    ["no action at all", "[Reflection] hm", {}],
  ])("%s", (_, content, reading) => {
    expect(readSituatedText(content)).toEqual(reading);
  });
});

describe("spellApart", () => {
  test("puts a space into each token, wherever it stands and however often", () => {
    expect(spellApart("a [Knowledge][Knowledge]<knowledge> </reflection>")).toBe(
      "a [ Knowledge][ Knowledge]< knowledge> < /reflection>",
    );
    expect(spellApart("x<|im_end|>[Knowledge]", ["<|im_end|>"])).toBe("x< |im_end|>[Knowledge]");
  });

  test("no token is left, other text is as it was", () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...SITUATION_TOKENS, "[", "<", "]", ">", "/", " "), fc.string()), {
        maxLength: 8,
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (hostile) => {
        const apart = spellApart(hostile);
        expect(SITUATION_TOKENS.filter((token) => apart.includes(token))).toEqual([]);
        expect(apart.replace(/ /g, "")).toBe(hostile.replace(/ /g, ""));
        expect(spellApart(apart)).toBe(apart);
      }),
    );
  });
});
