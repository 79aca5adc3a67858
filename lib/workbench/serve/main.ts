/** `npm run serve` without the other commands: the program that tests and the benchmark start as a process of its own. */
import { runServe } from "./run-serve.ts";

runServe(process.argv.slice(2)).then(
  (status) => process.exit(status),
  (error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  },
);
