import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseActionKey,
  parseHouseholdAction,
  parseShopAction,
  repairPut,
  sameHouseholdAction,
  sameShopAction,
  type Parsed,
} from "./actions.ts";
import { vectors } from "./test-vectors.ts";

const keyOf = (text: string): Parsed<unknown> => {
  const key = parseActionKey(text);
  return key.ok ? { ok: true, value: [key.value.verb, key.value.object] } : key;
};

describe("parsers of the published scripts", () => {
  it.for([
    ["sampler_parse_action_and_obj", keyOf],
    ["env_parse_action_alfworld", parseHouseholdAction],
    ["webshop_parse_action", parseShopAction],
  ] as const)("%s: as published", ([name, parse], context) => {
    for (const { in: text, out, error } of vectors(context)[name])
      expect(parse(text), text).toMatchObject(error === undefined ? { ok: true, value: out } : { ok: false, error });
  });

  it("after a reflection the last action is carried out and the first compared", () => {
    const text =
      "Thought: t\nAction: open shelf 1\n[Reflection]<reflection>Wait</reflection>\nAction: Take Mug 1 from shelf 1!";
    expect(parseHouseholdAction(text)).toEqual({ ok: true, value: "take mug 1 from shelf 1" });
    expect(parseActionKey(text)).toEqual({ ok: true, value: { verb: "open", object: "shelf" } });
  });

  it("never throw, whatever a model says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const parse of [parseActionKey, parseHouseholdAction, parseShopAction]) {
          expect(typeof parse(text).ok).toBe("boolean");
          expect(typeof parse(`Action:${text}`).ok).toBe("boolean");
        }
      }),
    );
  });
});

describe("equality of actions", () => {
  it("in the household is verb and type of object, for go that of the place", () => {
    expect(sameHouseholdAction("Action: take mug 1 from shelf 1", "Action: take mug 2 from desk 3")).toBe(true);
    expect(sameHouseholdAction("Action: go to shelf 1", "Action: go to shelf 9")).toBe(true);
    expect(sameHouseholdAction("Action: go to shelf 1", "Action: go to desk 1")).toBe(false);
    expect(sameHouseholdAction("Action: look", "Action: look")).toBe(false);
  });

  it("in the shop is the whole text but for case", () => {
    expect(sameShopAction("Action: click[Buy Now]", "Thought: t\nAction: click[buy now]")).toBe(true);
    expect(sameShopAction("Action: click[red]", "Action: click[blue]")).toBe(false);
    expect(sameShopAction("no", "no")).toBe(false);
  });
});

it("repairPut spells put in the last action as the household does, and leaves the thought alone", () => {
  expect(repairPut("Thought: it is in a box\nAction: put mug 1 in shelf 1")).toBe(
    "Thought: it is in a box\nAction: put mug 1 in/on shelf 1",
  );
  expect(repairPut("Action: put mug 1 on shelf 1")).toBe("Action: put mug 1 in/on shelf 1");
  expect(repairPut("Action: put mug 1 in/on shelf 1")).toBe("Action: put mug 1 in/on shelf 1");
  expect(repairPut("Action: put mug 1 on shelf 1\nAction: go to bed 1")).toBe(
    "Action: put mug 1 on shelf 1\nAction: go to bed 1",
  );
});
