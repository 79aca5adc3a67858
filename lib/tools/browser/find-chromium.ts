import * as fs from "node:fs";
import * as path from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "brave-browser"]; // prettier-ignore
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** An installed Chromium: the variable `WAYMARK_CHROMIUM`, else one of the usual names; null where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  const named = environment.WAYMARK_CHROMIUM;
  if (named !== undefined && named !== "") return fs.existsSync(named) ? named : null;
  const folders = (environment.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...PLACES];
  return candidates.find((file) => fs.existsSync(file)) ?? null;
}
