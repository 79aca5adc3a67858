/** One operation of a JSON Patch (RFC 6902); of its six kinds the three that a difference needs. */
export type Operation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** Operations that turn `from` into `to`, both JSON values. Arrays are compared place by place. */
export function jsonPatch(from: unknown, to: unknown, path = ""): Operation[] {
  if (isObject(from) && isObject(to)) {
    const operations: Operation[] = [];
    for (const [key, value] of Object.entries(from)) {
      const at = `${path}/${escapeKey(key)}`;
      if (Object.hasOwn(to, key)) operations.push(...jsonPatch(value, to[key], at));
      else operations.push({ op: "remove", path: at });
    }
    for (const [key, value] of Object.entries(to))
      if (!Object.hasOwn(from, key)) operations.push({ op: "add", path: `${path}/${escapeKey(key)}`, value });
    return operations;
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const common = Math.min(from.length, to.length);
    const operations = from.slice(0, common).flatMap((value, i) => jsonPatch(value, to[i], `${path}/${i}`));
    // From the end, so that the places before keep their numbers.
    for (let i = from.length - 1; i >= common; i--) operations.push({ op: "remove", path: `${path}/${i}` });
    for (let i = common; i < to.length; i++) operations.push({ op: "add", path: `${path}/${i}`, value: to[i] });
    return operations;
  }
  return Object.is(from, to) ? [] : [{ op: "replace", path, value: to }];
}

/** `value` with the operations done; `value` itself stays as it is. Throws where a path leads nowhere. */
export function applyJsonPatch(value: unknown, operations: readonly Operation[]): unknown {
  let result = structuredClone(value);
  for (const operation of operations) {
    if (operation.path === "") {
      if (operation.op === "remove") throw new Error("a JSON patch removes the whole document");
      result = structuredClone(operation.value);
      continue;
    }
    const keys = operation.path.slice(1).split("/").map(unescapeKey);
    const last = keys.pop() as string;
    const parent = keys.reduce<unknown>((at, key) => child(at, key, operation.path), result);
    change(parent, last, operation);
  }
  return result;
}

function child(parent: unknown, key: string, path: string): unknown {
  const has = typeof parent === "object" && parent !== null && Object.hasOwn(parent, key);
  const found = has ? (parent as JsonObject)[key] : undefined;
  if (found === undefined) throw new Error(`JSON patch: nothing is at ${path}`);
  return found;
}

function change(parent: unknown, key: string, operation: Operation): void {
  if (Array.isArray(parent)) {
    const at = Number(key);
    if (!(at <= parent.length)) throw new Error(`JSON patch: nothing is at ${operation.path}`);
    if (operation.op === "remove") parent.splice(at, 1);
    else parent.splice(at, operation.op === "add" ? 0 : 1, structuredClone(operation.value));
  } else if (isObject(parent)) {
    if (operation.op === "remove") delete parent[key];
    else
      Object.defineProperty(parent, key, {
        value: structuredClone(operation.value),
        ...{ enumerable: true, configurable: true, writable: true }, // "__proto__" is a key like others
      });
  } else throw new Error(`JSON patch: nothing is at ${operation.path}`);
}

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const escapeKey = (key: string): string => key.replaceAll("~", "~0").replaceAll("/", "~1");
const unescapeKey = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");
