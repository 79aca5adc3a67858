import { SOURCE_COLOURS } from "../labels/index.ts";
import { escapeHtml } from "../base/index.ts";
import type { Trajectory, Turn } from "../trajectory/index.ts";

export interface BrowserOptions {
  /** Show the first so many; the block says how many there are. */
  readonly limit?: number;
  /** A remark beside the title of an episode, such as its failure class. */
  readonly note?: (trajectory: Trajectory) => string | null;
}

/**
 * Episodes to open and read: one block of HTML, all text escaped, without script or outside request, so it works in a
 * notebook and in the report. Colours come from the page; only the kinds of text have their own.
 */
export function trajectoriesHtml(trajectories: readonly Trajectory[], options: BrowserOptions = {}): string {
  const { limit = 20, note } = options;
  const shown = trajectories.slice(0, limit);
  const count = `${shown.length} of ${trajectories.length} episodes`;
  const items = shown.map((trajectory) => item(trajectory, note?.(trajectory) ?? null));
  return `<div class="waymark-trajectories"><p>${count}</p>\n${items.join("\n")}\n</div>`;
}

function item(trajectory: Trajectory, note: string | null): string {
  const { task, success, steps, invalid, turns, agent } = trajectory;
  const mark = success ? "✓ won" : `✗ ${trajectory.stop.replaceAll("_", " ")}`;
  const facts = [`${steps} steps`, invalid > 0 ? `${invalid} refused` : "", note ?? ""].filter(Boolean).join(", ");
  const title =
    `<strong>${mark}</strong> ${escapeHtml(task.goal)} ` +
    `<small>(${escapeHtml(`${task.type}, ${task.source} ${task.split}; ${agent}: ${facts}`)})</small>`;
  const body = turns.map(turnHtml).join("\n");
  return (
    `<details style="margin: 0.3em 0"><summary style="cursor: pointer">${title}</summary>\n` +
    `<div style="margin: 0.4em 0 1em 1em; font-size: 0.9em">\n<p><small>${escapeHtml(task.id)}</small></p>\n${body}\n` +
    `</div></details>`
  );
}

function turnHtml(turn: Turn): string {
  if (turn.role !== "assistant") return line(turn.role === "system" ? "system" : "observation", turn.content);
  const untrained = turn.loss === false ? " (not trained on)" : "";
  if (turn.thought === undefined && turn.action === undefined) return line("action", turn.content, untrained);
  return [
    turn.thought === undefined ? "" : line("thought", turn.thought),
    turn.action === undefined ? "" : line("action", turn.action, untrained),
  ]
    .filter(Boolean)
    .join("\n");
}

function line(kind: "system" | "observation" | "thought" | "action", content: string, remark = ""): string {
  const style = `border-left: 3px solid ${SOURCE_COLOURS[kind]}; margin: 2px 0; padding: 0 0.5em; white-space: pre-wrap`;
  return `<div style="${style}"><small>${kind}${remark}</small> ${escapeHtml(content)}</div>`;
}
