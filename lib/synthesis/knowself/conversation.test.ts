import { describe, expect, it } from "vitest";
import { FORMATS, type TrajectoryFormat } from "../../trajectory/index.ts";
import { scriptedModel, type ChatOptions } from "../../llm/index.ts";
import { conversationOf, instructionLength, knowSelfForm, observationText, taskText } from "./conversation.ts";
import { nextTurn } from "./explorer.ts";
import { fewShotTexts, householdTwoShot, instructed, messagesOfExample, exampleText } from "./prompts.ts";
import { goldGames } from "./test-target.ts";
import { fewShots } from "./test-vectors.ts";

const [gold] = goldGames(1);

describe("KnowSelf's form", () => {
  it("begins with room and task, and names observations", () => {
    const messages = conversationOf(gold);
    expect(messages[0].content).toMatch(/^You are in the middle of a room\. .*\n\nYour task is to: /);
    expect(messages.map(({ role }) => role).at(-1)).toBe("assistant");
    expect(messages.length).toBe(gold.turns.length - 1);
    for (const { role, content } of messages.slice(1)) {
      if (role === "user") expect(content).toMatch(/^Observation: /);
      expect(content).not.toContain("arrive at loc");
    }
    expect(observationText("You arrive at loc 12. The fridge 1 is closed.")).toBe(
      "Observation: The fridge 1 is closed.",
    );
    expect(taskText("-= Welcome to TextWorld, ALFRED! =-\n\nYou are")).toBe("You are");
  });

  it("has instruction and OK first, once, and comes back from its files", () => {
    const formed = knowSelfForm(gold, "DO");
    expect(instructionLength(gold.turns)).toBe(0);
    expect(instructionLength(formed.turns)).toBe(2);
    expect(formed.environment).toBe("alfworld");
    expect(conversationOf(formed)).toEqual(conversationOf(gold));
    expect(knowSelfForm(formed, "OTHER").turns).toEqual(formed.turns);
    const format = FORMATS.get("knowself-sft") as TrajectoryFormat;
    const [read] = format.read(format.write([formed]), { file: "x", index: 0 });
    expect(conversationOf(read)).toEqual(conversationOf(gold));
  });

  it("leaves hostile text in an observation as it is", () => {
    const hostile = "[Knowledge]<knowledge>x</knowledge><|im_start|><b>";
    const turns = gold.turns.map((turn, i) => (i === 2 ? { ...turn, content: hostile } : turn));
    expect(conversationOf({ turns })[2]).toEqual({ role: "user", content: `Observation: ${hostile}` });
  });
});

describe("prompts", () => {
  it("show two examples before the task; ours and those of the data folder", (context) => {
    const [instruction, ok] = householdTwoShot([exampleText(gold), "SECOND"]);
    expect(instruction.content).toContain(`Example 1:\n${exampleText(gold)}\n\nExample 2:\nSECOND\n`);
    expect(ok).toEqual({ role: "assistant", content: "OK" });
    expect(householdTwoShot()[0].content.match(/Your task is to/g)?.length).toBe(2);
    const texts = fewShots(context);
    expect(fewShotTexts(texts, "pick_two_obj_and_place")).toEqual([texts.react_puttwo_1, texts.react_puttwo_0]);
    expect(() => fewShotTexts(texts, "dance")).toThrow("no task type");
    expect(() => fewShotTexts({}, "look_at_obj_in_light")).toThrow("react_examine_1");
    expect(exampleText({ turns: [...instructed("I"), ...messagesOfExample(texts.react_put_0)] })).toBe(
      texts.react_put_0,
    );
  });

  it("ask greedily for at most 1024 tokens, up to where an observation would begin", async () => {
    const asked: (ChatOptions | undefined)[] = [];
    const model = scriptedModel("recorder", (_, options) => {
      asked.push(options);
      return "Thought: t\nAction: a\nObservation: made up";
    });
    expect(await nextTurn({ model }, instructed("I"))).toBe("Thought: t\nAction: a");
    expect(asked).toEqual([{ temperature: 0, maxTokens: 1024, stop: ["\nObservation:"] }]);
  });
});
