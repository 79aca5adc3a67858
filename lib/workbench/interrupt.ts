import { Interrupted } from "../base/index.ts";

/**
 * Runs `work` with a signal that Ctrl-C (SIGINT) or SIGTERM aborts. While it runs, these do not end the process:
 * the work saves its state and throws `Interrupted`. A second Ctrl-C ends the process at once.
 */
export async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Interrupted("stopped on request; the same command continues from here"));
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
