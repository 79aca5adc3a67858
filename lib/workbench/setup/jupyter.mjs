/** Step: `.venv` with JupyterLab, nbclient, nbconvert and plotly's Lab extension, locked with hashes. */
import { environmentStep } from "./environment.mjs";

export const jupyterStep = environmentStep({
  name: "jupyter",
  folder: ".venv",
  title: "JupyterLab",
  gigabytes: 0.4,
});
