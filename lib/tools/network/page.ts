import { Readability } from "@mozilla/readability";
import { parseHTML } from "linkedom";
import { dataText } from "../data-text.ts";
import { ToolFailure } from "../tool.ts";

export interface Page {
  readonly title: string;
  /** The article, or all visible text; blocks are paragraphs. */
  readonly text: string;
}

interface HtmlNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly textContent: string | null;
  readonly childNodes: ArrayLike<HtmlNode>;
}

/** Beyond these a page is not parsed, or only its text is taken: both readers take more than linear time. */
const MAX_ELEMENTS = 20_000;
const MAX_DEPTH = 150;
const HIDDEN = new Set("SCRIPT STYLE NOSCRIPT TEMPLATE SVG IFRAME OBJECT SELECT TEXTAREA HEAD".split(" "));
const BLOCK = new Set(
  "P DIV SECTION ARTICLE MAIN HEADER FOOTER NAV ASIDE H1 H2 H3 H4 H5 H6 UL OL LI DL DT DD TABLE TR BR HR PRE BLOCKQUOTE FIGURE FIGCAPTION".split(
    " ",
  ),
);

/**
 * Title and readable text of an HTML page. No script runs and nothing is loaded: the page is only parsed. Throws
 * `ToolFailure` `not_readable` for a page without text or with a tree too big or too deep.
 */
export function readPage(html: string): Page {
  const { elements, depth } = shapeOf(html);
  if (elements > MAX_ELEMENTS) throw new ToolFailure("not_readable", `the page has ${elements} elements`);
  const page = whole(html);
  try {
    const { document } = parseHTML(page);
    const title = dataText(document.title ?? "", 300);
    const all = dataText(visibleText(document.body as unknown as HtmlNode));
    if (all === "") throw new ToolFailure("not_readable", "the page has no text");
    // Readability changes the tree that it reads, and takes minutes for one of a thousand levels.
    const article = depth > MAX_DEPTH ? null : new Readability(document as never).parse();
    if (!article?.content) return { title, text: all };
    const text = dataText(visibleText(parseHTML(whole(article.content)).document.body as unknown as HtmlNode));
    return { title: title || dataText(article.title ?? "", 300), text: text.length >= 200 ? text : all };
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    // A tree of many thousand levels ends the parser's stack.
    throw new ToolFailure("not_readable", `the page cannot be parsed: ${(error as Error).message}`);
  }
}

/** Elements that hold none, or that are often not closed because the next one does it. */
const LEVELLESS = new Set(
  "area base br col embed hr img input link meta param source track wbr p li td tr th dt dd option".split(" "),
);

/** Elements and levels of a page as its tags have it, before a tree is built: a tag left open counts as open to the end. */
function shapeOf(html: string): { elements: number; depth: number } {
  let [elements, open, depth] = [0, 0, 0];
  for (const [, end, name] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)/g)) {
    if (end === "") elements++;
    if (LEVELLESS.has(name.toLowerCase())) continue;
    open = Math.max(0, open + (end === "" ? 1 : -1));
    depth = Math.max(depth, open);
  }
  return { elements, depth };
}

/** linkedom finds no body in a fragment. */
const whole = (html: string): string => (/<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`);

function visibleText(root: HtmlNode): string {
  const parts: string[] = [];
  // By hand and not by recursion: depth is the page's choice.
  const stack: (HtmlNode | string)[] = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (typeof node === "string") parts.push(node);
    else if (node.nodeType === 3) parts.push((node.textContent ?? "").replace(/\s+/g, " "));
    else if (node.nodeType === 1 && !HIDDEN.has(node.nodeName.toUpperCase())) {
      const block = BLOCK.has(node.nodeName.toUpperCase());
      if (block) stack.push("\n");
      for (let i = node.childNodes.length - 1; i >= 0; i--) stack.push(node.childNodes[i]);
      if (block) stack.push("\n");
    }
  }
  return parts.join("").replace(/\s*\n\s*/g, "\n").trim(); // prettier-ignore
}
