import { UserError } from "../../base/index.ts";

/** A JSON Schema (draft 7 or 2020-12), as plain JSON. */
export type JsonSchema = boolean | SchemaObject;
export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** Keywords that a value is checked by, and that the grammar follows. Others that are not below are annotations. */
const FOLLOWED = new Set([
  ...["$ref", "anyOf", "oneOf", "allOf", "enum", "const", "type"],
  ...["properties", "required", "additionalProperties", "propertyNames"],
  ...["items", "prefixItems", "additionalItems", "minItems", "maxItems"],
  ...["minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
]);

/** Keywords that would be needed to check a value, and that the grammar cannot follow. `format` is an annotation. */
const REFUSED = new Set([
  ...["not", "if", "then", "else", "dependencies", "dependentRequired", "dependentSchemas", "$dynamicRef"],
  ...["patternProperties", "minProperties", "maxProperties", "unevaluatedProperties"],
  ...["contains", "minContains", "maxContains", "uniqueItems", "unevaluatedItems", "pattern", "multipleOf"],
]);

const TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
export type TypeName = (typeof TYPES)[number];

/** What a schema without `type` is about, by its keywords. */
const TYPE_OF_KEYWORD: Readonly<Record<string, TypeName>> = {
  ...Object.fromEntries(["properties", "required", "additionalProperties", "propertyNames"].map((k) => [k, "object"])),
  ...Object.fromEntries(["items", "prefixItems", "additionalItems", "minItems", "maxItems"].map((k) => [k, "array"])),
  ...Object.fromEntries(["minLength", "maxLength"].map((k) => [k, "string"])),
  ...Object.fromEntries(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"].map((k) => [k, "number"])),
};

/** The schema as an object, checked for what the grammar cannot follow. `where` is a JSON pointer, for errors. */
export function checkedSchema(schema: unknown, where: string): SchemaObject {
  if (schema === true) return {};
  if (schema === false) throw new UserError(`${where}: the schema false allows nothing`);
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw new UserError(`${where}: a JSON schema is expected, not ${JSON.stringify(schema)}`);
  const keyword = Object.keys(schema).find((key) => REFUSED.has(key) && (schema as SchemaObject)[key] !== false);
  if (keyword !== undefined)
    throw new UserError(`${where}: the keyword ${keyword} cannot be guaranteed while generating; leave it out`);
  return schema as SchemaObject;
}

/** Throws where a schema has other keywords beside `keyword` (and those in `also`) that a value is checked by. */
export function checkAlone(schema: SchemaObject, keyword: string, where: string, also: readonly string[] = []): void {
  const other = Object.keys(schema).find((key) => FOLLOWED.has(key) && key !== keyword && !also.includes(key));
  if (other !== undefined) throw new UserError(`${where}: ${other} beside ${keyword} cannot be guaranteed`);
}

/** The types a schema names, or those that its keywords are about; empty: any. */
export function typesOf(schema: SchemaObject, where: string): readonly TypeName[] {
  if (schema.type === undefined) return [...new Set(Object.keys(schema).flatMap((key) => TYPE_OF_KEYWORD[key] ?? []))];
  const types = [schema.type].flat();
  const bad = types.find((type) => !TYPES.includes(type as TypeName));
  if (bad !== undefined || types.length === 0)
    throw new UserError(`${where}: type ${JSON.stringify(schema.type)}: one of ${TYPES.join(", ")} is expected`);
  return types as TypeName[];
}

/** A keyword's value, where it is a number of 0 or more. */
export function sizeOf(schema: SchemaObject, keyword: string, where: string): number | undefined {
  const value = schema[keyword];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return value as number | undefined;
  throw new UserError(`${where}: ${keyword} ${JSON.stringify(value)}: a whole number of 0 or more is expected`);
}

/** What a local reference (`#`, `#/$defs/name`) points to. */
export function resolveReference(root: unknown, reference: unknown, where: string): unknown {
  const text = String(reference);
  if (text !== "#" && !text.startsWith("#/"))
    throw new UserError(
      `${where}: $ref ${JSON.stringify(reference)}: only places in the same schema are known (#/...)`,
    );
  let found = root;
  for (const part of text.split("/").slice(1)) {
    const key = decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~");
    const inside = typeof found === "object" && found !== null && Object.hasOwn(found, key);
    if (!inside) throw new UserError(`${where}: $ref ${JSON.stringify(text)} points to nothing`);
    found = (found as SchemaObject)[key];
  }
  return found;
}

/** Whether no value can satisfy both: their types, their listed values, or those of a common required property differ. */
export function areDisjoint(root: unknown, first: unknown, second: unknown, where: string): boolean {
  const [a, b] = [first, second].map((schema) => followed(root, checkedSchema(schema, where), where));
  const [values, others] = [a, b].map(listedValues);
  if (values && others) return !values.some((value) => others.includes(value));
  const [types, otherTypes] = [a, b].map((schema) => valueTypes(root, schema, where));
  if (types && otherTypes && !types.some((type) => otherTypes.includes(type))) return true;
  if ([types, otherTypes].some((names) => names?.join() !== "object")) return false;
  const required = (schema: SchemaObject): readonly unknown[] => (schema.required as unknown[] | undefined) ?? [];
  return required(a).some((name) => {
    if (!required(b).includes(name)) return false;
    const [one, other] = [a, b].map((schema) => {
      const property = (schema.properties as SchemaObject | undefined)?.[name as string];
      return property === undefined ? null : listedValues(followed(root, checkedSchema(property, where), where));
    });
    return one && other ? !one.some((value) => other.includes(value)) : false;
  });
}

/** The schema behind references. */
function followed(root: unknown, schema: SchemaObject, where: string): SchemaObject {
  for (let hops = 0; schema.$ref !== undefined; hops++) {
    if (hops > 100) throw new UserError(`${where}: $ref ${JSON.stringify(schema.$ref)} leads back to itself`);
    schema = checkedSchema(resolveReference(root, schema.$ref, where), where);
  }
  return schema;
}

/** The values of `const` or `enum` as JSON. */
function listedValues(schema: SchemaObject): string[] | null {
  if (schema.const !== undefined) return [JSON.stringify(schema.const)];
  return Array.isArray(schema.enum) ? schema.enum.map((value) => JSON.stringify(value)) : null;
}

/** Types that values of a schema can have; a whole number is a number. Null: not known. */
function valueTypes(root: unknown, schema: SchemaObject, where: string): string[] | null {
  const listed = listedValues(schema);
  if (listed) return listed.map((value) => jsonType(JSON.parse(value)));
  if (schema.anyOf !== undefined || schema.oneOf !== undefined || schema.allOf !== undefined) return null;
  const types = typesOf(schema, where);
  return types.length === 0 ? null : types.map((type) => (type === "integer" ? "number" : type));
}

/** The JSON type of a value. */
export function jsonType(value: unknown): Exclude<TypeName, "integer"> {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : (typeof value as "boolean" | "number" | "string" | "object");
}
