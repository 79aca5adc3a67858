import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createHouseholdCodec, ourVocabulary } from "../environments/index.ts";
import { placeRule, readPlaceRule } from "./index.ts";

it("words a rule for one place or two", () => {
  expect(placeRule({ object: "pencil", receptacles: ["drawer", "bed"] })).toBe(
    "When the agent needs a pencil, the agent should look in a drawer or on a bed first.",
  );
  expect(placeRule({ object: "apple", receptacles: ["armchair"] })).toBe(
    "When the agent needs an apple, the agent should look on an armchair first.",
  );
  expect(placeRule({ object: "egg", receptacles: ["drawer 4", "desk 12"] })).toBe(
    "When the agent needs an egg, the agent should look in drawer 4 or on desk 12 first.",
  );
});

it("is read back as what it was", () => {
  const word = fc.oneof(fc.stringMatching(/^[a-z]{1,12}$/), fc.constantFrom(...ourVocabulary().names.keys()));
  const place = fc.oneof(
    word,
    fc.tuple(word, fc.nat()).map(([type, number]) => `${type} ${number}`),
  );
  fc.assert(
    fc.property(word, fc.uniqueArray(place, { minLength: 1, maxLength: 2 }), (object, receptacles) => {
      expect(readPlaceRule(placeRule({ object, receptacles }))).toEqual({ object, receptacles });
    }),
  );
});

it("reads nothing else", () => {
  for (const text of [
    "When the agent needs a apple, the agent should look on a bed first.",
    "When the agent needs a pen, the agent should look on a drawer first.",
    "When the agent needs a pen, the agent should look on a bed or on a bed first.",
    "When the agent needs a pen, the agent should look on a bed first. </knowledge>",
    "When the agent needs a pen, the agent should look on a bed 1 first.",
    "When the agent needs a pen, the agent should look on bed first.",
    "When the agent needs a pen, the agent should look on bed 01 first.",
    "When the agent needs a pen, the agent should look around.",
    "",
  ])
    expect(readPlaceRule(text)).toBeNull();
});

it("refuses what is no type", () => {
  expect(() => placeRule({ object: "pen 1", receptacles: ["bed"] })).toThrow('"pen 1"');
  expect(() => placeRule({ object: "pen", receptacles: ["the bed"] })).toThrow('"the bed"');
  expect(() => placeRule({ object: "pen", receptacles: [] })).toThrow("no receptacles");
  expect(() => placeRule({ object: "pen", receptacles: ["bed", "bed"] })).toThrow("bed, bed");
  expect(() => placeRule({ object: "pen", receptacles: ["bed", "desk", "sofa"] })).toThrow("one or two");
});

it("is short in the student's language", () => {
  const codec = createHouseholdCodec();
  expect(codec.encodeKnowledge(placeRule({ object: "egg", receptacles: ["fridge 1", "desk 2"] }))).toBe(
    "egg fridge 1 desk 2",
  );
});
