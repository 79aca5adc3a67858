import type { Source } from "../trajectory/index.ts";

/**
 * The same colour for a token source in every strip and plot; each shows on light and on dark pages.
 */
export const SOURCE_COLOURS: Readonly<Record<Source, string>> = {
  system: "#b0588c",
  user: "#036a85",
  observation: "#8d9781",
  thought: "#7732e6",
  action: "#ff5f11",
  reflection: "#d0454c",
  knowledge: "#1697fe",
  delimiter: "#9b4a00",
};
