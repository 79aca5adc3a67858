/** An action of the shop: a search for words, or a click on what the page offers. */
export interface ShopAction {
  readonly name: "search" | "click";
  /** In small letters; never empty. */
  readonly argument: string;
}

/**
 * Reads `search[words]` or `click[value]` as WebShop does: the pattern `(.+)\[(.+)\]` from the first letter on, of one line;
 * what follows the last bracket is ignored. Null for anything else.
 */
export function readShopAction(action: string): ShopAction | null {
  const match = /^([^\n]+)\[([^\n]+)\]/.exec(action);
  if (match === null || (match[1] !== "search" && match[1] !== "click")) return null;
  return { name: match[1], argument: match[2].toLowerCase() };
}

/** The action that clicks `value`; null for a value that no action can name, such as one with a bracket inside. */
export function clickAction(value: string): string | null {
  const action = `click[${value}]`;
  const read = readShopAction(action);
  return read?.name === "click" && read.argument === value ? action : null;
}
