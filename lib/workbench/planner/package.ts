import { z } from "zod";
import { JsonlWriter, readJsonl, type OnProgress } from "../../base/index.ts";
import { packageRows, splitRows, type JudgedRecord, type PlannerRow } from "../../synthesis/index.ts";
import { stageFolder, type Run } from "../run.ts";
import { finishedManifest, runStage, type Manifest } from "../stage.ts";
import { stageCode } from "../stage-code.ts";
import { readJudged } from "./judge.ts";
import { plannerOf, readSimulation } from "./simulation.ts";

/** `train` is learnt from; on `validation` the loss is measured. */
export type RowSet = "train" | "validation";

/** Steps of the well-rated episodes become rows of prompt, target and text. */
export function packageStage(run: Run, onProgress?: OnProgress): Promise<Manifest> {
  const { ratingThreshold, validationRows } = plannerOf(run);
  const before = finishedManifest(stageFolder(run, "judge"));
  return runStage({
    name: "package",
    code: stageCode(import.meta.url),
    folder: stageFolder(run, "package"),
    seed: run.seed,
    settings: { ratingThreshold, validationRows },
    inputs: { judge: before.artefact },
    run: async ({ file }) => {
      const evaluations = await readJudged(run);
      const episodes: JudgedRecord[] = [];
      for await (const record of readSimulation(run)) {
        const evaluation = evaluations.get(record.request.id);
        episodes.push({ record, ...(evaluation && { evaluation }) });
      }
      const { rows, ...counts } = packageRows(episodes, ratingThreshold);
      const sets = splitRows(rows, run.seed, validationRows);
      let done = 0;
      for (const set of ["train", "validation"] as const) {
        const writer = new JsonlWriter(file(fileOf(set)));
        for (const row of sets[set]) {
          await writer.write(row);
          if (++done % 1000 === 0) onProgress?.({ done, total: rows.length });
        }
        await writer.close();
      }
      return { rows: rows.length, validation: sets.validation.length, ...counts };
    },
  });
}

const fileOf = (set: RowSet): string => `${set}.jsonl.gz`;

const rowSchema = z.object({ prompt: z.string(), target: z.string(), text: z.string() });

/** The packaged rows, one by one. */
export const readPackaged = (run: Run, set: RowSet): AsyncGenerator<PlannerRow> =>
  readJsonl(stageFolder(run, "package", fileOf(set)), (value) => rowSchema.parse(value));
