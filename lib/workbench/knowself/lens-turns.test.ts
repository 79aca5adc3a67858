import { afterAll, beforeAll, expect, test } from "vitest";
import { ConsultingTeacher } from "../../agents/index.ts";
import {
  createHomes,
  createHouseholdCodec,
  createHouseholdGenerator,
  PlacementPrior,
} from "../../environments/index.ts";
import { readPlaceRule } from "../../knowledge/index.ts";
import { ChatTemplate, SITUATED_SPECIAL_TOKENS, trainTokenizer } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { knownPlaces, livedIn } from "./households.ts";
import { selfAwareGold } from "./lens-turns.ts";

const source = createHouseholdGenerator({ seed: 5, split: "train" });
const prior = PlacementPrior.fromGames(Array.from({ length: 100 }, (_, index) => source.game(1000 + index)));
const homes = createHomes({ rooms: source, prior, seed: 1, ownWays: 1 });
const households = Array.from({ length: 6 }, (_, index) => livedIn(homes.home(index), prior, 6));

const template = new ChatTemplate({ codec: createHouseholdCodec(), thoughts: true, situations: true });
const words = " see desk 1 task put a mug in desk on nothing ok noop go take mug 1 look";
const tokenizer = trainTokenizer([words, words], { vocabularySize: 400, specials: SITUATED_SPECIAL_TOKENS });
let model: Llama;
beforeAll(() => {
  selectEngine("auto");
  const sizes = { hidden_size: 8, intermediate_size: 16, num_hidden_layers: 1, num_attention_heads: 2 };
  model = Llama.create({ ...sizes, vocab_size: tokenizer.size, max_position_embeddings: 4000 }, { seed: 1 });
});
afterAll(() => model.dispose());

/** Gold of an agent that looks up whatever it needs, and of a student that can do nothing. */
const gold = (stepLimit: number): ReturnType<typeof selfAwareGold> =>
  selfAwareGold({
    ...{ households, model, tokenizer, template, stepLimit, seed: 0 },
    createAgent: ({ rules }) =>
      new ConsultingTeacher({ prior, places: (object) => knownPlaces(rules, object), asks: () => true }),
  });

test("a turn has the rule that led to what gold did, and no other", async () => {
  const trajectories = await gold(60);
  expect(trajectories.length).toBeGreaterThan(3);
  expect(new Set(trajectories.map(({ id }) => id)).size).toBe(trajectories.length);
  const turns = trajectories.flatMap((each) => each.turns).filter(({ role }) => role === "assistant");
  const told = turns.filter(({ knowledge }) => knowledge !== undefined);
  expect(told.length).toBeGreaterThan(3);
  expect(told.length).toBeLessThan(turns.length);
  const leads = ({ knowledge, action }: Turn): boolean =>
    readPlaceRule(knowledge!)!.receptacles.some((receptacle) => action!.includes(receptacle));
  expect(told.every(leads)).toBe(true);
  expect(told.every(({ situation }) => situation === "knowledgeable")).toBe(true);
  expect(turns.filter(({ knowledge }) => knowledge === undefined).every(({ content }) => !content.includes("[Knowledge]"))).toBe(true); // prettier-ignore
});

test("an episode that fails is no gold", async () => {
  expect(await gold(1)).toEqual([]);
});
