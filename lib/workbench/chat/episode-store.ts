import * as fs from "node:fs";
import * as path from "node:path";
import { JsonlWriter, readJson, sha256, writeJson, yieldToEventLoop } from "../../base/index.ts";
import type { Environment } from "../../environments/index.ts";
import { playEach, type PlayEachOptions } from "../../evaluation/index.ts";
import { parseTrajectory, type Trajectory } from "../../trajectory/index.ts";
import { CostMeter } from "./models.ts";

/** Plays one task, in one or several episodes. */
export type PlayTask = (environment: Environment, meter: CostMeter) => Promise<readonly Trajectory[]>;

/**
 * Plays every task, some side by side, and keeps each in a file of its own in `folder` as it ends: a killed run loses the
 * tasks at work, and goes on with the others. The episodes in the order of the tasks.
 */
export async function playStored(
  options: PlayEachOptions & { readonly folder: string },
  play: PlayTask,
): Promise<Trajectory[]> {
  const { environments, folder, onProgress } = options;
  const fileOf = ({ task }: Environment): string => path.join(folder, `${sha256(task.id).slice(0, 16)}.json`);
  const files = environments.map((create) => fileOf(create()));
  const missing = environments.filter((_, index) => !fs.existsSync(files[index]));
  const kept = environments.length - missing.length;
  onProgress?.({ done: kept, total: environments.length });
  await playEach(
    {
      ...options,
      environments: missing,
      onProgress: ({ done, note }) => onProgress?.({ done: kept + done, total: environments.length, note }),
    },
    async (environment, usage) => {
      const meter = new CostMeter(usage);
      const episodes = await play(environment, meter);
      const { money } = meter;
      const priced = episodes.map((each) => (money === null ? each : { ...each, extra: { ...each.extra, money } }));
      writeJson(fileOf(environment), priced);
      await yieldToEventLoop(); // a scripted player never waits, and Ctrl-C would not be heard
    },
  );
  return files.flatMap((file) => readJson<unknown[]>(file).map(parseTrajectory));
}

export async function writeEpisodes(file: string, episodes: readonly Trajectory[]): Promise<void> {
  const writer = new JsonlWriter(file);
  for (const episode of episodes) await writer.write(episode);
  await writer.close();
}
