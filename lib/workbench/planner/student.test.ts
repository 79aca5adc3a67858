import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { studentPlanner, studentPlanSchema } from "../../agents/index.ts";
import { writeJson } from "../../base/index.ts";
import { trainTokenizer } from "../../labels/index.ts";
import { jsonSchemaOf, ModelError } from "../../llm/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { openStudent, type OpenStudent } from "./student.ts";
import { testRun } from "./test-run.ts";
import { PLANNER_PATTERN } from "./tokenizer.ts";

const TEXTS = [
  " User request:\n\n```\nWho is the teacher of Ada Falk?",
  ' {"context_information_summary": "Nothing is known yet.", "thoughts": "I need it.", "task": "Find it.", "selected_tool": "use_bash"}',
];

describe("an untrained student as a planner's chat model", () => {
  let run: Run;
  let llama: Llama;
  let student: OpenStudent;
  beforeAll(async () => {
    selectEngine("auto");
    run = testRun();
    const tokenizer = trainTokenizer(TEXTS, { vocabularySize: 600, pattern: PLANNER_PATTERN });
    writeJson(stageFolder(run, "labels", "tokenizer.json"), tokenizer);
    llama = Llama.create(
      {
        ...{ vocab_size: tokenizer.size, hidden_size: 16, intermediate_size: 16, num_hidden_layers: 1 },
        ...{ num_attention_heads: 2, max_position_embeddings: 400, tie_word_embeddings: true },
        eos_token_id: tokenizer.special("<|end|>"),
      },
      { seed: 0 },
    );
    student = await openStudent(run, llama, "untrained");
  }, 60_000);
  afterAll(async () => {
    await student.close();
    llama.dispose();
  });

  test("begins a plan, in the order of the schema, side by side with others", async () => {
    const schema = jsonSchemaOf(studentPlanSchema);
    const ask = (content: string) =>
      student.model.chat([{ role: "user", content }], { schema, temperature: 0, maxTokens: 30 });
    const alone = await ask("Who is Ada Falk?");
    expect(alone.text).toMatch(/^\{"context_information_summary": ?"/);
    const [first, second] = await Promise.all([ask("Who is Ada Falk?"), ask("Who is the teacher?")]);
    expect(first.text).toBe(alone.text);
    expect(second.text).toMatch(/^\{"context_information_summary": ?"/);
  });

  test("a prompt without room for a plan brings none, and stops nothing", async () => {
    const planner = studentPlanner(student.model, { maxTokens: 30 });
    const steps = Array.from({ length: 60 }, () => ({ task: "Find it.", result: "Nothing is known yet." }));
    const planning = planner.plan({ request: "Who is Ada Falk?", steps, directAnswer: false });
    await expect(planning).rejects.toThrow(ModelError);
    await expect(planning).rejects.toMatchObject({ kind: "answer" });
  });
});
