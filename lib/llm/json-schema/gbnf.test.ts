import { expect, test } from "vitest";
import { jsonGrammar } from "./index.ts";

const node = {
  $defs: {
    node: {
      type: "object",
      properties: { name: { type: "string" }, next: { $ref: "#/$defs/node" } },
      required: ["name"],
    },
  },
  $ref: "#/$defs/node",
};

test("GBNF and xgrammar's EBNF differ in the rules of strings alone", () => {
  const [gbnf, xgrammar] = (["gbnf", "xgrammar"] as const).map((dialect) => jsonGrammar(node, dialect).split("\n"));
  const isSame = (line: string): boolean => !/^(string|text|multibyte|tail) ::=/.test(line);
  expect(gbnf.filter(isSame)).toEqual(xgrammar.filter(isSame));
  expect(gbnf.filter((line) => !isSame(line))).toEqual([
    String.raw`string ::= "\"" character* "\""`,
    String.raw`multibyte ::= [\u0080-\uD7FF\uE000-\uFFFF\U00010000-\U0010FFFF]`,
  ]);
});

test("names of rules are what llama.cpp reads, and every rule that is used is there", () => {
  const grammar = jsonGrammar(node, "gbnf");
  const rules = grammar.trim().split("\n").map((line) => line.split(" ::= ")); // prettier-ignore
  const names = rules.map(([name]) => name);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z][a-zA-Z0-9-]*$/);
  for (const [, body] of rules) {
    const bare = body.replace(/"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|\{[\d,]*\}/g, " ");
    for (const used of bare.match(/[a-zA-Z][\w-]*/g) ?? []) expect(names).toContain(used);
  }
});

test("recursion is a rule that uses itself; properties keep their order", () => {
  const grammar = jsonGrammar(node, "gbnf");
  expect(grammar).toMatch(/^root ::= r0$/m);
  expect(grammar).toMatch(/^r\d+ ::= "\\"next\\"" colon r0$/m);
  const order = (names: readonly string[]): string[] => {
    const properties = Object.fromEntries(names.map((name) => [name, { const: 1 }]));
    return [...jsonGrammar({ properties, required: names }, "gbnf").matchAll(/^r\d+ ::= "\\"(\w+)\\"" colon/gm)].map(([, name]) => name); // prettier-ignore
  };
  expect(order(["b", "a", "c"]).sort()).toEqual(["a", "b", "c"]);
  expect(jsonGrammar({ properties: { b: {}, a: {} } }, "gbnf")).not.toBe(
    jsonGrammar({ properties: { a: {}, b: {} } }, "gbnf"),
  );
});
