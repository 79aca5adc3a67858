import type { Worker } from "node:worker_threads";
import { typeScriptThread } from "../../base/index.ts";
import { linesOf, WorkerLost, type Executor, type Reply } from "./executor.ts";
import type { ShardWork } from "./shards.ts";

/** Workers as threads of this process. A thread starts when a shard is there for it. */
export function threadExecutor(workers: number, url: URL = new URL("./worker.ts", import.meta.url)): Executor {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  let closed = false;

  const start = (): Worker => {
    const worker = typeScriptThread(url);
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
