import { describe, expect, it } from "vitest";
import {
  createHouseholdGenerator,
  Household,
  PlacementPrior,
  smallGame,
  type SmallGame,
} from "../../environments/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { playEpisode } from "../episode.ts";
import { ConsultingTeacher, type ConsultingOptions, type KnownPlaces, type SearchState } from "./consulting-teacher.ts";
import { SearchTeacher } from "./search-teacher.ts";

const rooms = createHouseholdGenerator({ seed: 11, split: "train" });
const prior = PlacementPrior.fromGames(Array.from({ length: 200 }, (_, index) => rooms.game(index)));

const PLACES: Record<string, KnownPlaces> = {
  pen: { text: "Pens are in safe 1.", receptacles: ["safe 1"] },
  desklamp: { text: "The lamp is on shelf 1.", receptacles: ["shelf 1"] },
};
const nowhere = (): null => null;

/** The agent's turns in a small room. */
function play(game: SmallGame, options: Partial<ConsultingOptions>): Turn[] {
  const teacher = new ConsultingTeacher({
    prior,
    places: (object) => PLACES[object] ?? null,
    asks: () => true,
    ...options,
  });
  const { turns, success } = playEpisode(new Household(smallGame(game)), teacher, { stepLimit: 30, seed: 0 });
  expect(success).toBe(true);
  return turns.filter(({ role }) => role === "assistant");
}
const actions = (turns: readonly Turn[]): (string | undefined)[] => turns.map(({ action }) => action);
const asked = (turns: readonly Turn[]): number[] =>
  turns.flatMap(({ knowledge }, index) => (knowledge === undefined ? [] : [index]));

const SAFE = {
  receptacles: { "bed 1": [], "desk 1": [], "drawer 1": [], "safe 1": ["pen"], "shelf 1": [] },
  task: "put a pen in shelf",
};

describe("ConsultingTeacher", () => {
  it("asks in the turn that it says so, and searches the known place from then on", () => {
    const atOnce = play(SAFE, {});
    expect(atOnce[0]).toEqual({
      role: "assistant",
      content: "[Knowledge]<knowledge>Pens are in safe 1.</knowledge>\nThought: I need pen\nAction: go to safe 1",
      thought: "I need pen",
      action: "go to safe 1",
      knowledge: "Pens are in safe 1.",
      situation: "knowledgeable",
    });
    expect(actions(atOnce)).toEqual([
      "go to safe 1",
      "open safe 1",
      "take pen 1 from safe 1",
      "go to shelf 1",
      "put pen 1 in/on shelf 1",
    ]);
    const later = play(SAFE, { asks: ({ searched }) => searched >= 1 });
    expect(actions(later).slice(0, 3)).toEqual(["go to desk 1", "go to safe 1", "open safe 1"]);
    expect([asked(atOnce), asked(later)]).toEqual([[0], [1]]);
  });

  it("asks once in a search, and never for what it does not search", () => {
    const states: SearchState[] = [];
    const turns = play(SAFE, { asks: (state) => states.push(state) > 0 });
    expect(asked(turns)).toEqual([0]);
    expect(states).toEqual([{ turn: 0, searched: 0, odd: 0 }]);
  });

  it("who never asks plays as the searching teacher", () => {
    const never = play(SAFE, { asks: () => false });
    const plain = playEpisode(new Household(smallGame(SAFE)), new SearchTeacher(prior), { stepLimit: 30, seed: 0 });
    expect(never).toEqual(plain.turns.filter(({ role }) => role === "assistant"));
  });

  it("asks anew for the lamp, with its own count of places searched", () => {
    const states: SearchState[] = [];
    const turns = play(
      { receptacles: { "bed 1": [], "desk 1": [], "safe 1": ["pen"], "shelf 1": ["desklamp"], "sidetable 1": [] }, task: "look at pen under the desklamp" }, // prettier-ignore
      { asks: (state) => states.push(state) > 0 && state.searched > 0 },
    );
    const rules = turns.map(({ knowledge }) => knowledge).filter((rule) => rule !== undefined);
    expect(rules).toEqual(["Pens are in safe 1.", "The lamp is on shelf 1."]);
    const lamp = states.findIndex(({ searched }, index) => index > 0 && searched === 0);
    expect(states.map(({ turn }) => turn)).toEqual([...new Set(states.map(({ turn }) => turn))]);
    expect(states[lamp].turn).toBeGreaterThan(2);
  });

  it("counts the places looked into, closed ones only once they are open, and odd things", () => {
    const states: SearchState[] = [];
    play(
      {
        receptacles: { "desk 1": ["pillow"], "drawer 1": [], "safe 1": ["pen"], "shelf 1": [] },
        task: "put a pen in shelf",
      },
      { asks: (state) => states.push(state) === 0 },
    );
    expect(states).toEqual([
      { turn: 0, searched: 0, odd: 0 },
      { turn: 1, searched: 1, odd: 1 }, // desk 1
      { turn: 2, searched: 1, odd: 1 }, // drawer 1, closed
      { turn: 3, searched: 2, odd: 1 },
      { turn: 4, searched: 2, odd: 1 }, // safe 1, closed
    ]);
  });

  it("says with an empty rule that it asked and nothing is known, and marks what was not its own idea", () => {
    expect(play(SAFE, { places: nowhere })[0]).toMatchObject({ knowledge: "", situation: "knowledgeable" });
    const [first, second] = play(SAFE, { prompted: true });
    expect([first.prompted, second.prompted]).toEqual([true, undefined]);
  });

  it("forgets everything at the next episode", () => {
    const states: SearchState[] = [];
    const asks = (state: SearchState): boolean => states.push(state) > 0 && state.searched > 0;
    const teacher = new ConsultingTeacher({ prior, places: (object) => PLACES[object] ?? null, asks });
    const game = { ...SAFE, receptacles: { ...SAFE.receptacles, "desk 1": ["pillow"] } };
    const once = (): unknown => playEpisode(new Household(smallGame(game)), teacher, { stepLimit: 30, seed: 0 });
    expect(once()).toEqual(once());
    expect(states.map(({ odd }) => odd)).toEqual([0, 1, 0, 1]);
  });
});
