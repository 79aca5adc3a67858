import { UserError } from "../../base/index.ts";
import { botWithPlanGrammar } from "./bot-with-plan.ts";
import { ANY_NUMBER, integerGrammar, numberGrammar, type Bounds } from "./numbers.ts";
import {
  areDisjoint,
  checkAlone,
  checkedSchema,
  jsonType,
  resolveReference,
  sizeOf,
  typesOf,
  type JsonSchema,
  type SchemaObject,
  type TypeName,
} from "./schema.ts";

/**
 * Who reads the grammar: xgrammar's EBNF or llama.cpp's GBNF. They differ in how strings are written.
 * `bot-with-plan` is GBNF too, in the words of that project and as loose as there: see `botWithPlanGrammar`.
 */
export type GrammarDialect = "xgrammar" | "gbnf" | "bot-with-plan";

/** JSON text, without line breaks; both dialects understand it. */
const JSON_RULES = String.raw`
value ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" (pair (comma pair)*)? "}"
pair ::= string colon value
array ::= "[" (value (comma value)*)? "]"
number ::= ${ANY_NUMBER}
comma ::= "," " "?
colon ::= ":" " "?
character ::= [\x20-\x21\x23-\x5B\x5D-\x7F] | "\\" escape | multibyte
escape ::= ["\\/bfnrt] | "u" ([0-9a-cA-CefEF] hex hex hex | [dD] [0-7] hex hex)
hex ::= [0-9a-fA-F]
`;

/**
 * Strings and characters outside ASCII. For xgrammar these are spelled out byte by byte, well-formed UTF-8 only: version
 * 0.1.27 takes classes of such characters for bytes, and their negation for any bytes. (A class of one byte has to name it
 * twice, or it is taken for the character of that number.) And there a string is one rule that uses itself: what tokens a
 * rule allows is known beforehand only as far as they stay in it, and with a rule for each character masks took about
 * fifty times as long.
 */
const STRING_RULES: Readonly<Record<Exclude<GrammarDialect, "bot-with-plan">, string>> = {
  xgrammar: String.raw`
string ::= "\"" text
text ::= "\"" | [\x20-\x21\x23-\x5B\x5D-\x7F] text | "\\" escape text | [\xC2-\xDF] tail text | [\xE0\xE0] [\xA0-\xBF] tail text | [\xE1-\xEC\xEE-\xEF] tail tail text | [\xED\xED] [\x80-\x9F] tail text | [\xF0\xF0] [\x90-\xBF] tail tail text | [\xF1-\xF3] tail tail tail text | [\xF4\xF4] [\x80-\x8F] tail tail text
multibyte ::= [\xC2-\xDF] tail | [\xE0\xE0] [\xA0-\xBF] tail | [\xE1-\xEC\xEE-\xEF] tail tail | [\xED\xED] [\x80-\x9F] tail | [\xF0\xF0] [\x90-\xBF] tail tail | [\xF1-\xF3] tail tail tail | [\xF4\xF4] [\x80-\x8F] tail tail
tail ::= [\x80-\xBF]`,
  gbnf: String.raw`
string ::= "\"" character* "\""
multibyte ::= [\u0080-\uD7FF\uE000-\uFFFF\U00010000-\U0010FFFF]`,
};

/**
 * The JSON texts that satisfy a schema, as a grammar with the rule `root`: properties in the order of the schema, on one
 * line, with at most one space behind commas and colons. What cannot be guaranteed is refused with a `UserError`.
 *
 * Where a schema leaves something open, less may be written than it allows: no properties beside those it names, no
 * characters beyond the first plane in escapes, numbers of at most 15 digits and 15 decimals.
 */
export function jsonGrammar(schema: JsonSchema, dialect: GrammarDialect = "xgrammar"): string {
  if (dialect === "bot-with-plan") return botWithPlanGrammar(schema);
  const writer = new GrammarWriter(schema);
  const root = writer.expression(schema, "#", new Set());
  return [`root ::= ${root}`, ...writer.rules, JSON_RULES.trim(), STRING_RULES[dialect].trim(), ""].join("\n");
}

/** Schemas that are being read, with no text between them: one that leads back to them would never end. */
type Open = ReadonlySet<unknown>;

class GrammarWriter {
  readonly rules: string[] = [];
  readonly #root: JsonSchema;
  /** Names of rules, by what a reference points to. */
  readonly #references = new Map<unknown, string>();
  #named = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** EBNF of a schema: a name or something in parentheses. */
  expression(given: unknown, where: string, open: Open): string {
    const schema = checkedSchema(given, where);
    if (open.has(given)) throw new UserError(`${where}: the schema leads back to itself without anything between`);
    const inside = new Set(open).add(given);
    if (schema.$ref !== undefined) return this.#reference(schema, where, inside);
    if (schema.enum !== undefined || schema.const !== undefined) return literals(schema, where);
    for (const keyword of ["anyOf", "oneOf", "allOf"])
      if (schema[keyword] !== undefined) return this.#alternatives(schema, keyword, where, inside);
    const types = typesOf(schema, where);
    return types.length === 0 ? "value" : choice(types.map((type) => this.#ofType(type, schema, where)));
  }

  #reference(schema: SchemaObject, where: string, open: Open): string {
    checkAlone(schema, "$ref", where);
    const target = resolveReference(this.#root, schema.$ref, where);
    if (typeof target !== "object" || target === null) return this.expression(target, where, open);
    if (open.has(target)) throw new UserError(`${where}: $ref ${JSON.stringify(schema.$ref)} leads back to itself`);
    const known = this.#references.get(target);
    if (known !== undefined) return known;
    const name = this.#newName();
    this.#references.set(target, name);
    this.#define(name, this.expression(target, String(schema.$ref), open));
    return name;
  }

  #alternatives(schema: SchemaObject, keyword: string, where: string, open: Open): string {
    checkAlone(schema, keyword, where);
    const list = schema[keyword];
    if (!Array.isArray(list) || list.length === 0)
      throw new UserError(`${where}: ${keyword} must be a list of schemas, with one at least`);
    if (keyword === "allOf" && list.length > 1)
      throw new UserError(`${where}: allOf of several schemas cannot be guaranteed; write them as one`);
    if (keyword === "oneOf")
      list.forEach((schema, i) =>
        list.slice(0, i).forEach((other, j) => {
          if (!areDisjoint(this.#root, schema, other, `${where}/oneOf`))
            throw new UserError(`${where}: a value might satisfy both ${j} and ${i} of oneOf; use anyOf`);
        }),
      );
    return choice(list.map((schema, i) => this.expression(schema, `${where}/${keyword}/${i}`, open)));
  }

  #ofType(type: TypeName, schema: SchemaObject, where: string): string {
    switch (type) {
      case "null":
        return `"null"`;
      case "boolean":
        return `("true" | "false")`;
      case "integer":
        return `(${integerGrammar(boundsOf(schema, where), where)})`;
      case "number": {
        const bounds = boundsOf(schema, where);
        return Object.keys(bounds).length === 0 ? "number" : `(${numberGrammar(bounds, where)})`;
      }
      case "string": {
        const range = repetition(sizeOf(schema, "minLength", where) ?? 0, sizeOf(schema, "maxLength", where), where);
        return range === "*" ? "string" : `("\\"" ${range === "" ? "" : `character${range} `}"\\"")`;
      }
      case "array":
        return this.#array(schema, where);
      case "object":
        return this.#object(schema, where);
    }
  }

  #array(schema: SchemaObject, where: string): string {
    const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : []);
    if (!Array.isArray(tuple)) throw new UserError(`${where}: prefixItems must be a list of schemas`);
    const others = Array.isArray(schema.items) ? schema.additionalItems : schema.items;
    const least = sizeOf(schema, "minItems", where) ?? 0;
    const most = sizeOf(schema, "maxItems", where) ?? Infinity;
    if (least > most) throw new UserError(`${where}: at least ${least} and at most ${most} items cannot be`);
    const first = tuple.slice(0, most).map((item, i) => this.expression(item, `${where}/prefixItems/${i}`, new Set()));
    // Beyond a tuple nothing more is written, unless something more is asked for.
    const isClosed = others === false || (others === undefined && tuple.length >= Math.max(1, least));
    if (others === false && least > tuple.length)
      throw new UserError(`${where}: minItems ${least}, but only ${tuple.length} are allowed`);
    const limit = isClosed ? first.length : most;
    const range = [least - first.length, limit - first.length] as const;
    if (range[1] <= 0) return first.length === 0 ? `"[]"` : `("[" ${first.join(" comma ")} "]")`;
    const item = this.expression(others ?? true, `${where}/items`, new Set());
    if (first.length > 0) {
      const more = this.#rule(`comma ${item}`);
      return `("[" ${first.join(" comma ")} ${more}${repetition(Math.max(0, range[0]), range[1], where)} "]")`;
    }
    const more = repetition(Math.max(0, least - 1), most - 1, where);
    const some = `${item}${more === "" ? "" : ` ${this.#rule(`comma ${item}`)}${more}`}`;
    return least === 0 ? `("[" (${some})? "]")` : `("[" ${some} "]")`;
  }

  #object(schema: SchemaObject, where: string): string {
    const { properties = {}, required = [], additionalProperties = true, propertyNames = true } = schema;
    if (typeof properties !== "object" || properties === null || !Array.isArray(required))
      throw new UserError(`${where}: properties must be an object of schemas, and required a list of names`);
    const names = nameSchema(propertyNames, where);
    const missing = (required as unknown[]).map(String).filter((name) => !Object.hasOwn(properties, name));
    if (missing.length > 0 && additionalProperties === false)
      throw new UserError(`${where}: ${missing[0]} is required, but not among the properties`);
    const all = [
      ...Object.entries(properties as SchemaObject),
      ...missing.map((name) => [name, additionalProperties] as const),
    ];
    if (all.length > 0) {
      const bad = all.find(([name]) => !isName(name, names));
      if (bad) throw new UserError(`${where}: property ${JSON.stringify(bad[0])} does not satisfy propertyNames`);
      const pairs = all.map(([name, value]) => ({
        text: `${literal(name)} colon ${this.expression(value, `${where}/properties/${name}`, new Set())}`,
        isRequired: required.includes(name),
      }));
      return this.#members(pairs);
    }
    if (additionalProperties === false) return `"{}"`;
    const value = this.expression(additionalProperties, `${where}/additionalProperties`, new Set());
    const key = this.expression(names, `${where}/propertyNames`, new Set());
    if (value === "value" && key === "string") return "object";
    const pair = this.#rule(`${key} colon ${value}`);
    return `("{" (${pair} (comma ${pair})*)? "}")`;
  }

  /** `{` some of `pairs` in their order, with commas between `}`. */
  #members(pairs: readonly { readonly text: string; readonly isRequired: boolean }[]): string {
    // rest[i]: what can follow from pair i on, behind another.
    const rest = new Array<string>(pairs.length + 1).fill("");
    const firsts: string[] = [];
    for (let i = pairs.length - 1; i >= 0; i--) {
      const { text, isRequired } = pairs[i];
      const pair = this.#rule(text);
      firsts.unshift(`${pair} ${rest[i + 1]}`.trim());
      if (isRequired) firsts.length = 1;
      if (i > 0) rest[i] = this.#rule(`${isRequired ? `comma ${pair}` : `(comma ${pair})?`} ${rest[i + 1]}`.trim());
    }
    return `("{" (${firsts.join(" | ")})${pairs.some(({ isRequired }) => isRequired) ? "" : "?"} "}")`;
  }

  #rule(body: string): string {
    const name = this.#newName();
    this.#define(name, body);
    return name;
  }

  #newName(): string {
    return `r${this.#named++}`;
  }

  #define(name: string, body: string): void {
    this.rules.push(`${name} ::= ${body}`);
  }
}

const choice = (parts: readonly string[]): string => (parts.length === 1 ? parts[0] : `(${parts.join(" | ")})`);

/** EBNF of a value as JSON. */
const literal = (value: unknown): string => `"${JSON.stringify(value).replace(/["\\]/g, "\\$&")}"`;

/** EBNF of the values of `enum` or `const`, those of the schema's type where it has one. */
function literals(schema: SchemaObject, where: string): string {
  const keyword = schema.enum === undefined ? "const" : "enum";
  checkAlone(schema, keyword, where, ["type"]);
  const types = typesOf(schema, where);
  const isOfType = (value: unknown): boolean =>
    types.length === 0 || types.includes(jsonType(value)) || (types.includes("integer") && Number.isInteger(value));
  const values = keyword === "enum" ? schema.enum : [schema.const];
  const fitting = Array.isArray(values) ? values.filter(isOfType) : [];
  if (fitting.length === 0) throw new UserError(`${where}: ${keyword} must list a value, of the schema's type`);
  return choice(fitting.map(literal));
}

/** The schema of an object's keys: strings, listed or of bounded length. */
function nameSchema(given: unknown, where: string): SchemaObject {
  const schema = { type: "string", ...checkedSchema(given, `${where}/propertyNames`) };
  const understood = ["type", "enum", "const", "minLength", "maxLength"];
  checkAlone(schema, "type", `${where}/propertyNames`, understood);
  if (schema.type !== "string") throw new UserError(`${where}/propertyNames: names are strings`);
  return schema;
}

function isName(
  name: string,
  { enum: listed, const: only, minLength = 0, maxLength = Infinity }: SchemaObject,
): boolean {
  const length = [...name].length;
  if (only !== undefined && only !== name) return false;
  if (Array.isArray(listed) && !listed.includes(name)) return false;
  return length >= (minLength as number) && length <= (maxLength as number);
}

/** EBNF for `least` to `most` repetitions; empty for none. */
function repetition(least: number, most = Infinity, where = ""): string {
  if (least > most) throw new UserError(`${where}: at least ${least} and at most ${most} cannot be`);
  if (most === 0) return "";
  if (most === Infinity) return least === 0 ? "*" : `{${least},}`;
  return `{${least},${most}}`;
}

function boundsOf(schema: SchemaObject, where: string): Bounds {
  const names = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const;
  const given = names.filter((name) => schema[name] !== undefined);
  const bad = given.find((name) => typeof schema[name] !== "number" || !Number.isFinite(schema[name]));
  if (bad !== undefined) throw new UserError(`${where}: ${bad} ${JSON.stringify(schema[bad])}: a number is expected`);
  return Object.fromEntries(given.map((name) => [name, schema[name]]));
}
