import {
  householdProfile,
  RandomAgent,
  ReActAgent,
  SearchTeacher,
  withoutInstruction,
  type Agent,
  type Profile,
} from "../../agents/index.ts";
import { createRandom, readJson, sha256File, UserError } from "../../base/index.ts";
import {
  createHouseholdCodec,
  Household,
  PlacementPrior,
  type HouseholdFacts,
  type PlacementPriorJson,
} from "../../environments/index.ts";
import { playAgents, playChat, playStudent } from "../../evaluation/index.ts";
import { ChatTemplate, loadTokenizer, type Tokenizer } from "../../labels/index.ts";
import { Llama, selectEngine } from "../../model/index.ts";
import type { Trajectory } from "../../trajectory/index.ts";
import { ruleFor, type LivedIn } from "../knowself/households.ts";
import { endpointModel } from "./endpoint-model.ts";
import { Games } from "./games.ts";
import { homesOf } from "./homes.ts";
import { weightsFile, type EndpointPlayer, type GameList, type StudentPlayer, type TeacherPlayer } from "./plan.ts";
import type { ShardWork } from "./shards.ts";

/** What a worker is: plays shards one after another, and keeps the model, prior and games that it has read. */
export class ShardPlayer {
  readonly #games = new Games();
  #student: { readonly weights: string; readonly model: Llama } | null = null;
  #tokenizer: { readonly hash: string; readonly tokenizer: Tokenizer } | null = null;
  #prior: { readonly hash: string; readonly prior: PlacementPrior } | null = null;

  /** The episodes in the order of the games. They depend on `work` alone. */
  async play({ player, games, stepLimit, seed }: ShardWork): Promise<Trajectory[]> {
    const { facts, rules } = this.#gamesOf(games);
    const common = { stepLimit, seed };
    const agents = (createAgent: (id: string) => Agent): Promise<Trajectory[]> =>
      playAgents({
        ...common,
        environments: facts.map((game) => new Household(game)),
        createAgent: ({ task }) => createAgent(task.id),
      });
    const environments = facts.map((game) => () => new Household(game));
    switch (player.kind) {
      case "teacher": {
        const prior = this.#priorOf(player);
        return agents(() => new SearchTeacher(prior));
      }
      case "random":
        return agents((id) => new RandomAgent(createRandom(seed, `random-agent/${id}`)));
      case "student":
        return this.#playStudent(player, environments, common, rules);
      case "endpoint": {
        const { name, parallel, temperature, maxTokens } = player;
        const [model, profile] = [endpointModel(player), endpointProfile(player)];
        const sampling = { temperature, maxTokens, seed };
        return playChat({
          ...{ ...common, environments, parallel },
          createAgent: (_, meter) => new ReActAgent({ name, model: meter.count(model), profile, sampling }),
        });
      }
    }
  }

  async #playStudent(
    player: StudentPlayer,
    environments: readonly (() => Household)[],
    common: { readonly stepLimit: number; readonly seed: number },
    rules: (index: number) => LivedIn["rules"],
  ): Promise<Trajectory[]> {
    const { name, admissibleOnly, thoughts, batch, knowledge: mode } = player;
    const model = this.#modelOf(player);
    const options = {
      ...common,
      ...{ name, admissibleOnly, model, maxLength: model.config.max_position_embeddings },
      tokenizer: this.#tokenizerOf(player),
      template: new ChatTemplate({ codec: createHouseholdCodec(), thoughts, situations: mode !== undefined }),
    };
    const played: Trajectory[] = [];
    for (let from = 0; from < environments.length; from += batch)
      played.push(
        ...(await playStudent({
          ...options,
          environments: environments.slice(from, from + batch),
          ...(mode && { knowledge: (index) => ({ mode, ask: ruleFor(rules(from + index)) }) }),
        })),
      );
    return played;
  }

  #modelOf({ folder, weights, engine, tensorflowVersion }: StudentPlayer): Llama {
    if (this.#student?.weights === weights) return this.#student.model;
    const here = selectEngine("auto", 1);
    if (here.engine !== engine || here.tensorflowVersion !== tensorflowVersion)
      throw new UserError(
        `the student is to be computed by ${engine} ${tensorflowVersion}, but this worker has ${here.engine} ` +
          `${here.tensorflowVersion}: results would not be equal; run the same set-up on every machine`,
      );
    checkHash(weightsFile(folder), weights);
    this.#student?.model.dispose();
    this.#student = { weights, model: Llama.load(folder) };
    return this.#student.model;
  }

  #tokenizerOf({ tokenizer: file, tokenizerHash: hash }: StudentPlayer): Tokenizer {
    if (this.#tokenizer?.hash !== hash) {
      checkHash(file, hash);
      this.#tokenizer = { hash, tokenizer: loadTokenizer(file) };
    }
    return this.#tokenizer.tokenizer;
  }

  /** The games of a list, and what is known of the household of each. */
  #gamesOf(list: GameList): { facts: readonly HouseholdFacts[]; rules: (index: number) => LivedIn["rules"] } {
    if (list.source !== "homes") return { facts: this.#games.of(list), rules: () => [] };
    const homes = homesOf(list, this.#games.of({ ...list.rooms, ids: list.ids }), this.#priorOf(list));
    return { facts: homes.map((home) => home.game(0)), rules: (index) => homes[index].rules };
  }

  #priorOf({ prior: file, priorHash: hash }: Pick<TeacherPlayer, "prior" | "priorHash">): PlacementPrior {
    if (this.#prior?.hash !== hash) {
      checkHash(file, hash);
      this.#prior = { hash, prior: new PlacementPrior(readJson<PlacementPriorJson>(file)) };
    }
    return this.#prior.prior;
  }
}

/** How the household is told to a served model. */
function endpointProfile({ instructions }: EndpointPlayer): Profile {
  const profile = householdProfile();
  if (instructions === "") return withoutInstruction(profile);
  return { ...profile, instructionRole: "system", ...(instructions !== undefined && { instruction: instructions }) };
}

/** A worker may be on another machine: what it reads must be what the plan was made of. */
function checkHash(file: string, expected: string): void {
  let found: string;
  try {
    found = sha256File(file);
  } catch (error) {
    throw new UserError(`${(error as Error).message}: the workers need the folder with the model and the labels`);
  }
  if (found !== expected) throw new UserError(`${file}: another file than the plan was made with (SHA-256 ${found})`);
}
