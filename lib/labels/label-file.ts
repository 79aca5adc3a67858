import { JsonlWriter, readJsonl, UserError, yieldToEventLoop, type OnProgress } from "../base/index.ts";
import { parseTrajectory } from "../trajectory/index.ts";
import { labelTrajectory, parseExample, type LabelledExample, type LabelOptions } from "./examples.ts";

export interface LabelFileOptions extends LabelOptions {
  /** Trajectories, `.jsonl` or `.jsonl.gz`. */
  readonly input: string;
  /** Labelled examples, `.jsonl` or `.jsonl.gz`. */
  readonly output: string;
  /** Rows of the input where known, for the progress. */
  readonly total?: number;
  readonly onProgress?: OnProgress;
}

export interface LabelFileResult {
  readonly examples: number;
  readonly tokens: number;
  /** Tokens with a positive weight. */
  readonly trained: number;
  /** Trajectories left out because they are longer than `maxLength`. */
  readonly tooLong: number;
  readonly longest: number;
}

/** Labels a file of trajectories row by row. Throws `UserError` where no example comes out. */
export async function labelFile(options: LabelFileOptions): Promise<LabelFileResult> {
  const { input, output, total = 0, onProgress } = options;
  const writer = new JsonlWriter(output);
  let tokens = 0;
  let trained = 0;
  let tooLong = 0;
  let longest = 0;
  for await (const trajectory of readJsonl(input, parseTrajectory)) {
    const result = labelTrajectory(trajectory, options);
    if (result.kind === "too_long") {
      tooLong++;
      longest = Math.max(longest, result.length);
    } else {
      const { ids, weights } = result.example;
      await writer.write(result.example);
      tokens += ids.length;
      for (const weight of weights) if (weight > 0) trained++;
      longest = Math.max(longest, ids.length);
    }
    const done = writer.rows + tooLong;
    if (done % 500 === 0) {
      onProgress?.({ done, total: Math.max(total, done), note: `${tokens} tokens` });
      await yieldToEventLoop();
    }
  }
  await writer.close();
  const done = writer.rows + tooLong;
  if (writer.rows === 0) {
    throw new UserError(
      `${input}: ${done} trajectories gave no example (${tooLong} longer than maxLength ${options.maxLength}; the ` +
        `longest has ${longest} tokens)`,
    );
  }
  onProgress?.({ done, total: done, note: `${tokens} tokens` });
  return { examples: writer.rows, tokens, trained, tooLong, longest };
}

/** The rows of an examples file, one by one. */
export const readExamples = (file: string): AsyncGenerator<LabelledExample> => readJsonl(file, parseExample);
