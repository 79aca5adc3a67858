/** How far long work has come. `note` holds a few figures worth seeing live, such as the loss. */
export interface ProgressUpdate {
  readonly done: number;
  readonly total: number;
  readonly note?: string;
}

/** Long-running library functions take one of these; what it draws (terminal, notebook, nothing) is the caller's choice. */
export type OnProgress = (update: ProgressUpdate) => void;

/** Lets output, signals and other work have a turn inside a long synchronous loop. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
