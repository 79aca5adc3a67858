/** The way to training beyond one machine: jobs for DeepSpeed, written here and run anywhere. */
export { openDeepSpeedJob, writeDeepSpeedJob, type DeepSpeedJob, type DeepSpeedJobOptions } from "./job.ts";
export {
  deepSpeedPython,
  deepSpeedResult,
  launchDeepSpeed,
  type DeepSpeedResult,
  type LaunchOptions,
} from "./launch.ts";
export { readModelFolder } from "./model-folder.ts";
export { mixRows } from "./mixture.ts";
export { DEEPSPEED_PRESETS, deepSpeedPreset, type DeepSpeedPreset, type DeepSpeedPresetName } from "./presets.ts";
export { packageHash } from "./python-package.ts";
export {
  deepSpeedSettingsSchema,
  parseDeepSpeedSettings,
  type DeepSpeedSettings,
  type DeepSpeedSettingsInput,
  type Launcher,
} from "./settings.ts";
export type { DeepSpeedTask } from "./task.ts";
export { writeTokenizerWith } from "./vocabulary.ts";
