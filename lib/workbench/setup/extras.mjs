/** What set-up adds where it is asked to: Python environments that the default install does without. */
import { environmentStep } from "./environment.mjs";

/** @typedef {"deepspeed" | "ray"} Extra */

/** @type {Record<Extra, import("./steps.mjs").Step>} */
export const extraSteps = {
  deepspeed: environmentStep({
    name: "deepspeed",
    folder: ".venv-deepspeed",
    title: "DeepSpeed, transformers and PEFT",
    gigabytes: 9, // the CUDA libraries of torch are most of it; a build for processors alone takes 2
    python: { oldest: "3.11", who: "DeepSpeed's environment needs" },
    before: "torch",
  }),
  ray: environmentStep({
    name: "ray",
    folder: ".venv-ray",
    title: "Ray",
    gigabytes: 0.5,
    python: { oldest: "3.10", who: "Ray needs" },
  }),
};
