import { FORMATS } from "../../trajectory/index.ts";

/** The formats of models and then of data, a line each, for `--help`. */
export const formatList = (models: Readonly<Record<string, string>>): string =>
  [...Object.entries(models), ...[...FORMATS.values()].map(({ id, title }) => [id, title])]
    .map(([id, title]) => `      ${id.padEnd(24)}${title}`)
    .join("\n");
