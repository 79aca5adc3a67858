import type { TaskType } from "../../environments/index.ts";
import type { KnowledgeSource } from "../../evaluation/index.ts";
import type { PreferenceLoss } from "../../training/index.ts";

/** Which gold trajectories a training sees, and what they know of their situations. */
export interface Variant {
  /** Name of its folder. */
  readonly id: string;
  readonly form: "gold" | "self-aware" | "no-knowledge" | "no-reflection" | "told";
  /** Who chooses the rules of the form `told`, which has one at every turn. */
  readonly by?: Selector;
  /** Only trajectories of these task types. */
  readonly taskTypes?: readonly TaskType[];
  /** Only this share of the trajectories has the form; the rest is absent, or plain gold. */
  readonly share?: number;
  readonly rest?: "absent" | "plain";
}

/** What is trained, in which stages, and how it plays. */
export interface Arm {
  readonly title: string;
  /** Stage 1: supervised fine-tuning; null: the base as it is. */
  readonly sft: Variant | null;
  /** Stage 2: pairs of these gold trajectories and the student's own failures. */
  readonly preference: { readonly loss: PreferenceLoss; readonly gold: Variant; readonly rules: "rpo" | "eto" } | null;
  readonly mode: KnowledgeSource["mode"];
  /** Who chooses the rule at play. Default: the program that reads from the turns what is needed. */
  readonly selector?: Selector;
}

/**
 * `need`: the rule of what is to be found next, and none while there is nothing to find. `goal`: the rules of what the task
 * names, whatever the turn, so that they do not tell how far the task is. `words`: the rule that shares most words with
 * the task and the last turns. `any`: whatever rule comes up.
 */
export type Selector = "need" | "goal" | "words" | "any";

const GOLD: Variant = { id: "gold", form: "gold" };
const SELF_AWARE: Variant = { id: "self-aware", form: "self-aware" };

/** Stage 1 and stage 2 (RPO with the paper's loss) on the same trajectories. */
const both = (title: string, sft: Variant, mode: Arm["mode"] = "adaptive"): Arm => ({
  title,
  sft,
  preference: { loss: "rpo_paper", gold: sft, rules: "rpo" },
  mode,
});

/** The paper's split: put, clean and examine are seen, the other three not. */
export const SEEN: readonly TaskType[] = [
  "pick_and_place_simple",
  "pick_clean_then_place_in_recep",
  "look_at_obj_in_light",
];

const SHARES = [20, 40, 60, 80] as const;
type ScalingId = `${"absolute" | "relative"}-${(typeof SHARES)[number]}`;

/** KnowSelf on a part of its data: alone, or filled up with plain gold. */
const SCALING = Object.fromEntries(
  (["absolute", "relative"] as const).flatMap((how) =>
    SHARES.map((percent): [string, Arm] => {
      const rest = how === "absolute" ? "absent" : "plain";
      const variant = { ...SELF_AWARE, id: `${how}-${percent}`, share: percent / 100, rest } as const;
      return [variant.id, { title: `${percent} %, ${how}`, sft: variant, preference: null, mode: "adaptive" }];
    }),
  ),
) as Record<ScalingId, Arm>;

/** Every arm by the name that recipes give it. */
export const ARMS = {
  base: { title: "base", sft: null, preference: null, mode: "adaptive" },
  fast: { title: "SFT on gold (all fast)", sft: GOLD, preference: null, mode: "adaptive" },
  sft: { title: "KnowSelf, stage 1", sft: SELF_AWARE, preference: null, mode: "adaptive" },
  knowself: both("KnowSelf", SELF_AWARE),
  always: both("KnowSelf, always told", SELF_AWARE, "always"),
  never: both("KnowSelf, never told", SELF_AWARE, "never"),
  "by-words": { ...both("KnowSelf, rules by words", SELF_AWARE), selector: "words" },
  "any-rule": { ...both("KnowSelf, any rule", SELF_AWARE), selector: "any" },
  "no-knowledge": both("without knowledge", { id: "no-knowledge", form: "no-knowledge" }),
  "no-reflection": both("without reflection", { id: "no-reflection", form: "no-reflection" }),
  "full-knowledge": {
    ...both("full knowledge", { id: "full-knowledge", form: "told", by: "goal" }, "always"),
    selector: "goal",
  },
  "full-by-need": both("full knowledge, by need", { id: "full-by-need", form: "told", by: "need" }, "always"),
  "rpo-only": { ...both("RPO only", SELF_AWARE), sft: null },
  dpo: {
    ...both("stage 1 + DPO", SELF_AWARE),
    preference: { loss: "dpo", gold: SELF_AWARE, rules: "rpo" },
  },
  eto: { ...both("ETO", GOLD), preference: { loss: "dpo", gold: GOLD, rules: "eto" } },
  "seen-types": {
    title: "KnowSelf, three task types",
    sft: { id: "seen-types", form: "self-aware", taskTypes: SEEN },
    preference: null,
    mode: "adaptive",
  },
  "seen-types-fast": {
    title: "SFT on gold, three task types",
    sft: { id: "seen-types-gold", form: "gold", taskTypes: SEEN },
    preference: null,
    mode: "adaptive",
  },
  ...SCALING,
} as const satisfies Record<string, Arm>;

export type ArmId = keyof typeof ARMS;
export const ARM_IDS = Object.keys(ARMS) as [ArmId, ...ArmId[]];

/** Name of the folder of an arm's stage 2; arms that differ only in how they play share it. */
export const preferenceName = ({ sft, preference }: Arm): string | null =>
  preference && `${sft?.id ?? "base"}-${preference.loss}-${preference.rules}`;
