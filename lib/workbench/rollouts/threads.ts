import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { linesOf, WorkerLost, type Executor, type Reply } from "./executor.ts";
import type { ShardWork } from "./shards.ts";

/** Workers as threads of this process. A thread starts when a shard is there for it. */
export function threadExecutor(workers: number, url: URL = new URL("./worker.ts", import.meta.url)): Executor {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let closed = false;

  const start = (): Worker => {
    const worker = new Worker(bootOf(url), { eval: true });
    all.add(worker);
    worker.on("error", () => undefined); // whoever waits for the worker hears of it
    worker.on("exit", () => {
      all.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    });
    return worker;
  };

  const ask = (worker: Worker, work: ShardWork): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const settled = (settle: () => void): void => {
        worker.off("message", onReply).off("error", onError).off("exit", onExit);
        settle();
      };
      const onReply = (reply: Reply): void => settled(() => resolve(reply));
      const onError = (error: Error): void => settled(() => reject(new WorkerLost(error.message)));
      const onExit = (status: number): void =>
        settled(() => reject(new WorkerLost(`the thread ended with status ${status}`)));
      worker.on("message", onReply).on("error", onError).on("exit", onExit);
      worker.postMessage(work);
    });

  return {
    capacity: workers,
    run: async (work) => {
      if (closed) throw new Error("these workers are closed");
      const worker = idle.pop() ?? start();
      const reply = await ask(worker, work);
      idle.push(worker);
      return linesOf(reply);
    },
    close: async () => {
      closed = true;
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

/** The worker's file is TypeScript, however this one was started: by tsx, a test runner or the notebook kernel. */
const bootOf = (url: URL): string => `
  import(${JSON.stringify(esModule("tsx", "dist/esm/api/index.mjs"))}).then(({ register }) => {
    register();
    return import(${JSON.stringify(url.href)});
  });
`;

/** Address of a file of a package: import.meta.resolve is not there in every runner. */
function esModule(name: string, file: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return pathToFileURL(path.join(path.dirname(manifest), file)).href;
}
