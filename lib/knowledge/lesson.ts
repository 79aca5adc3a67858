import type { RuleType } from "./rule.ts";

/** A rule that a program can draw from a pair of steps, and when it does. */
export interface Lesson<Step> {
  readonly rule: string;
  readonly type: RuleType;
  readonly applies: (step: Step) => boolean;
}
