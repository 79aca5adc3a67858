import { describe, expect, it } from "vitest";
import { SearchTeacher } from "../../agents/index.ts";
import { playEpisode } from "../../agents/index.ts";
import { createHouseholdGenerator, Household, PlacementPrior } from "../../environments/index.ts";
import { AlfworldState, StateError } from "./alfworld-state.ts";
import { conversationOf } from "./conversation.ts";
import { objectiveOf, replayGold } from "./gold.ts";
import { messagesOfExample } from "./prompts.ts";
import { fewShots, vectors } from "./test-vectors.ts";

const TASK = "You see a cabinet 1, a fridge 1, and a shelf 2.\n\nYour task is to: put some mug in cabinet.";
const apply = (state: AlfworldState, action: string, answer: string): void =>
  state.apply(`Thought: t\nAction: ${action}`, `Observation: ${answer}`);

describe("the published replays", () => {
  it("agree exactly", (context) => {
    const texts = fewShots(context);
    const cases = vectors(context).alfworld_state_replay;
    expect(cases.length).toBe(12);
    for (const wanted of cases) {
      const messages = messagesOfExample(texts[wanted.key]);
      const replay = replayGold(messages);
      if (!replay.ok) throw new Error(`${wanted.key}: ${replay.why}`);
      expect({
        key: wanted.key,
        task: objectiveOf(messages[0].content),
        reachable: replay.state.reachable.length,
        actions_total: messages.filter(({ role }) => role === "assistant").length,
        steps_applied: replay.applied,
        first_step_holding_object: (replay.grasp! + 1) / 2,
        error: null,
        final_loc: replay.state.location,
        final_in_hand: replay.state.held,
      }).toEqual(wanted);
    }
  });

  it("all 18 gold few-shots replay", (context) => {
    const texts = Object.entries(fewShots(context)).filter(([key]) => key.startsWith("react_"));
    expect(texts.length).toBe(18);
    for (const [key, text] of texts) {
      const replay = replayGold(messagesOfExample(text));
      expect(replay, key).toMatchObject({ ok: true });
      expect(replay.ok && replay.state.held, key).not.toBeNull();
    }
  });
});

describe("the tracker", () => {
  it("follows place, hand and contents", () => {
    const state = new AlfworldState(TASK);
    expect(state.reachable).toEqual(["cabinet 1", "fridge 1", "shelf 2"]);
    apply(state, "go to shelf 2", "On the shelf 2, you see a mug 1, and an alarm clock 1.");
    expect(state.contents("shelf 2")).toEqual(["mug 1", "alarm clock 1"]);
    apply(state, "take mug 1 from shelf 2", "You pick up the mug 1 from the shelf 2.");
    apply(state, "go to fridge 1", "The fridge 1 is closed.");
    apply(state, "cool mug 1 with fridge 1", "You cool the mug 1 using the fridge 1.");
    apply(state, "go to fridge 1", "Nothing happens.");
    expect(state.held).toEqual({ name: "mug 1", status: "cooled" });
    expect(state.location).toEqual({ name: "fridge 1", status: "closed" });
    apply(state, "move mug 1 to fridge 1", "You move the mug 1 to the fridge 1.");
    expect(state.contents("fridge 1")).toEqual(["mug 1"]);
    expect(state.contents("shelf 2")).toEqual(["alarm clock 1"]);
  });

  it.each([
    ["go to bed 1", "On the bed 1, you see nothing.", "not in the room"],
    ["take cup 1 from shelf 2", "You pick up the cup 1.", "not seen"],
    ["put mug 1 in/on shelf 2", "You put the mug 1.", "nothing in hand"],
    ["heat mug 1 with microwave 1", "You heat the mug 1.", "nothing in hand"],
    ["open fridge 1", "You open the fridge 1.", "from elsewhere"],
    ["open shelf 2", "Nothing happens.", "refused"],
    ["dance", "You dance.", "no command"],
  ])("refuses %s", (action, answer, why) => {
    const state = new AlfworldState(TASK);
    apply(state, "go to shelf 2", "On the shelf 2, you see a mug 1.");
    expect(() => apply(state, action, answer)).toThrow(StateError);
    expect(() => apply(state, action, answer)).toThrow(why);
  });

  it("agrees with our own households on what the teacher does in 100 games", () => {
    const source = createHouseholdGenerator({ seed: 6, split: "train" });
    const teacher = new SearchTeacher(PlacementPrior.fromGames(Array.from({ length: 60 }, (_, i) => source.game(i))));
    for (let i = 0; i < 100; i++) {
      const game = new Household(source.game(i));
      const gold = playEpisode(game, teacher, { stepLimit: 60, seed: 0 });
      if (!gold.success) continue;
      const messages = conversationOf(gold);
      const replay = replayGold(messages);
      if (!replay.ok) throw new Error(`game ${i}: ${replay.why}: ${messages[replay.at].content}`);
      expect(replay.state.reachable.length).toBe(game.facts.receptacles.length);
      expect(replay.applied).toBe(gold.steps - 1);
    }
  });
});
