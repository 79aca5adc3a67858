import { UserError } from "../../base/index.ts";
import { checkAlone, resolveReference, type JsonSchema, type SchemaObject } from "./schema.ts";

/** Rules of bot-with-plan's grammars that no schema changes. Line breaks inside a rule's parentheses are theirs. */
const SPACE = `" "?`;
const NUMBER = String.raw`("-"? ([0-9] | [1-9] [0-9]*))`;
const SIMPLE: Readonly<Record<string, string>> = {
  boolean: `("true" | "false") space`,
  number: `${NUMBER} ("." [0-9]+)? ([eE] [-+]? [0-9]+)? space`,
  integer: `${NUMBER} space`,
  string: [
    String.raw` "\"" (`,
    String.raw`        [^"\\] |`,
    String.raw`        "\\" (["\\/bfnrt] | "u" [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F] [0-9a-fA-F])`,
    String.raw`      )* "\"" space `,
  ].join("\n"),
  null: `"null" space`,
};

/**
 * The GBNF that bot-with-plan makes of a schema (gba/client/grammar.py there, with the properties' order of the schema),
 * byte for byte: rules are named after the path to what they describe, a space may follow every sign, and every property
 * is written, required or not. Bounds, lengths and patterns are passed over, and strings may hold line breaks, which are
 * no JSON: check the answers.
 *
 * Ours are references (in place where theirs were resolved beforehand; a rule of its own where one leads back to itself),
 * lists of types and `allOf` of one schema. Where llama.cpp could not read theirs, this differs: backslashes and
 * characters beyond the first plane in listed values and names, and a property called "root".
 */
export function botWithPlanGrammar(schema: JsonSchema): string {
  const writer = new PathNamedRules(schema);
  const name = writer.visit(schema, "", "#", new Set());
  if (name !== "root") writer.rules.set("root", name);
  return [...writer.rules].map(([rule, body]) => `${rule} ::= ${body}`).join("\n");
}

/** Schemas that are being read, with no text between them. */
type Open = ReadonlySet<unknown>;

class PathNamedRules {
  readonly rules = new Map([["space", SPACE]]);
  readonly #root: JsonSchema;
  /** Names of rules that are still being written. */
  readonly #promised = new Set(["root"]);
  /** Names of the rules of schemas that lead back to themselves. */
  readonly #recursive = new Map<unknown, string>();

  constructor(root: JsonSchema) {
    this.#root = root;
    if (leadsBack(root, root)) this.#recursive.set(root, "root");
  }

  /** Writes the rules of a schema; returns the name of its own. `path` is empty for the whole. */
  visit(given: unknown, path: string, where: string, open: Open): string {
    const schema = objectOf(given, where);
    if (open.has(given)) throw new UserError(`${where}: the schema leads back to itself without anything between`);
    const inside = new Set(open).add(given);
    if (schema.$ref !== undefined) return this.#reference(schema, path, where, inside);
    if (schema.allOf !== undefined) return this.#only(schema, path, where, inside);
    const isSimple = alternatives(schema) === null && schema.const === undefined && schema.enum === undefined;
    const simple = isSimple && typeof schema.type === "string" ? SIMPLE[schema.type] : undefined;
    if (simple !== undefined) return this.#add(path === "" ? "" : String(schema.type), simple);
    return this.#add(path, this.#body(schema, path, where, inside));
  }

  #body(schema: SchemaObject, path: string, where: string, open: Open): string {
    if (schema.$ref !== undefined) return this.#reference(schema, path, where, open);
    if (schema.allOf !== undefined) return this.#only(schema, path, where, open);
    const below = path === "" ? "" : `${path}-`;
    const list = alternatives(schema);
    if (list) return list.map((each, i) => this.visit(each, `${below}${i}`, `${where}/${i}`, open)).join(" | ");
    if (schema.const !== undefined) return literal(schema.const);
    if (Array.isArray(schema.enum)) return schema.enum.map(literal).join(" | ");
    if (schema.type === "object" && typeof schema.properties === "object" && schema.properties !== null) {
      const members = Object.entries(schema.properties).map(([name, value]) => {
        const rule = this.visit(value, `${below}${name}`, `${where}/properties/${name}`, new Set());
        return ` ${literal(name)} space ":" space ${rule}`;
      });
      return `"{" space${members.join(' "," space')} "}" space`;
    }
    if (schema.type === "array" && schema.items !== undefined) {
      const item = this.visit(schema.items, `${below}item`, `${where}/items`, new Set());
      return `"[" space (${item} ("," space ${item})*)? "]" space`;
    }
    const simple = typeof schema.type === "string" ? SIMPLE[schema.type] : undefined;
    if (simple !== undefined) return simple;
    throw new UserError(
      `${where}: bot-with-plan's grammars have no rule for ${JSON.stringify(schema).slice(0, 200)}: objects need properties, arrays items, and everything a type`,
    );
  }

  #reference(schema: SchemaObject, path: string, where: string, open: Open): string {
    checkAlone(schema, "$ref", where);
    const target = resolveReference(this.#root, schema.$ref, where);
    if (open.has(target)) throw new UserError(`${where}: $ref ${JSON.stringify(schema.$ref)} leads back to itself`);
    const known = this.#recursive.get(target);
    if (known !== undefined) return known;
    const pointer = String(schema.$ref);
    if (!leadsBack(this.#root, target)) return this.visit(target, path, pointer, open);
    const name = this.#freeName(pointer.slice(pointer.lastIndexOf("/") + 1));
    this.#recursive.set(target, name);
    this.#promised.add(name);
    const inside = new Set(open).add(target);
    this.rules.set(name, this.#body(objectOf(target, pointer), name, pointer, inside));
    return name;
  }

  #only(schema: SchemaObject, path: string, where: string, open: Open): string {
    checkAlone(schema, "allOf", where);
    const [only, ...others] = Array.isArray(schema.allOf) ? (schema.allOf as unknown[]) : [];
    if (others.length > 0) throw new UserError(`${where}: allOf of several schemas has no rule; write them as one`);
    return this.visit(only, path, `${where}/allOf/0`, open);
  }

  #add(path: string, body: string): string {
    const name = path === "" ? "root" : this.#nameFor(path, body);
    this.rules.set(name, body);
    return name;
  }

  /** A rule that says the same is used again. */
  #nameFor(path: string, body: string): string {
    const plain = ruleName(path);
    return this.rules.get(plain) === body && !this.#promised.has(plain) ? plain : this.#freeName(path);
  }

  #freeName(path: string): string {
    const plain = ruleName(path);
    const isTaken = (name: string): boolean => this.rules.has(name) || this.#promised.has(name);
    if (!isTaken(plain)) return plain;
    for (let i = 0; ; i++) if (!isTaken(`${plain}${i}`)) return `${plain}${i}`;
  }
}

const ruleName = (path: string): string => path.replace(/[^a-zA-Z0-9-]+/g, "-");

function objectOf(schema: unknown, where: string): SchemaObject {
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) return schema as SchemaObject;
  throw new UserError(`${where}: bot-with-plan's grammars need a schema with a type, not ${JSON.stringify(schema)}`);
}

/** The schemas of which one holds. */
function alternatives(schema: SchemaObject): readonly unknown[] | null {
  const list = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(list)) return list as unknown[];
  const { type, ...rest } = schema;
  if (!Array.isArray(type) || schema.enum !== undefined || schema.const !== undefined) return null;
  return type.map((each: unknown) => ({ ...rest, type: each }));
}

/** A value as JSON, in quotes. As Python's `json.dumps` has it: blanks behind signs, characters outside ASCII as escapes. */
function literal(value: unknown): string {
  const escaped = pythonJson(value).replace(/["\\]/g, "\\$&");
  return `"${escaped.replace(/[\u0080-\u{10ffff}]/gu, escapeOf)}"`;
}

function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${pythonJson(each)}`).join(", ")}}`; // prettier-ignore
}

/** GBNF's own escape of a character. */
function escapeOf(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}

/** Whether the references below a schema lead to it again. */
function leadsBack(root: JsonSchema, target: unknown): boolean {
  const seen = new Set<unknown>();
  const reaches = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null || seen.has(value)) return false;
    seen.add(value);
    return Object.entries(value).some(([key, inner]) => {
      if (["enum", "const", "default", "examples"].includes(key)) return false;
      if (key !== "$ref" || typeof inner !== "string") return reaches(inner);
      const next = resolveReference(root, inner, inner);
      return next === target || reaches(next);
    });
  };
  return reaches(target);
}
