import { escapeHtml } from "../base/index.ts";

const TASK_LABELS: Readonly<Record<string, string>> = {
  pick_and_place_simple: "put",
  look_at_obj_in_light: "look in light",
  pick_clean_then_place_in_recep: "clean, put",
  pick_heat_then_place_in_recep: "heat, put",
  pick_cool_then_place_in_recep: "cool, put",
  pick_two_obj_and_place: "put two",
};

/** Short name of a task type; unknown types stand for themselves. Safe as plotly text. */
export const taskLabel = (type: string): string => TASK_LABELS[type] ?? text(type);

/**
 * Text from data (names, tokens, messages) as plotly shows it literally: plotly reads labels as a kind of HTML, but knows
 * no names of quotation marks.
 */
export const text = (value: string): string => escapeHtml(value).replaceAll("&quot;", '"').replaceAll("&#39;", "'");

/** Values in order of first appearance, each once. */
export const distinct = <T>(values: Iterable<T>): T[] => [...new Set(values)];

/** `12,345`, the same on every machine. */
export const count = (n: number): string => n.toLocaleString("en-US");
