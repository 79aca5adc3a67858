import { Interrupted } from "../base/index.ts";

/** What a planner is told about a tool. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** What kind of task it may be given. */
  readonly usage?: string;
}

export interface ToolCall {
  /** The user's request. */
  readonly request: string;
  /** What the planner wants from this tool now. */
  readonly task: string;
  /** Results of the steps before, as text. */
  readonly context: string;
}

export interface ToolFile {
  readonly name: string;
  readonly content: string;
}

export type ToolResult = {
  readonly kind: "answer" | "failure";
  /** The observation. */
  readonly text: string;
  /** Named reason of a failure, such as `timeout` or `private_address`. */
  readonly reason?: string;
  readonly files?: readonly ToolFile[];
};

/**
 * A tool, real or simulated. What a model, a page or a server did wrong is a failure with a named reason, never an
 * exception; an abort by the caller throws `Interrupted`, and an error of the injected model passes through.
 */
export interface AgentTool extends ToolSpec {
  run(call: ToolCall, signal?: AbortSignal): Promise<ToolResult>;
}

/** Thrown inside a tool; `settle` makes a failure of it. */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function answerOf(text: string, files?: readonly ToolFile[]): ToolResult {
  return { kind: "answer", text, ...(files !== undefined && { files }) };
}

export function failureOf(reason: string, message: string): ToolResult {
  return { kind: "failure", reason, text: `Failed (${reason}): ${message}` };
}

/** Runs the work of a tool; a `ToolFailure` becomes its result. Throws `Interrupted` where the caller has given up. */
export async function settle(work: () => Promise<ToolResult> | ToolResult, signal?: AbortSignal): Promise<ToolResult> {
  const stopIfAborted = (): void => {
    if (signal?.aborted) throw new Interrupted("the tool was stopped");
  };
  stopIfAborted();
  try {
    return await work();
  } catch (error) {
    stopIfAborted();
    if (error instanceof ToolFailure) return failureOf(error.reason, error.message);
    throw error;
  }
}

/** A signal that aborts after `timeoutMs` or with the caller's, whichever comes first. `end` frees the timer. */
export function deadline(timeoutMs: number, outer?: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new ToolFailure("timeout", `not done within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  const stop = (): void => controller.abort(new Interrupted("the tool was stopped"));
  if (outer?.aborted) stop();
  outer?.addEventListener("abort", stop, { once: true });
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener("abort", stop);
    },
  };
}

/** `work`, or the signal's reason as an error where that comes first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
