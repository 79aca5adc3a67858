import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeJson } from "../../base/index.ts";
import { renderMarkdown } from "./markdown.ts";
import { outputHtml } from "./outputs.ts";
import { buildReport } from "./report.ts";
import { sanitizeHtml } from "./sanitize.ts";

const ATTACK = `</script><script>alert("x")</script><img src=x onerror=alert(1)>`;

describe("sanitizeHtml", () => {
  it.each([
    [`<b>a</b><script>alert(1)</script>`, "<b>a</b>"],
    [`<td onclick="alert(1)" style="text-align:right">1</td>`, `<td style="text-align:right">1</td>`],
    [`<div style="background:url(http://a/b);color:red">x</div>`, `<div style="color:red">x</div>`],
    [`<img src="http://a/b.png"><iframe src="//a"></iframe>x`, "x"],
    [`<a href="javascript:alert(1)">x</a>`, "x"],
    [`<svg onload=alert(1)><style>@import url(//a)</style></svg>x`, "x"],
    [`<form action="//a"><input name="a">x</form>`, "x"],
    [`<style>.a{color:red}</style><i class="a">x</i>`, `<style>.output .a{color:red}\n</style><i class="a">x</i>`],
    [`<style>body{display:none}.a{background:url(//a)}@import "//a";</style>x`, `<style>.output .a{}\n</style>x`],
    [`<style>.a{color:red}</st</style><script>alert(1)</script>yle>x`, "yle&gt;x"],
  ])("makes %s harmless", (html, safe) => expect(sanitizeHtml(html)).toBe(safe));

  it("keeps what our tables, strips and episode lists are made of", () => {
    const html =
      `<details style="margin:0.3em 0"><summary style="cursor:pointer"><strong>won</strong> <small>(a)</small></summary>` +
      `<div style="border-left:3px solid #036a85;white-space:pre-wrap">go</div></details>` +
      `<figure class="token-strip" aria-label="x"><span class="action full" title="id 3, action, weight 1"> desk</span></figure>`;
    expect(sanitizeHtml(html)).toBe(html);
  });
});

describe("outputHtml", () => {
  it("escapes streams and removes terminal codes", () => {
    expect(outputHtml({ output_type: "stream", name: "stdout", text: ["\u001b[31m<b>", "red</b>\u001b[0m"] })).toBe(
      `<div class="output stream"><pre>&lt;b&gt;red&lt;/b&gt;</pre></div>\n`,
    );
  });

  it("escapes errors", () => {
    const error = { output_type: "error", ename: "E", evalue: ATTACK, traceback: [`E: ${ATTACK}`] } as const;
    expect(outputHtml(error)).not.toContain("<script>");
  });

  it("keeps a figure's JSON inside its element, unchanged", () => {
    const figure = { data: [{ name: ATTACK, x: [1] }], layout: {} };
    const html = outputHtml({
      output_type: "display_data",
      data: { "application/vnd.plotly.v1+json": figure, "text/plain": `[${ATTACK}]` },
    });
    const json = /<script type="application\/json">(.*?)<\/script>/s.exec(html)![1];
    expect(JSON.parse(json)).toEqual(figure);
    expect(html.replace(json, "")).not.toMatch(/<script>|<img/);
  });
});

describe("renderMarkdown", () => {
  it("shows HTML in Markdown as text and knows the headings", () => {
    const { html, headings } = renderMarkdown(`# A *b*\n\n${ATTACK}\n\nx <b>y</b>`, "n1");
    expect(html).toContain("&lt;b&gt;y&lt;/b&gt;");
    expect(html).not.toMatch(/<script|<img|<b>/);
    expect(headings).toEqual([{ level: 1, text: "A b", id: "n1-a-b" }]);
  });

  it("links only within the report", () => {
    const markdown =
      "[two](02-labels.ipynb) [web](https://example.org/a) ![i](https://example.org/i.png) [js](javascript:x)";
    const { html } = renderMarkdown(markdown, "n1", new Map([["02-labels.ipynb", "notebook-2"]]));
    expect(html).toBe(`<p><a href="#notebook-2">two</a> web (<code>https://example.org/a</code>) i js</p>\n`);
  });
});

describe("buildReport", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "waymark-report-"));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  let html = "";
  let visible = "";
  beforeAll(() => {
    const notebook = path.join(folder, "01-a.ipynb");
    const code = (source: string, outputs: object[]): object => ({ cell_type: "code", metadata: {}, source, outputs });
    writeJson(notebook, {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        { cell_type: "markdown", metadata: {}, source: `# Title ${ATTACK}\n\n## Part` },
        code(`const x = "${ATTACK}";`, [
          { output_type: "stream", name: "stdout", text: ATTACK },
          { output_type: "display_data", data: { "text/html": `<table><tr><td>${ATTACK}</td></tr></table>` } },
          { output_type: "display_data", data: { "application/vnd.plotly.v1+json": { data: [{ name: ATTACK }] } } },
        ]),
      ],
    });
    const out = path.join(folder, "report.html");
    buildReport({
      title: `Report ${ATTACK}`,
      summary: [
        { markdown: `A summary ${ATTACK}` },
        { table: [{ a: ATTACK, n: 0.5 }], caption: ATTACK },
        { figure: { data: [], layout: {} }, description: ATTACK },
      ],
      notebooks: [notebook],
      provenance: { note: ATTACK },
      out,
    });
    html = fs.readFileSync(out, "utf8");
    visible = html.replace(/<script\b[\s\S]*?<\/script>/g, ""); // what is left can be seen, or acts as markup
  });

  const scripts = (): string[] => [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1]);

  it("holds plotly.js once and one script of its own", () => {
    expect(scripts()).toHaveLength(2);
    expect(html.split("Copyright 2012-").length - 1).toBe(1);
    expect(html.match(/<script\b/gi)?.length).toBe(2 + 2); // the others are figures' JSON
  });

  it("allows exactly these scripts and no request", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    const hashes = scripts().map((script) => `'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    expect(policy).toBe(
      `default-src 'none'; script-src ${hashes.join(" ")}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  it("lets no text of a model become markup", () => {
    const tags = visible.replace(/="[^"]*"/g, "");
    expect(tags).not.toMatch(/<script|<img|<[^>]*\son\w+/i);
    expect(visible).toContain("&lt;img src=x onerror=alert(1)&gt;");
  });

  it("refers to nothing outside of itself", () => {
    expect(visible).not.toMatch(/(?:src|href|action|data)\s*=\s*["']?(?:https?:)?\/\//i);
    expect(visible).not.toMatch(/url\(|@import|<link\b|<base\b|<iframe|<object|<embed/i);
  });

  it("lists its contents", () => {
    expect(html).toContain(`<a href="#notebook-1-part">Part</a>`);
    expect(html).toContain(`id="notebook-1-part"`);
  });
});
