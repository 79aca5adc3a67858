import { Marked } from "marked";
import { escapeHtml } from "../../base/index.ts";

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly id: string;
}

/**
 * Markdown as HTML, and its headings. HTML inside Markdown is shown as text. A link to another notebook of the report
 * becomes a jump in the page (`anchors`: file name → id); any other address stays readable but is no link.
 */
export function renderMarkdown(
  markdown: string,
  prefix: string,
  anchors: ReadonlyMap<string, string> = new Map(),
): { html: string; headings: Heading[] } {
  const headings: Heading[] = [];
  const marked = new Marked({
    renderer: {
      html: ({ text }) => escapeHtml(text),
      image: ({ text }) => escapeHtml(text),
      heading({ tokens, depth, text }) {
        const id = `${prefix}-${slug(text)}`;
        headings.push({ level: depth, text: plain(text), id });
        // The page's own title is the only first-level heading.
        const tag = `h${Math.min(depth + 1, 6)}`;
        return `<${tag} id="${id}">${this.parser.parseInline(tokens)}</${tag}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        const anchor = anchors.get(href.replace(/^.*\//, ""));
        if (anchor !== undefined) return `<a href="#${anchor}">${text}</a>`;
        return /^https?:/.test(href) && href !== text ? `${text} (<code>${escapeHtml(href)}</code>)` : text;
      },
    },
  });
  return { html: marked.parse(markdown, { async: false }), headings };
}

const plain = (markdown: string): string => markdown.replace(/[*_`]/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");

const slug = (text: string): string =>
  plain(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
