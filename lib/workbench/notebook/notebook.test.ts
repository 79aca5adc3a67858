import { afterEach, describe, expect, it, vi } from "vitest";
import { liveFigure, showFigure, showMarkdown, showTable } from "./index.ts";
import { describeProgress, duration, progressBar, type ProgressState } from "./progress-bar.ts";
import { formatCell, tableHtml, tableText, toGrid } from "./table.ts";

describe("tables", () => {
  const rows = [
    { name: "<b>", rate: 0.123456, n: 3 },
    { name: "two\nlines", n: 40000, extra: null },
  ];

  it("take the columns of all rows and align numbers right", () => {
    expect(tableText(toGrid(rows), 20, "Caption")).toBe(
      [
        "Caption",
        "name         rate      n  extra",
        "─────────  ──────  ─────  ─────",
        "<b>        0.1235      3",
        "two lines          40000",
      ].join("\n"),
    );
  });

  it("escape every cell, column name and caption", () => {
    const html = tableHtml(toGrid([{ "<i>": "<script>" }]), 5, `"&'`);
    expect(html).toContain(`<th style="text-align:left">&lt;i&gt;</th>`);
    expect(html).toContain(`<td style="text-align:left">&lt;script&gt;</td>`);
    expect(html).toContain("&quot;&amp;&#39;</caption>");
  });

  it("say how many rows are not shown", () => {
    expect(tableText(toGrid({ columns: ["x"], rows: [[1], [2], [3]] }), 1)).toBe("x\n─\n1\n… 2 more of 3 rows");
    expect(tableHtml(toGrid({ objects: () => rows }), 1)).toContain("… 1 more of 2 rows");
  });

  it.each([
    [0.00001234, "1.234e-5"],
    [0.5, "0.5"],
    [2 / 3, "0.6667"],
    [12345.678, "12350"],
    [1234567, "1234567"],
    [NaN, "NaN"],
    [undefined, ""],
    [true, "true"],
    [{ a: 1 }, '{"a":1}'],
  ])("write %s as %s", (value, text) => expect(formatCell(value)).toBe(text));
});

describe("progress bars", () => {
  const state = (done: number, total: number, seconds: number, note?: string): ProgressState => ({
    label: "training",
    unit: "steps",
    update: { done, total, note },
    seconds,
  });

  it.each([
    [state(0, 4000, 0), false, "training 0/4,000 steps · 0 %"],
    [
      state(1200, 4000, 12, "loss 0.21"),
      false,
      "training 1,200/4,000 steps · 30 % · 100 steps/s · 28 s left · loss 0.21",
    ],
    [state(4000, 4000, 3725), true, "training 4,000/4,000 steps · 1.07 steps/s · 1 h 2 min"],
    [state(7, 0, 2), false, "training 7 steps · 3.50 steps/s"],
  ])("describe their state", (progress, final, text) => expect(describeProgress(progress, final)).toBe(text));

  it.each([
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [99.6, "1 min 40 s"],
    [119.7, "2 min 0 s"],
    [7199, "1 h 59 min"],
  ])("write %s seconds as %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  it("draw no more often than their surface wants, and always at the end", () => {
    let now = 0;
    const drawn: [number, boolean][] = [];
    const surface = {
      interval: 200,
      draw: (s: ProgressState, final: boolean) => void drawn.push([s.update.done, final]),
    };
    const bar = progressBar("x", "", surface, () => now);
    for (let done = 1; done <= 10; done++) {
      now += 50;
      bar.update({ done, total: 10 });
    }
    bar.close();
    expect(drawn).toEqual([
      [1, false],
      [5, false],
      [9, false],
      [10, true],
    ]);
  });
});

describe("outside of a notebook", () => {
  afterEach(() => vi.restoreAllMocks());

  it("displays are printed as text", () => {
    let printed = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((printed += String(text)), true));
    showTable([{ a: 1 }]);
    showFigure({ data: [{ type: "bar" }, { name: "two" }], layout: { title: "<b>Bars</b>" } });
    showMarkdown("**m**");
    expect(printed).toBe("a\n─\n1\n[figure:  Bars  (bar, two)]\n**m**\n");
  });
});

describe("live figures", () => {
  const KERNEL = Symbol.for("waymark.display");
  const kernel = globalThis as Record<symbol, unknown>;
  const titled = (title: string): { data: object[]; layout: object } => ({ data: [], layout: { title } });
  afterEach(() => Reflect.deleteProperty(kernel, KERNEL));

  it("are one output, redrawn in its place, not too often, and once more at the end", () => {
    const seen: unknown[] = [];
    kernel[KERNEL] = (content: { data: Record<string, unknown>; transient: { display_id: string } }, update: boolean) =>
      seen.push([content.data["text/plain"], content.transient.display_id, update]);
    let time = 0;
    const live = liveFigure(1000, () => time);
    for (const at of [0, 500, 999, 1500]) {
      time = at;
      live.update(() => titled(String(at)));
    }
    live.close(titled("end"));
    const id = (seen[0] as string[])[1];
    expect(seen).toEqual([
      ["[figure: 0 ()]", id, false],
      ["", id, true], // see display.ts
      ["[figure: 1500 ()]", id, true],
      ["", id, true],
      ["[figure: end ()]", id, true],
    ]);
  });

  it("outside of a notebook show their end alone", () => {
    let printed = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((printed += String(text)), true));
    const live = liveFigure(0);
    live.update(() => titled("middle"));
    live.close(titled("end"));
    expect(printed).toBe("[figure: end ()]\n");
  });
});
