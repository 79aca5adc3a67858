import { z } from "zod";

/** One change of the list, as a model asks for it. `number` counts from 1. */
export const insightCallSchema = z.object({
  operation: z.enum(["ADD", "EDIT", "AGREE", "REMOVE"]),
  /** Of the insight; null for ADD. */
  number: z.number().int().nullable(),
  /** Null for AGREE and REMOVE. */
  text: z.string().nullable(),
});
export type InsightCall = z.infer<typeof insightCallSchema>;

export interface Insight {
  readonly text: string;
  /** How much speaks for it: 2 when it is added, one more with each AGREE or EDIT, one less with each REMOVE. */
  readonly support: number;
}

/**
 * ExpeL's list of insights (its section 4.3; the counts are those of its code). What has no support left is dropped. A
 * full list takes no further ones, and there a REMOVE counts three times.
 */
export class InsightList {
  readonly limit: number;
  #insights: Insight[] = [];

  constructor(limit: number, insights: readonly Insight[] = []) {
    this.limit = limit;
    this.#insights = [...insights];
  }

  /** The best supported first. */
  get insights(): readonly Insight[] {
    return this.#insights;
  }

  get isFull(): boolean {
    return this.#insights.length >= this.limit;
  }

  /**
   * Carries the calls of one answer out; all numbers mean the list before the first of them.
   * @returns what became of each call
   */
  apply(calls: readonly InsightCall[]): string[] {
    const changed: Insight[] = [...this.#insights];
    const wasFull = this.isFull;
    const reports = calls.map(({ operation, number, text }) => {
      const said = text?.trim().replace(/\s+/g, " ") ?? "";
      if (operation === "ADD") {
        if (said === "") return "ADD: no text";
        if (changed.some((insight) => insight.text === said)) return "ADD: it is in the list";
        if (changed.filter(({ support }) => support > 0).length >= this.limit)
          return `ADD: the list is full (${this.limit})`;
        changed.push({ text: said, support: 2 });
        return "ADD: done";
      }
      const index = (number ?? 0) - 1;
      const insight = index < this.#insights.length ? changed[index] : undefined;
      if (insight === undefined) return `${operation}: there is no insight ${number}`;
      if (operation === "EDIT" && said === "") return `EDIT ${number}: no text`;
      const step = operation === "REMOVE" ? (wasFull ? -3 : -1) : 1;
      changed[index] = { text: operation === "EDIT" ? said : insight.text, support: insight.support + step };
      return `${operation} ${number}: done`;
    });
    this.#insights = changed.filter(({ support }) => support > 0).sort((a, b) => b.support - a.support);
    return reports;
  }
}
