import { expect, test } from "vitest";
import { chatMlFormat, llama2Format, plainFormat, type ChatMessage } from "./index.ts";

const conversation: ChatMessage[] = [
  { role: "system", content: "S" },
  { role: "user", content: "U1" },
  { role: "assistant", content: "A1" },
  { role: "user", content: "U2" },
];

test("ChatML", () => {
  expect(chatMlFormat.render(conversation, {})).toBe(
    "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU1<|im_end|>\n<|im_start|>assistant\nA1<|im_end|>\n<|im_start|>user\nU2<|im_end|>\n<|im_start|>assistant\n",
  );
});

test("Llama 2", () => {
  expect(llama2Format.render(conversation, {})).toBe(
    "[INST] <<SYS>>\nS\n<</SYS>>\n\nU1 [/INST] A1 </s><s>[INST] U2 [/INST]",
  );
  const twice: ChatMessage[] = [conversation[1], conversation[3]];
  expect(llama2Format.render(twice, {})).toBe("[INST] U1\nU2 [/INST]");
});

test("plain text; tools are told first", () => {
  expect(plainFormat.render(conversation, {})).toBe("S\nU1\nA1\nU2");
  expect(plainFormat.render([conversation[1]], { tools: [{ name: "look" }] })).toMatch(
    /^Tools:\n\{"name":"look"\}[^]*\nU1$/,
  );
});
