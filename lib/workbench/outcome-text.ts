import type { Recipe } from "./recipe.ts";

/** Begins the introduction of a quick run of a student; nothing for a whole one. */
export const quickNotice = ({ quick }: Recipe): string[] =>
  quick ? ["**A quick run: it shows the way, not the result.** The student has hardly begun to learn."] : [];

/** "seed 0", "seeds 0, 1, 2". */
export const seedsText = ({ seeds }: Recipe): string =>
  seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(", ")}`;
