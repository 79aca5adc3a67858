import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { escapeHtml } from "../../base/index.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

/**
 * The whole document. Its policy lets no request out and no script run but the two below, named by their hashes: even
 * if text of a model slipped through as markup, it could do nothing. Inline styles are allowed, since plotly sets them
 * on the shapes it draws; they cannot load anything under this policy.
 */
export function page(title: string, body: string): string {
  const scripts = [plotlySource(), PAGE_SCRIPT];
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map((script) => `'sha256-${hash(script)}'`).join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data:", // plotly's heat maps and its camera button
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${body}
${scripts.map((script) => `<script>${script}</script>`).join("\n")}
</body>
</html>
`;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("base64");

/** plotly.js in its build without `eval`. What would end the script element early is spelled differently. */
function plotlySource(): string {
  const file = createRequire(import.meta.url).resolve("plotly.js");
  return fs
    .readFileSync(file, "utf8")
    .replace(/<\/(script)/gi, "<\\/$1")
    .replaceAll("<!--", "<\\!--");
}
