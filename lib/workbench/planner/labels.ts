import { assert, JsonlWriter, writeJson, yieldToEventLoop, type OnProgress } from "../../base/index.ts";
import { zeroShotPrompt } from "../../agents/index.ts";
import {
  ChatTemplate,
  labelTrajectory,
  loadTokenizer,
  lossWeights,
  plainCodec,
  tokenizerConfig,
  trainTokenizer,
  type LabelledExample,
  type LabelResult,
  type Tokenizer,
} from "../../labels/index.ts";
import { PLANNER_TOOLS, type PlannerRow } from "../../synthesis/index.ts";
import { FORMATS, type Trajectory } from "../../trajectory/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { givenModelHash, writeTokenizer } from "../stages/given-model.ts";
import { TOKENIZER_FILES } from "../stages/labels.ts";
import { readPackaged } from "./package.ts";
import type { PlannerSettings } from "./settings.ts";
import { plannerOf } from "./simulation.ts";
import { PLANNER_PATTERN } from "./tokenizer.ts";

const EXAMPLES = "examples.jsonl.gz";

/** The planner's template: a prompt and the plan as it is, for training and inference alike. */
export const plannerTemplate = new ChatTemplate({ codec: plainCodec, thoughts: false });

/** A tokenizer for the packaged rows, and each row as token ids, weights and sources. */
export function plannerLabelsStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { vocabularySize, maximumLength } = run.settings.labels;
  const before = finishedManifest(stageFolder(run, "package"));
  return runStage({
    name: "labels",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "labels"),
    seed: run.seed,
    settings: { vocabularySize, maximumLength, mask: plannerOf(run).mask },
    inputs: { package: before.artefact, ...givenModelHash(run) },
    run: async ({ file }) => {
      const [tokenizerFile, configFile] = TOKENIZER_FILES;
      const tokenizer = await writeTokenizer(run, file(tokenizerFile), async () =>
        trainTokenizer(await corpusOf(run), { vocabularySize, pattern: PLANNER_PATTERN }),
      );
      writeJson(file(configFile), tokenizerConfig(plannerTemplate.jinja, run.settings.model.context));
      const writer = new JsonlWriter(file(EXAMPLES));
      let [tokens, trained, tooLong, longest, done] = [0, 0, 0, 0, 0];
      const { rows, validation } = before.summary as Record<string, number>;
      const total = rows - validation;
      for await (const row of readPackaged(run, "train")) {
        const result = labelRow(run, tokenizer, row, done);
        if (++done % 500 === 0) {
          onProgress?.({ done, total, note: `${tokens} tokens` });
          await yieldToEventLoop();
        }
        longest = Math.max(longest, result.kind === "too_long" ? result.length : result.example.ids.length);
        if (result.kind === "too_long") {
          tooLong++;
          continue;
        }
        const { ids, weights } = result.example;
        tokens += ids.length;
        trained += weights.filter((weight) => weight > 0).length;
        await writer.write(result.example);
      }
      await writer.close();
      const { id: template, hash: templateHash } = plannerTemplate;
      const figures = { examples: writer.rows, tokens, trained, tooLong, longest };
      return { ...figures, vocabulary: tokenizer.size, template, templateHash };
    },
  });
}

/** What the tokenizer is trained on: the prompts and plans to learn from, and the prompt that the untrained student gets. */
async function corpusOf(run: Run): Promise<string[]> {
  const corpus = [` ${zeroShotPrompt("", [], PLANNER_TOOLS)}`];
  for await (const { prompt, target } of readPackaged(run, "train")) corpus.push(` ${prompt}`, ` ${target}`);
  return corpus;
}

/** A packaged row as training sees it. With the mask `completion` the prompt is only read. */
export function labelRow(
  run: Run,
  tokenizer: Tokenizer,
  row: PlannerRow,
  index: number,
  mask: PlannerSettings["mask"] = plannerOf(run).mask,
): LabelResult {
  const weights = lossWeights({ user: mask === "full" ? 1 : 0 });
  const { maximumLength: maxLength } = run.settings.labels;
  return labelTrajectory(rowTrajectory(row, index), { tokenizer, template: plannerTemplate, weights, maxLength });
}

/** A packaged row as prompt and answer; the plan is what is said, whatever thought and tool can be read from it. */
export function rowTrajectory(row: PlannerRow, index: number): Trajectory {
  const format = FORMATS.get("bot-with-plan-packaged");
  assert(format?.holds === "trajectories", "bot-with-plan's rows hold trajectories");
  const [trajectory] = format.read(row, { file: "rows", index });
  return { ...trajectory, turns: trajectory.turns.map(({ role, content }) => ({ role, content })) };
}

export const plannerTokenizer = (run: Run): Tokenizer => loadTokenizer(stageFolder(run, "labels", TOKENIZER_FILES[0]));

/** The rows set apart, with the plans alone in the loss. */
export async function validationExamples(run: Run): Promise<LabelledExample[]> {
  const tokenizer = plannerTokenizer(run);
  const examples: LabelledExample[] = [];
  let index = 0;
  for await (const row of readPackaged(run, "validation")) {
    const result = labelRow(run, tokenizer, row, index++, "completion");
    if (result.kind === "example") examples.push(result.example);
  }
  return examples;
}
