import { UserError } from "../../base/index.ts";

/** A parsed s-expression: an atom, or a list with the line on which it begins (from 1). */
export type Expression = string | List;
export interface List {
  readonly line: number;
  readonly items: readonly Expression[];
}

/**
 * Parses PDDL text into its top-level lists. Any white space, comments (`;` to the end of the line) anywhere. `file`
 * names the source in errors.
 */
export function parseExpressions(text: string, file: string): List[] {
  const top: List[] = [];
  const open: { line: number; items: Expression[] }[] = [];
  let line = 1;
  for (const [token] of text.matchAll(/\n|;[^\n]*|[()]|[^\s();]+/g)) {
    if (token === "\n") line++;
    else if (token === "(") open.push({ line, items: [] });
    else if (token === ")") {
      const list = open.pop();
      if (list === undefined) throw new UserError(`${file}:${line}: a ")" closes nothing`);
      (open.at(-1)?.items ?? top).push(list);
    } else if (!token.startsWith(";")) {
      const list = open.at(-1);
      if (list === undefined) throw new UserError(`${file}:${line}: "${token}" stands outside of all brackets`);
      list.items.push(token);
    }
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw new UserError(
      `${file}:${unclosed.line}: the "(" of ${show(unclosed)} is never closed; is the file cut short?`,
    );
  }
  return top;
}

/** The first item where it is an atom, lower-cased: `and`, `:init`, `inreceptacle`. */
export function head(expression: Expression): string {
  const first = typeof expression === "string" ? expression : expression.items[0];
  return typeof first === "string" ? first.toLowerCase() : "";
}

/** The expression as text, shortened, for error messages. */
export function show(expression: Expression): string {
  const text = typeof expression === "string" ? expression : `(${expression.items.map(show).join(" ")})`;
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
