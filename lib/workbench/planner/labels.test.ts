import { describe, expect, test } from "vitest";
import { encodeSegments, plainCodec, trainTokenizer } from "../../labels/index.ts";
import { ChatFormat } from "../../model/index.ts";
import { episodeRows } from "../../synthesis/index.ts";
import { labelRow, plannerTemplate, rowTrajectory } from "./labels.ts";
import { testRun } from "./test-run.ts";
import { PLANNER_PATTERN } from "./tokenizer.ts";

const plan = {
  context_information_summary: "Nothing is known yet.",
  thoughts: "I need the teacher of Ada Falk.",
  task: "Find the teacher of Ada Falk.",
  selected_tool: "search_wikipedia",
};
const [row] = episodeRows({
  request: { id: "0_0", request: "Who is the teacher of Ada Falk?" },
  steps: [{ plan, result: "The teacher of Ada Falk is Nils Moser." }],
});
const tokenizer = trainTokenizer([` ${row.prompt}`, ` ${row.target}`], {
  vocabularySize: 1000,
  pattern: PLANNER_PATTERN,
});

function labelled(mask: "completion" | "full") {
  const result = labelRow(testRun({ mask }), tokenizer, row, 7);
  if (result.kind !== "example") throw new Error("too long");
  return result.example;
}

describe("labels of packaged rows", () => {
  test("a row is its prompt and its target, to the letter", () => {
    const { turns } = rowTrajectory(row, 0);
    expect(turns).toEqual([
      { role: "user", content: row.prompt },
      { role: "assistant", content: row.target },
    ]);
    const text = ` ${row.prompt}<|assistant|> ${row.target}<|end|>`;
    expect(labelled("completion").ids).toEqual(tokenizer.encodeMarked(text));
  });

  test("completion: the plan alone is in the loss; full: the prompt too", () => {
    const { ids, weights } = labelled("completion");
    const start = ids.indexOf(tokenizer.special("<|assistant|>")) + 1;
    expect(weights).toEqual(ids.map((_, i) => (i >= start ? 1 : 0)));
    const full = labelled("full").weights;
    // Nothing predicts the first token, and the turn's beginning is given, never said.
    expect(full).toEqual(ids.map((_, i) => (i === 0 || i === start - 1 ? 0 : 1)));
  });

  test("what is asked at inference is the beginning of the row", () => {
    const format = new ChatFormat({ tokenizer, codec: plainCodec, thoughts: false });
    const prompt = format.prompt([{ role: "user", content: row.prompt }]);
    const asked = [...prompt, ...tokenizer.encode(" ")];
    const { ids } = labelled("completion");
    expect(ids.slice(0, asked.length)).toEqual(asked);
    expect(tokenizer.tokenText(ids[asked.length])).toBe('{"context_information_summary": "');
    expect(encodeSegments(plannerTemplate.renderPrompt([{ role: "user", content: row.prompt }]), tokenizer)).toEqual(
      prompt,
    );
  });
});
