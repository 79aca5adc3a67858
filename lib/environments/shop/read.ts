/** Reading WebShop's texts back, for agents that know nothing else. What a hostile product text pretends is at worst believed. */

export interface ShopWish {
  /** The sentence without options and price limit. */
  readonly wish: string;
  /** Options stated by name, as synthetic goals have them. */
  readonly options: readonly { readonly name: string; readonly value: string }[];
  /** In dollars; null where the sentence states none. */
  readonly priceUpper: number | null;
}

/** Takes a goal sentence apart. */
export function readWish(instruction: string): ShopWish {
  const price = /,? and price lower than (\d+(?:\.\d+)?) dollars\s*$/.exec(instruction);
  const sentence = price ? instruction.slice(0, price.index) : instruction;
  const stated = /^(.*) with ([^:,]{1,30}: .*)$/s.exec(sentence);
  const options = (stated?.[2] ?? "").split(/, and (?=[^:,]{1,30}: )/).flatMap((part) => {
    const colon = part.indexOf(": ");
    return colon < 0 ? [] : [{ name: part.slice(0, colon), value: part.slice(colon + 2) }];
  });
  return { wish: stated?.[1] ?? sentence, options, priceUpper: price ? Number(price[1]) : null };
}

/** Words of a goal sentence that say nothing about the product. */
const FILLERS = new Set(
  (
    "a an the and or of for with without in on at by to from as that which this these those it its is are be am was were will " +
    "would should could can may must have has had having do does not no i im i'm i'd id me my we our you your she he her his they " +
    "them some any also both so too very really just please find get buy purchase order need needs want wants wanted looking look " +
    "like search searching shop shopping hoping trying something one ones kind type comes come made make makes product item items " +
    "good help give show let price priced lower less than under below dollars dollar cost costs color colour size style option"
  ).split(" "),
);

/** The words of a sentence that a shop can be searched for, in small letters, each once, in order. */
export function goalWords(sentence: string): string[] {
  const { wish, options } = readWish(sentence);
  return contentWords([wish, ...options.map(({ value }) => value)].join(" "));
}

/** The words of a text but for fillers, in small letters, each once, in order. */
export function contentWords(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’.][\p{L}\p{N}]+)*/gu) ?? [];
  return [...new Set(words.map((word) => word.replace(/['’]s$/, "")))].filter((word) => !FILLERS.has(word));
}

export interface ListedProduct {
  readonly asin: string;
  readonly title: string;
  /** In dollars; of a range, the lower. */
  readonly price: number;
}

export type ShopReading =
  | { readonly kind: "start"; readonly instruction: string }
  | { readonly kind: "results"; readonly page: number; readonly total: number; readonly products: ListedProduct[] }
  | {
      readonly kind: "item";
      readonly title: string;
      readonly price: number;
      /** Option name to values. Names are recognised by sight: a page does not mark them. */
      readonly options: ReadonlyMap<string, readonly string[]>;
    }
  | { readonly kind: "sub"; readonly text: string }
  | { readonly kind: "done" };

const OPTION_NAMES = new Set(
  (
    "color,colour,size,style,fit type,flavor,flavor name,scent,scent name,pattern,pattern name,material,material type,item shape," +
    "shape,configuration,capacity,length,width,height,team name,special size type,pack,package quantity,item package quantity," +
    "number of items,size name,style name,design,finish,wattage,voltage,connector type,edition,model,unit count,strap,power,weight"
  ).split(","),
);
const PRICE = /^\$(\d+(?:\.\d+)?)(?: to \$\d+(?:\.\d+)?)?$/;

/** Reads a page in mode `text`; null for anything else. A title known from the results tells where an item's options end. */
export function readShopPage(observation: string, title?: string): ShopReading | null {
  const parts = observation.split(" [SEP] ");
  if (parts[0] === "WebShop" && parts[1] === "Instruction:") {
    return { kind: "start", instruction: parts.slice(2, -1).join(" [SEP] ") };
  }
  if (parts[0] === "Thank you for shopping with us!") return { kind: "done" };
  const back = parts.indexOf("Back to Search", 1);
  if (parts[0] !== "Instruction:" || back < 0) return null;
  const rest = parts.slice(back + 1);
  const results = /^Page (\d+) \(Total results: (\d+)\)$/.exec(rest[0] ?? "");
  if (results) {
    return { kind: "results", page: Number(results[1]), total: Number(results[2]), products: listed(rest) };
  }
  if (rest[0] !== "< Prev") return null;
  const price = rest.findLastIndex(
    (part, index) => part.startsWith("Price: $") && rest[index + 1]?.startsWith("Rating: "),
  );
  if (price < 0 || rest.at(-1) !== "Buy Now") return { kind: "sub", text: rest.slice(1).join(" [SEP] ") };
  const titleParts = title === undefined ? 1 : title.split(" [SEP] ").length;
  return {
    kind: "item",
    title: rest.slice(price - titleParts, price).join(" [SEP] "),
    price: Number(PRICE.exec(rest[price].slice("Price: ".length))?.[1] ?? Number.NaN),
    options: options(rest.slice(1, price - titleParts)),
  };
}

function listed(parts: readonly string[]): ListedProduct[] {
  const products: ListedProduct[] = [];
  let start = parts.findIndex((part) => /^[A-Z0-9]{10}$/.test(part));
  while (start >= 0) {
    const end = parts.findIndex((part, index) => index > start && PRICE.test(part));
    if (end < 0) break;
    const price = Number(PRICE.exec(parts[end])![1]);
    products.push({ asin: parts[start], title: parts.slice(start + 1, end).join(" [SEP] "), price });
    start = parts.findIndex((part, index) => index > end && /^[A-Z0-9]{10}$/.test(part));
  }
  return products;
}

function options(parts: readonly string[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  let values: string[] | null = null;
  for (const part of parts) {
    if (values === null || (OPTION_NAMES.has(part) && values.length > 0)) groups.set(part, (values = []));
    else values.push(part);
  }
  return groups;
}
