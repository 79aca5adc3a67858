import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { playEpisode, Shopper } from "../../agents/index.ts";
import { createShopGenerator, type Environment } from "../../environments/index.ts";
import { playStored, type PlayTask } from "./episode-store.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "episodes-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const shop = createShopGenerator({ seed: 0, split: "train" });
const environments = Array.from({ length: 5 }, (_, index) => () => shop.environment(index));

function player(after?: (count: number) => void): { play: PlayTask; played: string[] } {
  const played: string[] = [];
  const play: PlayTask = (environment: Environment) => {
    played.push(environment.task.id);
    const episode = playEpisode(environment, new Shopper(), { stepLimit: 10, seed: 0, environment: "shop" });
    after?.(played.length);
    return Promise.resolve([episode]);
  };
  return { play, played };
}

it("keeps every episode as it ends, and plays the others alone after a stop", async () => {
  const stop = new AbortController();
  const first = player((count) => count === 2 && stop.abort());
  const begun = playStored({ environments, folder, parallel: 1, signal: stop.signal }, first.play);
  await expect(begun).rejects.toThrow("stopped");
  expect(first.played).toHaveLength(2);

  const second = player();
  const progress: number[] = [];
  const options = {
    environments,
    folder,
    parallel: 2,
    onProgress: ({ done }: { done: number }) => progress.push(done),
  };
  const episodes = await playStored(options, second.play);
  expect(second.played).toHaveLength(3);
  expect([...first.played, ...second.played].sort()).toEqual(episodes.map(({ task }) => task.id).sort());
  expect(episodes.map(({ task }) => task.id)).toEqual(environments.map((create) => create().task.id));
  expect(progress).toEqual([2, 3, 4, 5]);

  const third = player();
  expect(await playStored({ environments, folder, parallel: 1 }, third.play)).toEqual(episodes);
  expect(third.played).toEqual([]);
});
