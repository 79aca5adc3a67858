import type { KnowledgeSource } from "../../evaluation/index.ts";
import type { PreferenceLoss } from "../../training/index.ts";
import type { ArmId } from "./settings.ts";

/** Which trajectories a stage-1 training sees. */
export const VARIANTS = ["gold", "self-aware", "no-knowledge", "no-reflection", "full-knowledge"] as const;
export type Variant = (typeof VARIANTS)[number];

/** What is trained, in which stages, and how it plays. */
export interface Arm {
  readonly title: string;
  /** Stage 1: supervised fine-tuning on these trajectories; null: the base as it is. */
  readonly sft: Variant | null;
  /** Stage 2: pairs of these gold trajectories and the student's own failures. */
  readonly preference: { readonly loss: PreferenceLoss; readonly gold: Variant; readonly rules: "rpo" | "eto" } | null;
  readonly mode: KnowledgeSource["mode"];
}

const rpo = (gold: Variant): Arm["preference"] => ({ loss: "rpo_paper", gold, rules: "rpo" });

export const ARMS: Readonly<Record<ArmId, Arm>> = {
  base: { title: "base", sft: null, preference: null, mode: "adaptive" },
  fast: { title: "SFT on gold (all fast)", sft: "gold", preference: null, mode: "adaptive" },
  sft: { title: "KnowSelf, stage 1", sft: "self-aware", preference: null, mode: "adaptive" },
  knowself: { title: "KnowSelf", sft: "self-aware", preference: rpo("self-aware"), mode: "adaptive" },
  always: { title: "KnowSelf, always told", sft: "self-aware", preference: rpo("self-aware"), mode: "always" },
  never: { title: "KnowSelf, never told", sft: "self-aware", preference: rpo("self-aware"), mode: "never" },
  "no-knowledge": {
    title: "without knowledge",
    sft: "no-knowledge",
    preference: rpo("no-knowledge"),
    mode: "adaptive",
  },
  "no-reflection": {
    title: "without reflection",
    sft: "no-reflection",
    preference: rpo("no-reflection"),
    mode: "adaptive",
  },
  "full-knowledge": {
    title: "full knowledge",
    sft: "full-knowledge",
    preference: rpo("full-knowledge"),
    mode: "always",
  },
  "rpo-only": { title: "RPO only", sft: null, preference: rpo("self-aware"), mode: "adaptive" },
  dpo: {
    title: "stage 1 + DPO",
    sft: "self-aware",
    preference: { loss: "dpo", gold: "self-aware", rules: "rpo" },
    mode: "adaptive",
  },
  eto: { title: "ETO", sft: "gold", preference: { loss: "dpo", gold: "gold", rules: "eto" }, mode: "adaptive" },
};

/** Name of the folder of an arm's stage 2; arms that differ only in how they play share it. */
export const preferenceName = ({ sft, preference }: Arm): string | null =>
  preference && `${sft ?? "base"}-${preference.loss}-${preference.rules}`;
