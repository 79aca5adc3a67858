import { isDate } from "./moment-text.ts";
import { ToolFailure } from "./tool.ts";

/** Longest expression, in characters, and most nodes of its tree: they bound the time, as there are no loops. */
const MAX_CHARACTERS = 1000;
const MAX_NODES = 300;

/** What may be called. All take numbers but `days` and `years`, which take two dates as "YYYY-MM-DD". */
export const FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "abs sqrt cbrt exp log ln log2 log10 pow mod gcd lcm factorial round floor ceil sign min max mean median " +
    "sin cos tan asin acos atan atan2 sinh cosh tanh hypot days years"
  ).split(" "),
);
const CONSTANTS: ReadonlySet<string> = new Set(["pi", "e", "tau", "phi"]);
const OPERATORS: ReadonlySet<string> = new Set(
  "add subtract multiply divide pow mod unaryMinus unaryPlus factorial".split(" "),
);

/** The shape of a parsed node that we look at. */
interface ExpressionNode {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly fn?: unknown;
  traverse(visit: (node: ExpressionNode) => void): void;
  evaluate(scope: Map<string, unknown>): unknown;
}

/**
 * The value of an arithmetic expression in double precision, printed with 15 digits. Parsed by mathjs, then every node of
 * the tree is held against a list of what is allowed: numbers, the operators, constants and functions above. No names are
 * assigned, nothing is indexed, no text is run as code. Throws `ToolFailure`: `too_long`, `not_an_expression`,
 * `not_allowed`, `not_finite`.
 */
export async function evaluateExpression(expression: string): Promise<string> {
  if (expression.length > MAX_CHARACTERS)
    throw new ToolFailure("too_long", `the expression has ${expression.length} characters, at most ${MAX_CHARACTERS}`);
  const { parse, format } = await import("mathjs/number");
  let tree: ExpressionNode;
  try {
    tree = parse(expression) as unknown as ExpressionNode;
  } catch (error) {
    throw new ToolFailure("not_an_expression", `${expression}: ${(error as Error).message}`);
  }
  checkNodes(tree, expression);
  let value: unknown;
  try {
    value = tree.evaluate(new Map<string, unknown>([["days", days], ["years", years], ["ln", Math.log]])); // prettier-ignore
  } catch (error) {
    if (error instanceof ToolFailure) throw error;
    throw new ToolFailure("not_an_expression", `${expression}: ${(error as Error).message}`);
  }
  if (typeof value !== "number") throw new ToolFailure("not_an_expression", `${expression} is no number`);
  if (!Number.isFinite(value)) throw new ToolFailure("not_finite", `${expression} has no finite value`);
  return format(value, { precision: 15, lowerExp: -7, upperExp: 15 });
}

function checkNodes(tree: ExpressionNode, expression: string): void {
  let nodes = 0;
  let calculates = false;
  tree.traverse((node) => {
    if (++nodes > MAX_NODES) throw new ToolFailure("too_long", `more than ${MAX_NODES} parts in the expression`);
    const refuse = (what: string): never => {
      throw new ToolFailure("not_allowed", `${what} in ${expression.slice(0, 200)}`);
    };
    switch (node.type) {
      case "ParenthesisNode":
        return;
      case "ConstantNode":
        calculates = true;
        if (typeof node.value !== "number" && typeof node.value !== "string") refuse(String(node.value));
        return;
      case "OperatorNode":
        if (!OPERATORS.has(String(node.fn))) refuse(String(node.fn));
        return;
      case "FunctionNode":
        if (!FUNCTIONS.has(nameOf(node.fn))) refuse(`${nameOf(node.fn) || "a computed function"}()`);
        return;
      case "SymbolNode":
        if (!CONSTANTS.has(node.name ?? "") && !FUNCTIONS.has(node.name ?? "")) refuse(node.name ?? "a name");
        if (CONSTANTS.has(node.name ?? "")) calculates = true;
        return;
      default:
        refuse(node.type.replace(/Node$/, ""));
    }
  });
  if (!calculates) throw new ToolFailure("not_an_expression", `no number in ${expression.slice(0, 200)}`);
}

const nameOf = (node: unknown): string =>
  typeof node === "object" && node !== null && "name" in node ? String(node.name) : "";

/** Days from one date to the other. */
function days(from: unknown, to: unknown): number {
  return (dayNumber(to) - dayNumber(from)) / 86_400_000;
}

/** The same in years of 365.2425 days. */
function years(from: unknown, to: unknown): number {
  return days(from, to) / 365.2425;
}

function dayNumber(date: unknown): number {
  if (typeof date === "string" && isDate(date)) return Date.parse(`${date}T00:00:00Z`);
  throw new ToolFailure("not_an_expression", `no date as "YYYY-MM-DD": ${String(date)}`);
}
