import { writeJson, type OnProgress } from "../../base/index.ts";
import { createHouseholdCodec } from "../../environments/index.ts";
import {
  ChatTemplate,
  labelFile,
  loadTokenizer,
  lossWeights,
  neighbouringUnits,
  readExamples,
  tokenizerConfig,
  trainTokenizer,
  type LabelledExample,
  type LossWeights,
  type Tokenizer,
} from "../../labels/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { givenModelHash, specialsOf, writeTokenizer } from "./given-model.ts";
import { readTrajectories, trajectoriesFile } from "./trajectories.ts";

const EXAMPLES = "examples.jsonl.gz";
/** Beside each other in the stage's folder, and later in the model's. */
export const TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json"] as const;

/** Stage 2: a tokenizer for the run's text, and for each trajectory one row of token ids, weights and sources. */
export function labelsStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { labels } = run.settings;
  const before = finishedManifest(stageFolder(run, "trajectories"));
  return runStage({
    name: "labels",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "labels"),
    seed: run.seed,
    settings: labels,
    inputs: { trajectories: before.artefact, ...givenModelHash(run) },
    run: async ({ file }) => {
      const template = templateOf(run);
      const [tokenizerFile, configFile] = TOKENIZER_FILES;
      const tokenizer = await writeTokenizer(run, file(tokenizerFile), async () => {
        const corpus = await corpusOf(run, template, onProgress);
        // Numbers that happen not to occur here ("tomato 4") get a token too; its parts are learnt from others.
        return trainTokenizer([...corpus, ...neighbouringUnits(corpus)], {
          vocabularySize: labels.vocabularySize,
          specials: specialsOf(run),
        });
      });
      writeJson(file(configFile), tokenizerConfig(template.jinja, run.settings.model.context));
      const result = await labelFile({
        input: trajectoriesFile(run),
        output: file(EXAMPLES),
        tokenizer,
        template,
        weights: weightsOf(run),
        maxLength: labels.maximumLength,
        total: before.summary["kept"] as number,
        onProgress,
      });
      return { ...result, vocabulary: tokenizer.size, template: template.id, templateHash: template.hash };
    },
  });
}

/** The rendered text of each trajectory, without control tokens: what the tokenizer is trained on. */
async function corpusOf(run: Run, template: ChatTemplate, onProgress?: OnProgress): Promise<string[]> {
  const corpus: string[] = [];
  const total = run.settings.synthesis.episodes;
  let done = 0;
  for await (const { turns } of readTrajectories(run)) {
    corpus.push(
      template
        .renderTurns(turns)
        .filter((segment) => !segment.special)
        .map((segment) => segment.text)
        .join(""),
    );
    if (++done % 500 === 0) onProgress?.({ done, total, note: "reading for the tokenizer" });
  }
  return corpus;
}

export const templateOf = (run: Run): ChatTemplate =>
  new ChatTemplate({
    codec: createHouseholdCodec(),
    thoughts: run.settings.labels.thoughts,
    situations: run.settings.labels.situations,
  });

/** The recipe's loss weights: 1 for what the agent says, `contextWeight` for what it reads and for slips. */
export function weightsOf(run: Run): LossWeights {
  const { contextWeight } = run.settings.labels;
  return lossWeights({ user: contextWeight, observation: contextWeight, context: contextWeight });
}

/** Tokenizer and template of a run whose labels stage is finished. */
export function readLabels(run: Run): { tokenizer: Tokenizer; template: ChatTemplate } {
  return { tokenizer: loadTokenizer(stageFolder(run, "labels", TOKENIZER_FILES[0])), template: templateOf(run) };
}

/** The run's rows, one by one. */
export const readRows = (run: Run): AsyncGenerator<LabelledExample> =>
  readExamples(stageFolder(run, "labels", EXAMPLES));
