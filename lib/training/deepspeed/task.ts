import type { LabelledExample } from "../../labels/index.ts";
import type { PreferenceLoss } from "../preference-loss.ts";
import type { PreferenceRecipeInput, SftRecipeInput } from "../recipe.ts";
import type { PreferencePair } from "../row-problems.ts";

type Source<Row> = AsyncIterable<Row> | Iterable<Row>;

/** What is to be learnt from what. */
export type DeepSpeedTask =
  | { readonly objective: "sft"; readonly rows: Source<LabelledExample>; readonly recipe: SftRecipeInput }
  | {
      readonly objective: PreferenceLoss;
      readonly pairs: Source<PreferencePair>;
      readonly recipe: Omit<PreferenceRecipeInput, "loss">;
    };
