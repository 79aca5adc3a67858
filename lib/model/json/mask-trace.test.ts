import { expect, test } from "vitest";
import { JsonCompiler, traceMask } from "./index.ts";
import { byteIds, stopToken, tokenizer } from "./test-walks.ts";

test("every place of an answer with what could have come there", async () => {
  const compiler = await JsonCompiler.create(tokenizer, [stopToken]);
  const grammar = await compiler.compile({ enum: [true, 12] });
  const places = await traceMask(grammar, tokenizer, [...byteIds("12"), stopToken]);
  expect(places.map(({ chosenText }) => chosenText)).toEqual(["1", "2", "<|end|>"]);
  const [first, second, last] = places.map(({ allowedTexts }) => [...allowedTexts].sort());
  expect(first).toEqual(expect.arrayContaining(["1", "t"]));
  expect(first.every((token) => "true".startsWith(token) || "12".startsWith(token))).toBe(true);
  expect(second).toEqual(["2"]);
  expect(last).toEqual(["<|end|>"]);
  expect(places[0].allowed).toContain(places[0].chosen);
  // The matcher is given back after a text that is not allowed, too.
  await expect(traceMask(grammar, tokenizer, byteIds("13"))).rejects.toThrow(/does not follow the grammar/);
  expect(await traceMask(grammar, tokenizer, byteIds("t"))).toHaveLength(1);
  await compiler.dispose();
});
