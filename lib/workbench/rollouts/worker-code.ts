import { fileURLToPath } from "node:url";
import { stageCode } from "../stage-code.ts";

const url = new URL("./worker.ts", import.meta.url);

/** The file that a worker runs. */
export const WORKER = fileURLToPath(url);

/** Hash of the code that plays, wherever it plays: a part of what decides a stage's results. */
export const workerCode = (): string => stageCode(url.href);
