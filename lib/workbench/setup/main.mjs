/** `npm run setup [-- --cpu | --gpu | --js | --help]` */
import { SetupFailure } from "./context.mjs";
import { prepare, runMain } from "./prepare.mjs";

const help = `npm run setup [-- OPTION]   prepares everything that Waymark needs inside this folder

  --cpu    native TensorFlow on the processor (the default on Linux x86-64)
  --gpu    native TensorFlow on an NVIDIA GPU (Linux x86-64; 2.6 GB of downloads)
  --js     plain JavaScript: slow, but works everywhere and needs no compiler
  --help   this text

The choice is remembered. npm start and npm test do all set-up by themselves.`;

await runMain(async () => {
  const options = process.argv.slice(2);
  if (options.includes("--help")) {
    console.log(help);
    return 0;
  }
  const engines = options.map(parseEngine);
  if (engines.length > 1)
    throw new SetupFailure(`Choose one engine, not ${options.join(" and ")}: see npm run setup -- --help.`);
  await prepare({ asked: engines[0] ?? null, always: true });
  console.log("Ready: npm start");
  return 0;
});

/** @param {string} option @returns {import("./context.mjs").Engine} */
function parseEngine(option) {
  if (option === "--cpu") return "cpu";
  if (option === "--gpu") return "gpu";
  if (option === "--js") return "js";
  throw new SetupFailure(`Set-up has no option ${option}: see npm run setup -- --help.`);
}
