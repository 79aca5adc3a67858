import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../base/index.ts";
import { WorkerLost } from "./executor.ts";
import { rollOut } from "./roll-out.ts";
import { randomPlan } from "./testing.ts";
import { ShardPlayer } from "./shard-player.ts";
import { shardsOf } from "./shards.ts";
import { threadExecutor } from "./threads.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "threads-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A worker that does what its shard's only game is called. */
function mockWorker(): URL {
  const file = path.join(folder, "worker.mjs");
  fs.writeFileSync(
    file,
    `import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ games: { ids: [id] } }) => {
      if (id === "exit") process.exit(7);
      if (id === "throw") throw new Error("torn");
      if (id === "never") return;
      parentPort.postMessage(id === "fail" ? { failure: "bad game", user: true } : { lines: [id] });
    });`,
  );
  return pathToFileURL(file);
}

const work = (id: string) => ({
  ...shardsOf(randomPlan([1], () => ""))[0].work,
  games: { source: "generated" as const, ids: [id] },
});

describe("workers as threads", () => {
  it("answer, fail and are lost, each in its way; a new one takes a lost one's place", async () => {
    const workers = threadExecutor(1, mockWorker());
    expect(await workers.run(work("a"))).toEqual(["a"]);
    await expect(workers.run(work("fail"))).rejects.toThrow(new UserError("bad game"));
    await expect(workers.run(work("exit"))).rejects.toThrow(new WorkerLost("the thread ended with status 7"));
    await expect(workers.run(work("throw"))).rejects.toThrow(new WorkerLost("torn"));
    expect(await workers.run(work("b"))).toEqual(["b"]);
    const waiting = workers.run(work("never"));
    waiting.catch(() => undefined);
    await workers.close();
    await expect(waiting).rejects.toThrow(WorkerLost);
    await expect(workers.run(work("c"))).rejects.toThrow("closed");
  });

  it("really play: the same episodes as in this thread", async () => {
    const output = path.join(folder, "random.jsonl");
    const plan = randomPlan([5, 4], () => output);
    await rollOut(plan, { folder, shardSize: 2, startWorkers: () => threadExecutor(2) });
    const player = new ShardPlayer();
    const expected = [];
    for (const shard of shardsOf(plan)) expected.push(...(await player.play(shard.work)));
    expect(fs.readFileSync(output, "utf8")).toBe(expected.map((episode) => `${JSON.stringify(episode)}\n`).join(""));
    expect(expected.map(({ task }) => task.id)).toEqual(plan.matches.flatMap(({ games }) => games.ids));
  });
});
