import { createRequire } from "node:module";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** Starts a thread whose file is TypeScript, however this one was started: by tsx, a test runner or the notebook kernel. */
export function typeScriptThread(file: URL, workerData?: unknown): Worker {
  const boot = `
    import(${JSON.stringify(esModule("tsx", "dist/esm/api/index.mjs"))}).then(({ register }) => {
      register();
      return import(${JSON.stringify(file.href)});
    });
  `;
  return new Worker(boot, { eval: true, workerData });
}

/** Address of a file of a package: import.meta.resolve is not there in every runner. */
function esModule(name: string, file: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return pathToFileURL(path.join(path.dirname(manifest), file)).href;
}
