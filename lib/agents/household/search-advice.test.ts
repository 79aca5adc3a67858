import { describe, expect, it } from "vitest";
import {
  createHouseholdGenerator,
  Household,
  PlacementPrior,
  smallGame,
  type SmallGame,
} from "../../environments/index.ts";
import { playEpisode } from "../episode.ts";
import { SearchTeacher } from "./search-teacher.ts";

const rooms = createHouseholdGenerator({ seed: 11, split: "train" });
const PRIOR = PlacementPrior.fromGames(Array.from({ length: 200 }, (_, index) => rooms.game(index)));

describe("SearchTeacher, as others lead it", () => {
  it("goes first where it is advised to, in that order, for the object that the advice is about", () => {
    const game: SmallGame = {
      receptacles: { "bed 1": [], "desk 1": [], "drawer 2": [], "drawer 1": [], "safe 1": [], "shelf 1": [] },
      task: "put a pen in shelf",
    };
    /** Receptacles in the order in which it goes to them; there is nothing to be found. */
    const visits = (object: string, receptacles: string[], task = game.task): string[] => {
      const teacher = new SearchTeacher(PRIOR);
      const advised = {
        ...{ name: "advised", act: () => teacher.act() },
        begin: (text: string) => {
          teacher.begin(text);
          teacher.advise(object, receptacles);
        },
        observe: (action: string, observation: string) => teacher.observe(action, observation),
      };
      const { turns } = playEpisode(new Household(smallGame({ ...game, task })), advised, { stepLimit: 30, seed: 0 });
      return turns.flatMap(({ action }) => (action?.startsWith("go to ") ? action.slice(6) : []));
    };
    const usual = ["desk 1", "drawer 2", "drawer 1", "safe 1", "bed 1", "shelf 1"];
    const sorted = visits("pen", []);
    expect([...sorted].sort()).toEqual([...usual].sort());
    const others = sorted.filter((place) => place !== "shelf 1" && place !== "safe 1");
    expect(visits("pen", ["shelf 1", "safe 1"])).toEqual(["shelf 1", "safe 1", ...others]);
    expect(visits("pen", ["fridge 9", "shelf 1"])[0]).toBe("shelf 1");
    expect(visits("cd", ["shelf 1", "safe 1"])).toEqual(sorted);
  });

  it("says what it has to search for: nothing once it is seen or in hand, then the lamp", () => {
    const facts = smallGame({
      receptacles: { "bed 1": [], "desk 1": ["cd", "book"], "shelf 1": ["desklamp"] },
      task: "look at book under the desklamp",
    });
    const household = new Household(facts);
    const teacher = new SearchTeacher(PRIOR);
    teacher.begin(household.reset());
    const sought = [
      "go to bed 1",
      "go to desk 1",
      "take cd 1 from desk 1",
      "put cd 1 in/on desk 1",
      "take book 1 from desk 1",
      "go to shelf 1",
    ].map((action) => {
      const before = teacher.seeks();
      teacher.observe(action, household.step(action).observation);
      return before;
    });
    expect([...sought, teacher.seeks()]).toEqual(["book", "book", null, null, null, "desklamp", null]);
  });

  it("takes advice about the lamp, and keeps it apart from that about the object", () => {
    const facts = smallGame({
      receptacles: { "bed 1": [], "desk 1": ["book"], "safe 1": [], "sidetable 1": [], "shelf 1": ["desklamp"] },
      task: "look at book under the desklamp",
    });
    const next = (object: string, receptacle: string): string => {
      const household = new Household(facts);
      const teacher = new SearchTeacher(PRIOR);
      teacher.begin(household.reset());
      for (const action of ["go to desk 1", "take book 1 from desk 1"])
        teacher.observe(action, household.step(action).observation);
      teacher.advise(object, [receptacle]);
      return teacher.act()!.action;
    };
    for (const receptacle of ["bed 1", "safe 1", "sidetable 1"])
      expect(next("desklamp", receptacle)).toBe(`go to ${receptacle}`);
    expect(next("book", "bed 1")).toBe(next("book", "safe 1"));
  });

  it("searches for the second of two objects, not for the one that is delivered", () => {
    const facts = smallGame({
      receptacles: { "bed 1": ["pillow"], "desk 1": ["pillow"], "sofa 1": [] },
      task: "put two pillow in sofa",
    });
    const household = new Household(facts);
    const teacher = new SearchTeacher(PRIOR);
    teacher.begin(household.reset());
    for (const action of ["go to bed 1", "take pillow 2 from bed 1", "go to sofa 1", "put pillow 2 in/on sofa 1"])
      teacher.observe(action, household.step(action).observation);
    expect(teacher.seeks()).toBe("pillow");
    teacher.observe("go to desk 1", household.step("go to desk 1").observation);
    expect(teacher.seeks()).toBeNull();
  });
});
