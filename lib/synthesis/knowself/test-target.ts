/** Gold games and a scripted target model for the tests here. */
import { playEpisode, SearchTeacher } from "../../agents/index.ts";
import { createHouseholdGenerator, Household, PlacementPrior, type Environment } from "../../environments/index.ts";
import { scriptedModel, type ChatMessage, type ChatModel } from "../../llm/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { RECONSIDER_HOUSEHOLD } from "./prompts.ts";

const source = createHouseholdGenerator({ seed: 11, split: "train" });
const prior = PlacementPrior.fromGames(Array.from({ length: 60 }, (_, i) => source.game(i)));

export const gameOf = (gold: Trajectory): Environment =>
  new Household(source.game(Number(gold.task.id.split("-").at(-1))));

/** Won games of the scripted teacher. */
export function goldGames(count: number): Trajectory[] {
  const gold: Trajectory[] = [];
  for (let i = 0; gold.length < count; i++) {
    const game = new Household(source.game(i));
    const trajectory = playEpisode(game, new SearchTeacher(prior), { stepLimit: 35, seed: 0 });
    if (trajectory.success) gold.push(trajectory);
  }
  return gold;
}

/** What the model says in the place of the teacher's action; null: the same. */
export type Slip = (action: string, turn: number, task: string) => string | null;

/**
 * The teacher as a chat model, which sees only messages. Where `slip` gives another action it says that; told to think
 * again, it says the teacher's or, where `stubborn` holds, its own again.
 */
export function slippingModel(slip: Slip, stubborn: (task: string) => boolean = () => false) {
  const requests: (readonly ChatMessage[])[] = [];
  const model: ChatModel = scriptedModel("slipping teacher", (messages) => {
    requests.push(messages);
    const start = messages.findLastIndex(({ content }) => content.startsWith("You are in the middle"));
    const again = messages.at(-1)?.content === RECONSIDER_HOUSEHOLD;
    const turns = messages.slice(start + 1, again ? -2 : undefined);
    const task = messages[start].content;
    const teacher = new SearchTeacher(prior);
    teacher.begin(task);
    for (let i = 0; i + 1 < turns.length; i += 2)
      teacher.observe(turns[i].content.split("Action: ").at(-1)!, turns[i + 1].content.replace("Observation: ", ""));
    const right = teacher.act()?.action ?? "look around";
    const first = slip(right, turns.length / 2 + 1, task) ?? right;
    if (!again) return `Thought: I know\nAction: ${first}`;
    return `Thought: Let's think step by step. I was wrong.\nAction: ${stubborn(task) ? first : right}`;
  });
  return { model, requests };
}
