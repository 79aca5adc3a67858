import { expect, test } from "vitest";
import { SOURCES, type Source } from "../trajectory/index.ts";
import type { LabelledExample } from "./examples.ts";
import { tokenStripHtml, tokenStripText } from "./strip.ts";
import { trainTokenizer } from "./tokenizer/index.ts";

const tokenizer = trainTokenizer([" go desk 2 ok <b>"], { vocabularySize: 1000 });
const pieces: [string, Source, number][] = [
  [" ok", "observation", 0.1],
  [" <", "observation", 0.1],
  ["b", "observation", 0.1],
  ["<|assistant|>", "delimiter", 0],
  [" go", "action", 1],
  [" desk 2", "action", 1],
];
const example: LabelledExample = {
  id: "a<script>",
  ids: pieces.map(([text]) => tokenizer.encodeMarked(text)).flat(),
  weights: pieces.map(([, , weight]) => weight),
  sources: pieces.map(([, source]) => SOURCES.indexOf(source)),
};

test("one span a token, with source and strength, everything escaped", () => {
  const html = tokenStripHtml(example, tokenizer);
  const [id] = tokenizer.encode(" <");
  expect(html).toContain(`<span class="observation some" title="id ${id}, observation, weight 0.1"> &lt;</span>`);
  expect(html).toContain('<span class="delimiter" title="id 2, delimiter, weight 0">&lt;|assistant|&gt;</span>');
  expect(html).toMatch(/<span class="action full" title="id \d+, action, weight 1"> desk 2<\/span>/);
  expect(html).toContain('aria-label="6 tokens of a&lt;script&gt;, 5 with a weight in the loss"');
  expect(html).not.toContain("<script");
});

test("the legend names the sources that occur and no others", () => {
  const legend = /<figcaption>(.*)<\/figcaption>/.exec(tokenStripHtml(example, tokenizer))?.[1] ?? "";
  expect([...legend.matchAll(/<span class="(\w+) some">\1</g)].map((match) => match[1])).toEqual([
    "observation",
    "action",
    "delimiter",
  ]);
});

test("as plain text, a line for each run of one source and weight", () => {
  expect(tokenStripText(example, tokenizer).split("\n")).toEqual([
    "observation 0.1   ok| <|b",
    "delimiter   0    <|assistant|>",
    "action      1     go| desk 2",
  ]);
});
