import sanitize from "sanitize-html";

/**
 * HTML outputs of notebooks, reduced to what tables, text and boxes need. Scripts, event handlers, links, images, forms
 * and everything else that could run or load something is dropped; the page's content security policy stands behind it.
 */
export function sanitizeHtml(html: string): string {
  let styles = "";
  const rest = html.replace(/<style>([^<]*)<\/style>/gi, (_, css: string) => {
    styles += safeRules(css);
    return "";
  });
  return (styles === "" ? "" : `<style>${styles}</style>`) + sanitize(rest, OPTIONS);
}

const TAGS =
  "table caption colgroup col thead tbody tfoot tr th td div span p br hr pre code kbd small strong b em i u sub sup mark " +
  "ul ol li dl dt dd details summary figure figcaption blockquote h3 h4 h5 h6 progress section";

/** Colours, lengths and keywords; no function but colour functions, so nothing that loads or runs. */
const VALUE = /^(?:[\w\s#.,%+-]|\b(?:rgba?|hsla?|color-mix)\([\w\s#.,%+-]*\))+$/i;
const PROPERTIES =
  "color background background-color border border-left border-right border-top border-bottom border-color border-style " +
  "border-width border-radius border-collapse border-bottom-color border-bottom-style margin margin-left margin-right " +
  "margin-top margin-bottom padding padding-left padding-right padding-top padding-bottom width min-width max-width " +
  "height min-height max-height display flex gap align-items justify-content overflow overflow-x overflow-y " +
  "overflow-wrap font font-family font-size font-style font-weight line-height text-align text-decoration " +
  "vertical-align white-space opacity cursor";
const ALLOWED_PROPERTIES = new Set(PROPERTIES.split(" "));

const OPTIONS: sanitize.IOptions = {
  allowedTags: TAGS.split(" "),
  allowedAttributes: {
    "*": ["class", "style", "title", "aria-label"],
    td: ["colspan", "rowspan"],
    th: ["colspan", "rowspan", "scope"],
    details: ["open"],
    progress: ["value", "max"],
  },
  allowedStyles: { "*": Object.fromEntries([...ALLOWED_PROPERTIES].map((name) => [name, [VALUE]])) },
  allowedSchemes: [],
  disallowedTagsMode: "discard",
};

/** The rules of a style sheet that select by class only, confined to outputs; any other rule is dropped. */
function safeRules(css: string): string {
  let safe = "";
  for (const [, selector, body] of css.matchAll(/([^{}]*)\{([^{}]*)\}/g)) {
    if (!/^\.[\w-]+(?:[ .][\w.-]+)*$/.test(selector.trim())) continue;
    const declarations = body.split(";").filter((declaration) => {
      const [, property, value] = /^\s*([\w-]+)\s*:(.*)$/s.exec(declaration) ?? [];
      return property !== undefined && ALLOWED_PROPERTIES.has(property) && VALUE.test(value);
    });
    safe += `.output ${selector.trim()}{${declarations.join(";")}}\n`;
  }
  return safe;
}
