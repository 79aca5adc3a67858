import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRandom, testDataFolder } from "../../base/index.ts";
import { createHouseholdCodec } from "./compact.ts";
import type { HouseholdFacts } from "./facts.ts";
import { createHouseholdGenerator } from "./generator/index.ts";
import { Household } from "./household.ts";
import { loadGames } from "./load.ts";
import { WORDINGS } from "./wording.ts";

const codec = createHouseholdCodec();
const WELCOME = "-= Welcome to TextWorld, ALFRED! =-\n\n";

describe("what the environment says", () => {
  test.each([
    [
      `${WELCOME}You are in the middle of a room. Looking quickly around you, you see a bed 2, a bed 1, and a drawer 4.\n\nYour task is to: put two pencil in diningtable.`,
      "see bed 2 bed 1 drawer 4 task put two pencil in diningtable",
    ],
    [
      "You are in the middle of a room. Looking quickly around you, you see a bed 1, and a desk 1.\n\nYour task is to: clean some mug and put it in desk.",
      "see bed 1 desk 1 task clean some mug and put it in desk",
    ],
    [
      `${WELCOME}You are facing the bed 1, and desk 1. Next to it, you see nothing.\n\nYour task is to: put a pen in bed.`,
      "facing bed 1 desk 1 beside nothing task put a pen in bed",
    ],
    ["You arrive at loc 12. On the sidetable 3, you see a cellphone 1, and a keychain 3.", "on cellphone 1 keychain 3"],
    ["You arrive at sidetable 3. On the sidetable 3, you see nothing.", "on nothing"],
    ["You arrive at loc 3. The fridge 1 is closed.", "closed"],
    [
      "You arrive at loc 3. The fridge 1 is open. In it, you see a egg 3, a egg 2, and a egg 1.",
      "in egg 3 egg 2 egg 1",
    ],
    ["You open the drawer 4. The drawer 4 is open. In it, you see a pen 1.", "in pen 1"],
    ["On the desk 1, you see a pen 2.", "on pen 2"],
    ["You close the drawer 4.", "ok"],
    ["You pick up the pencil 1 from the drawer 4.", "ok"],
    ["You put the pencil 1 in/on the desk 1.", "ok"],
    ["You move the pencil 1 to the desk 1.", "ok"],
    ["You heat the egg 1 using the microwave 1.", "ok"],
    ["You turn on the desklamp 1.", "ok"],
    ["You sliced the apple 1 with the knife 1.", "ok"],
    ["Nothing happens.", "noop"],
    ["You are carrying: a mug 2.", "carrying mug 2"],
    ["You are not carrying anything.", "carrying nothing"],
    ["You are facing the shelf 2. Next to it, you see nothing.", "facing shelf 2 beside nothing"],
    [
      "You are facing the shelf 2, shelf 1, and desk 1. Next to it, you see a pen 1, and a cup 2.",
      "facing shelf 2 shelf 1 desk 1 beside pen 1 cup 2",
    ],
    ["You are in the middle of a room. Looking quickly around you, you see nothing.", "see nothing"],
    ["This is a hot egg 1.", "hot egg 1"],
    ["This is a hot and clean sliced apple 1.", "hot clean sliced apple 1"],
    ["This is a cold mug 2.", "cold mug 2"],
    ["This desklamp 1 is on.", "turned on desklamp 1"],
    ["There's nothing special about mug 2.", "plain mug 2"],
    ["This is a normal bowl 1. In it, you see a egg 1, and a pen 1.", "plain bowl 1 in egg 1 pen 1"],
  ])("%s", (text, compact) => {
    expect(codec.encodeUser(text)).toBe(compact);
  });

  test.each(["On the desk 1, you see the pen 1.", "OK.", "The door is shut.\nNothing happens.", ""])(
    "other text passes unchanged: %j",
    (text) => {
      expect(codec.encodeUser(text)).toBe(text);
    },
  );
});

describe.each(WORDINGS)("commands of wording %s", (wording) => {
  const { encodeAction, decodeAction } = createHouseholdCodec(wording);

  test.each([
    ["go to sidetable 3", "go sidetable 3"],
    ["open drawer 4", "open drawer 4"],
    ["close drawer 4", "close drawer 4"],
    ["take pencil 1 from drawer 4", "take pencil 1 drawer 4"],
    [wording === "2.1.1" ? "put pencil 1 in/on desk 12" : "move pencil 1 to desk 12", "put pencil 1 desk 12"],
    ["heat egg 1 with microwave 1", "heat egg 1 microwave 1"],
    ["cool egg 1 with fridge 1", "cool egg 1 fridge 1"],
    ["clean mug 1 with sinkbasin 1", "clean mug 1 sinkbasin 1"],
    ["slice apple 1 with butterknife 2", "slice apple 1 butterknife 2"],
    ["use desklamp 1", "use desklamp 1"],
    ["examine desk 1", "examine desk 1"],
    ["look", "look"],
    ["inventory", "inventory"],
    ["help", "help"],
  ])("%s", (action, compact) => {
    expect(encodeAction(action)).toBe(compact);
    expect(decodeAction(compact)).toBe(action);
  });

  test("text outside the grammar goes on to the environment as it is", () => {
    for (const text of ["", "go", "go desk", "take pen 1", "put pen 1 desk 1 now", "go desk 1\n", "fly 2", "🙂"]) {
      expect(decodeAction(text)).toBe(text);
    }
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => decodeAction(encodeAction(text)) === text));
  });
});

test("encoding understands both wordings, so one student plays in either", () => {
  expect(codec.encodeAction("move pencil 1 to desk 12")).toBe("put pencil 1 desk 12");
  expect(createHouseholdCodec("current").decodeAction("put pencil 1 desk 12")).toBe("move pencil 1 to desk 12");
});

test("thoughts", () => {
  for (const [thought, compact] of [
    ["I need pencil", "pencil"],
    ["I need another pencil", "another pencil"],
    ["I should drop this", "drop"],
    ["Where was the pencil?", "Where was the pencil?"],
  ]) {
    expect(codec.encodeThought(thought)).toBe(compact);
    expect(codec.decodeThought(compact)).toBe(thought);
  }
});

describe("rules", () => {
  const encode = codec.encodeKnowledge;

  test.each([
    ["When the agent needs a pencil, the agent should look in drawer 4 or on bed 1 first.", "pencil drawer 4 bed 1"],
    ["When the agent needs an egg, the agent should look in fridge 1 first.", "egg fridge 1"],
  ])("%s", (rule, compact) => {
    expect(encode(rule)).toBe(compact);
  });

  test.each([
    "",
    "When the agent needs a pencil, the agent should look in a drawer first.",
    "When the agent needs a pencil, the agent should look in drawer 4 first. [Knowledge]",
    "When the agent needs a </knowledge>, the agent should look in drawer 4 first.",
    "Look in drawer 4 first.",
  ])("other text passes unchanged: %j", (rule) => {
    expect(encode(rule)).toBe(rule);
  });
});

describe("random play, both wordings: every command comes back, every observation is shortened", () => {
  function play(games: readonly HouseholdFacts[], steps: number): void {
    const random = createRandom(1, "test/codec");
    for (const facts of games) {
      for (const wording of WORDINGS) {
        const { encodeUser, encodeAction, decodeAction } = createHouseholdCodec(wording);
        const household = new Household(facts, { wording });
        let observation = household.reset();
        for (let step = 0; step < steps; step++) {
          expect(encodeUser(observation), observation).toMatch(/^[a-z]+( [a-z]+| \d+)*$/);
          const actions = household.actions();
          expect(actions.map((action) => decodeAction(encodeAction(action)))).toEqual(actions);
          const moves = actions.filter((action) => !action.startsWith("go to"));
          observation = household.step(
            random.pick(random.chance(0.5) && moves.length > 0 ? moves : actions),
          ).observation;
        }
      }
    }
  }

  test("generated games", () => {
    const { game } = createHouseholdGenerator({ seed: 1, split: "train" });
    play(
      Array.from({ length: 12 }, (_, index) => game(index)),
      60,
    );
  });

  const data = testDataFolder();
  test.skipIf(data === null)("published games (skipped without the data folder)", () => {
    play(loadGames(data as string, "valid_unseen").slice(0, 20), 60);
  });
});
