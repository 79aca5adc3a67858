import { randomUUID } from "node:crypto";
import { escapeHtml, type OnProgress, type ProgressUpdate } from "../../base/index.ts";
import { insideNotebook, showUpdatable } from "./display.ts";

export interface ProgressBar {
  /** Give this to a long-running library function. */
  readonly update: OnProgress;
  /** Draws the final state; `note` replaces the last one. Every bar must be closed. */
  close(note?: string): void;
}

/** Where a bar is drawn. Tests give their own. */
export interface ProgressSurface {
  /** Milliseconds between two drawings, at least. */
  readonly interval: number;
  draw(state: ProgressState, final: boolean): void;
}

export interface ProgressState {
  readonly label: string;
  readonly unit: string;
  readonly update: ProgressUpdate;
  /** Since the bar was made. */
  readonly seconds: number;
}

/**
 * A live bar with rate and time left. In a notebook it is one output, updated in place; in a terminal it is one line on
 * stderr; where stderr is a file, a line every five seconds.
 */
export function progressBar(
  label: string,
  unit = "",
  surface: ProgressSurface = defaultSurface(),
  now: () => number = () => performance.now(),
): ProgressBar {
  const start = now();
  let drawn = -Infinity;
  let last: ProgressUpdate = { done: 0, total: 0 };
  const state = (): ProgressState => ({ label, unit, update: last, seconds: (now() - start) / 1000 });
  return {
    update: (update) => {
      last = update;
      if (now() - drawn < surface.interval) return;
      drawn = now();
      surface.draw(state(), false);
    },
    close: (note) => {
      if (note !== undefined) last = { ...last, note };
      surface.draw(state(), true);
    },
  };
}

function defaultSurface(): ProgressSurface {
  if (insideNotebook()) return notebookSurface();
  return process.stderr.isTTY ? terminalSurface() : logSurface();
}

function notebookSurface(): ProgressSurface {
  const id = randomUUID();
  let shown = false;
  return {
    interval: 200,
    draw: (state, final) => {
      const { done, total } = state.update;
      const bar = final && done >= total ? "" : `<progress value="${done}" max="${Math.max(total, 1)}"></progress> `;
      const text = describeProgress(state, final);
      const html = `<div>${bar}<code>${escapeHtml(text)}</code></div>`;
      showUpdatable(id, { "text/html": html, "text/plain": text }, shown);
      shown = true;
    },
  };
}

function terminalSurface(): ProgressSurface {
  return {
    interval: 200,
    draw: (state, final) => {
      const width = (process.stderr.columns || 80) - 1;
      process.stderr.write(`\r\x1b[K${describeProgress(state, final).slice(0, width)}${final ? "\n" : ""}`);
    },
  };
}

function logSurface(): ProgressSurface {
  return {
    interval: 5000,
    draw: (state, final) => void process.stderr.write(describeProgress(state, final) + "\n"),
  };
}

/** For example `training 1200/4000 steps · 35 % · 85.1 steps/s · 33 s left · loss 0.21`. */
export function describeProgress({ label, unit, update, seconds }: ProgressState, final: boolean): string {
  const { done, total, note } = update;
  if (final && done === 0 && total === 0) return `${label} · done before`;
  const rate = seconds > 0 ? done / seconds : 0;
  const name = unit === "" ? "" : ` ${unit}`;
  const parts = [`${label} ${total > 0 ? `${group(done)}/${group(total)}` : group(done)}${name}`];
  if (total > 0 && !final) parts.push(`${Math.floor((100 * done) / total)} %`);
  if (done > 0 && seconds >= 0.5) parts.push(`${formatRate(rate)}${name}/s`);
  if (final) parts.push(duration(seconds));
  else if (rate > 0 && total > done && seconds >= 1) parts.push(`${duration((total - done) / rate)} left`);
  if (note) parts.push(note);
  return parts.join(" · ");
}

const group = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");

const formatRate = (rate: number): string => (rate >= 100 ? group(Math.round(rate)) : rate.toPrecision(3));

/** For example `3.2 s`, `85 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
