import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../base/index.ts";
import { ourVocabulary, readVocabulary } from "./vocabulary.ts";

function written(change: (text: string) => string): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "vocabulary-")), "vocabulary.yaml");
  const ours = fs.readFileSync(path.join(process.cwd(), "data", "household", "vocabulary.yaml"), "utf8");
  fs.writeFileSync(file, change(ours));
  return file;
}

describe("vocabulary", () => {
  it("lower-cases ALFRED's names and turns per cent into chances", () => {
    const { names, properties, openable, canContain, rooms, goals } = ourVocabulary();
    expect(names.get("toiletpaperhanger")).toBe("ToiletPaperHanger");
    expect([...properties.get("apple")!].sort()).toEqual(
      ["cleanable", "coolable", "heatable", "pickupable", "sliceable"].sort(),
    );
    expect([...openable].sort()).toEqual(["cabinet", "drawer", "fridge", "microwave", "safe"]);
    expect([...canContain.get("stoveburner")!]).toEqual(["kettle", "pan", "pot"]);
    expect(rooms.get("kitchen")!.receptacles.find(({ type }) => type === "fridge")).toEqual({
      type: "fridge",
      chance: 1,
      count: [1, 1, 1],
    });
    expect(goals.get("look_at_obj_in_light")!.usual).toContainEqual(["alarmclock", "desklamp"]);
  });

  it("only places objects where its rooms can have receptacles", () => {
    for (const room of ourVocabulary().rooms.values()) {
      const types = room.receptacles.map(({ type }) => type);
      for (const places of room.places.values()) for (const place of places.keys()) expect(types).toContain(place);
      for (const [fewest, usual, most] of room.receptacles.map(({ count }) => count)) {
        expect(fewest).toBeLessThanOrEqual(usual);
        expect(usual).toBeLessThanOrEqual(most);
      }
    }
  });

  it("names the file and the word that is declared nowhere", () => {
    const file = written((text) => text.replace("in: CoffeeMachine", "in: CoffeMachine"));
    expect(() => readVocabulary(file)).toThrow(new UserError(`${file}: "CoffeMachine" is declared nowhere`));
  });

  it("names the field that is wrong", () => {
    const file = written((text) => text.replace("share: 50", "share: 500"));
    expect(() => readVocabulary(file)).toThrow(/rooms\.kitchen\.share/);
  });
});
