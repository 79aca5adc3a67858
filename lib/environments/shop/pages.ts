import { pythonJson } from "../../base/index.ts";
import { button, text, type Piece } from "./pieces.ts";
import { priceTag, pythonFloat, type Product } from "./product.ts";

export const SUB_PAGES = ["Description", "Features", "Reviews", "Attributes"] as const;
export type SubPage = (typeof SUB_PAGES)[number];

export const SEARCH = "Search";
export const BACK_TO_SEARCH = "Back to Search";
export const PREVIOUS = "< Prev";
export const NEXT = "Next >";
export const BUY = "Buy Now";

/** Products on one page of results. */
export const PAGE_SIZE = 10;

/*
 * Texts and order are those of WebShop's templates at the time of its paper, which KnowSelf, ETO and AgentGym use
 * (`web_agent_site/templates`); later ones say "< Back to Results" and show the query.
 */

export function startPage(instruction: string): Piece[] {
  return [text("WebShop"), text("Instruction: "), text(instruction), button(SEARCH)];
}

/** "Next >" is there on every page, the last too: what follows it is a page without products. */
export function resultsPage(instruction: string, results: readonly Product[], page: number): Piece[] {
  const products = results.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return [
    ...head(instruction),
    text(`Page ${page} (Total results: ${results.length})`),
    ...(page > 1 ? [button(PREVIOUS)] : []),
    button(NEXT),
    ...products.flatMap((product) => [
      { kind: "link" as const, text: product.asin },
      text(product.title),
      text(priceTag(product)),
    ]),
  ];
}

export function itemPage(instruction: string, product: Product, showAttributes: boolean): Piece[] {
  const options = [...product.options].flatMap(([name, values]) => [
    text(name),
    ...values.map((value) => ({ kind: "label" as const, text: value })),
  ]);
  return [
    ...head(instruction),
    button(PREVIOUS),
    ...options,
    text(product.title),
    text(`Price: ${priceTag(product)}`),
    text(`Rating: ${product.rating === null ? "N.A." : pythonFloat(product.rating)}`),
    ...subPages(showAttributes).map(button),
    button(BUY),
  ];
}

export function subPages(showAttributes: boolean): readonly SubPage[] {
  return showAttributes ? SUB_PAGES : SUB_PAGES.slice(0, 3);
}

export function subPage(instruction: string, product: Product, page: SubPage): Piece[] {
  const content: Record<SubPage, () => Piece[]> = {
    Description: () => [text(product.description)],
    Features: () => product.bullets.map((bullet) => text(` ${bullet}`)),
    // WebShop's reviews are switched off in its own loader.
    Reviews: () => [text("No reviews found")],
    Attributes: () => [
      ...product.attributes.map((attribute) => text(` ${attribute}`)),
      ...[product.category, product.query, product.productCategory].map(text),
    ],
  };
  return [...head(instruction), button(PREVIOUS), ...content[page]()];
}

/** After the purchase, hidden texts of the page included, as WebShop's text mode reads them. */
export function donePage(asin: string, chosen: ReadonlyMap<string, string>, reward: number): Piece[] {
  const sorted = new Map([...chosen].sort(([a], [b]) => (a < b ? -1 : 1)));
  const bought = ["asin", asin, "options", asciiJson(sorted), "attrs", "None", "category", "None", "query", "None"];
  const wanted = [
    "asin",
    "options",
    "attrs",
    "price upper",
    "instuction text",
    "category",
    "product category",
    "query",
  ];
  const texts = ["Thank you for shopping with us!", "Your code: ", "None", " (Paste it in your MTurk interface.)"];
  return [
    ...[...texts, "Purchased", ...bought, "product category", "None", "Target", ...wanted, "Goal ", "None", "Reward"],
    ...["Your score (min 0.0, max 1.0)", pythonFloat(reward), "Reward Details ", "None"],
  ].map(text);
}

/** A dictionary as Python's `json.dumps` writes it; a map, since an object would put names that are numbers first. */
export function asciiJson(entries: ReadonlyMap<string, string>): string {
  return `{${[...entries].map(([name, value]) => `${pythonJson(name)}: ${pythonJson(value)}`).join(", ")}}`;
}

function head(instruction: string): Piece[] {
  return [text("Instruction:"), text(instruction), button(BACK_TO_SEARCH)];
}
