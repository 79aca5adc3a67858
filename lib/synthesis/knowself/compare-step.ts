import { parseActionKey, sameHouseholdAction } from "./actions.ts";

/** Why a step is not compared although the agent did something else, see `compareStep`. */
export const SKIPS = ["unparsable", "close", "treated", "open_swap", "search", "won"] as const;
export type Skip = (typeof SKIPS)[number];

export type Verdict =
  | { readonly kind: "same" }
  | { readonly kind: "different" }
  /** `won` ends the task: what follows in the gold turns was not needed. */
  | { readonly kind: "skipped"; readonly why: Skip };

export interface Step {
  /** The task in words. */
  readonly objective: string;
  /** The gold agent's turn. */
  readonly gold: string;
  /** What the agent said in its place, and what that led to. */
  readonly explored: string;
  readonly observation: string;
  readonly won: boolean;
}

/**
 * Whether the agent's action at a step of an ALFWorld task is as good as the gold one (KnowSelf, `sample_pair_alfworld`).
 * Not counted as errors: output that cannot be read; not closing a door; heating, cooling or cleaning that succeeded;
 * opening the fridge or microwave before the treatment or treating without opening it; an action that wins.
 */
export function compareStep({ objective, gold, explored, observation, won }: Step): Verdict {
  const early = skipUnplayed(gold, explored);
  if (early) return { kind: "skipped", why: early };
  const [wanted, done] = [parseActionKey(gold), parseActionKey(explored)];
  if (!wanted.ok || !done.ok) return { kind: "skipped", why: "unparsable" };
  if (/cool|heat|hot|cold/.test(objective)) {
    if (/You (?:cool|heat)/.test(observation)) return { kind: "skipped", why: "treated" };
    if (!observation.includes("Nothing happens") && areSwapped(wanted.value, done.value))
      return { kind: "skipped", why: "open_swap" };
  }
  if (objective.includes("clean") && observation.includes("You clean")) return { kind: "skipped", why: "treated" };
  if (won) return { kind: "skipped", why: "won" };
  return { kind: sameHouseholdAction(gold, explored) ? "same" : "different" };
}

/** The skips that are decided before the action is carried out. */
export function skipUnplayed(gold: string, explored: string): "unparsable" | "close" | null {
  const [wanted, done] = [parseActionKey(gold), parseActionKey(explored)];
  if (!wanted.ok || !done.ok) return "unparsable";
  return wanted.value.verb === "close" && done.value.verb !== "close" ? "close" : null;
}

/**
 * Whether the gold turn searches for the second of two objects, or goes where the lamp is: no agent can know where these
 * are, so that the step is not compared (but see `no_find`).
 */
export function searchesAgain(objective: string, gold: string, holding: boolean): "object" | "lamp" | null {
  if (objective.includes("two") && !holding && !gold.includes("Action: take")) return "object";
  if (objective.includes("desklamp") && gold.includes("Action: go") && /desk|lamp/i.test(gold)) return "lamp";
  return null;
}

/** Whether one side opens the appliance and the other uses it at once. */
function areSwapped(gold: { verb: string; object: string }, done: { verb: string; object: string }): boolean {
  const treats = (verb: string): boolean => verb === "cool" || verb === "heat";
  const opens = ({ verb, object }: typeof gold): boolean =>
    verb === "open" && (object === "fridge" || object === "microwave");
  return (opens(gold) && treats(done.verb)) || (treats(gold.verb) && opens(done));
}
