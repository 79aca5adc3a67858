/** `npm run setup [-- [--cpu | --gpu | --js] [--deepspeed] [--ray] | --help]` */
import { SetupFailure } from "./context.mjs";
import { extraSteps } from "./extras.mjs";
import { prepare, runMain } from "./prepare.mjs";

/** @typedef {import("./extras.mjs").Extra} Extra */

const help = `npm run setup [-- OPTION ...]   prepares everything that Waymark needs inside this folder

  --cpu    native TensorFlow on the processor (the default on Linux x86-64)
  --gpu    native TensorFlow on an NVIDIA GPU (Linux x86-64; 2.6 GB of downloads)
  --js     plain JavaScript: slow, but works everywhere and needs no compiler

  --deepspeed   adds .venv-deepspeed: training of large models, and handing models over (up to 9 GB)
  --ray         adds .venv-ray: rollouts on a Ray cluster (0.5 GB)
  --help        this text

The engine is remembered. npm start and npm test do all set-up by themselves, but for what --deepspeed and --ray add.`;

await runMain(async () => {
  const options = process.argv.slice(2);
  if (options.includes("--help")) {
    console.log(help);
    return 0;
  }
  const engines = options.filter((option) => !isExtra(option)).map(parseEngine);
  if (engines.length > 1)
    throw new SetupFailure(
      `Choose one engine, not ${engines.map((engine) => `--${engine}`).join(" and ")}: see npm run setup -- --help.`,
    );
  const extras = options.filter(isExtra).map((option) => /** @type {Extra} */ (option.slice(2)));
  await prepare({ asked: engines[0] ?? null, always: true, extras });
  console.log("Ready: npm start");
  return 0;
});

/** @param {string} option */
function isExtra(option) {
  return option.startsWith("--") && Object.hasOwn(extraSteps, option.slice(2));
}

/** @param {string} option @returns {import("./context.mjs").Engine} */
function parseEngine(option) {
  if (option === "--cpu") return "cpu";
  if (option === "--gpu") return "gpu";
  if (option === "--js") return "js";
  throw new SetupFailure(`Set-up has no option ${option}: see npm run setup -- --help.`);
}
