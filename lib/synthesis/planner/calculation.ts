/**
 * The number that a task in words asks for: an expression of + - * / ^ and brackets, or the sum, average or difference of
 * the numbers in it. Null where there is nothing to calculate.
 */
export function calculate(task: string): number | null {
  const text = task
    .replaceAll("×", "*")
    .replaceAll("−", "-")
    .replace(/\bto the power of\b/g, "^")
    .replace(/\braised\b/g, "");
  const result = evaluateWithin(text) ?? inWords(text);
  return result !== null && Number.isFinite(result) ? result : null;
}

/** At most four decimals, none that is not needed. */
export const numberText = (value: number): string => String(Number(value.toFixed(4)));

function inWords(text: string): number | null {
  const numbers = [...text.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
  if (numbers.length < 2) return null;
  const sum = numbers.reduce((a, b) => a + b, 0);
  if (/\b(average|mean)\b/i.test(text)) return sum / numbers.length;
  if (/\b(sum|total)\b/i.test(text)) return sum;
  if (/\bdifference\b/i.test(text) && numbers.length === 2) return Math.abs(numbers[0] - numbers[1]);
  return null;
}

/** The longest piece of text that looks like an expression with at least one operation. */
function evaluateWithin(text: string): number | null {
  const pieces = [...text.matchAll(/[(\d][\d.+\-*/^() ]*[\d)]/g)].map(([piece]) => piece);
  const longest = pieces.filter((piece) => /[+\-*/^]/.test(piece)).sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? null : new Expression(longest).value();
}

/** Recursive descent; every method takes what it understands off the tokens. */
class Expression {
  readonly #tokens: string[];

  constructor(text: string) {
    this.#tokens = text.match(/\d+(?:\.\d+)?|[+\-*/^()]/g) ?? [];
  }

  /** Null where the text is no expression. */
  value(): number | null {
    const result = this.#sum();
    return this.#tokens.length === 0 && !Number.isNaN(result) ? result : null;
  }

  #sum(): number {
    let left = this.#product();
    for (let sign = this.#take("+", "-"); sign; sign = this.#take("+", "-")) {
      const right = this.#product();
      left = sign === "+" ? left + right : left - right;
    }
    return left;
  }

  #product(): number {
    let left = this.#power();
    for (let sign = this.#take("*", "/"); sign; sign = this.#take("*", "/")) {
      const right = this.#power();
      left = sign === "*" ? left * right : left / right;
    }
    return left;
  }

  #power(): number {
    const base = this.#atom();
    return this.#take("^") ? base ** this.#power() : base;
  }

  #atom(): number {
    if (this.#take("-")) return -this.#atom();
    if (this.#take("(")) {
      const inner = this.#sum();
      return this.#take(")") ? inner : NaN;
    }
    return Number(this.#tokens.shift() ?? NaN);
  }

  #take(...wanted: readonly string[]): string | undefined {
    return wanted.includes(this.#tokens[0]) ? this.#tokens.shift() : undefined;
  }
}
