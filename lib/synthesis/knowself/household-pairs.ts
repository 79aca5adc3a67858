import type { Environment } from "../../environments/index.ts";
import type { StepPair, Trajectory } from "../../trajectory/index.ts";
import { parseActionKey, repairPut, sameHouseholdAction } from "./actions.ts";
import { AlfworldState } from "./alfworld-state.ts";
import { compareStep, searchesAgain, skipUnplayed, type Verdict } from "./compare-step.ts";
import { conversationOf, type Message } from "./conversation.ts";
import { Explorer, nextTurn, type Target } from "./explorer.ts";
import { objectiveOf, replayGold } from "./gold.ts";
import { householdStepPair } from "./step-record.ts";
import { StepTally, type TaskOutcome } from "./task-outcome.ts";

export interface HouseholdPairsOptions {
  readonly target: Target;
  /** The game of a gold trajectory. */
  readonly environment: (gold: Trajectory) => Environment;
  /** What comes before the first observation, by task type. */
  readonly prompt: (taskType: string) => readonly Message[];
  /** Also lets the agent search by itself, and records where it does not find (KnowSelf's `--save_no_find_data`). */
  readonly noFind?: boolean;
  /** Most steps of such a search, those before it included. Default 40. */
  readonly freeSteps?: number;
}

/**
 * The steps of one gold trajectory at which the agent, led along the gold turns, does something else. The search for the
 * first object is left out: it begins with the turn that takes it.
 */
export async function householdPairs(
  gold: Trajectory,
  index: number,
  options: HouseholdPairsOptions,
): Promise<TaskOutcome> {
  const messages = conversationOf(gold);
  const replay = replayGold(messages);
  const tally = new StepTally(gold, index);
  if (!replay.ok) return tally.dropped(`message ${replay.at}: ${replay.why}`);
  if (replay.grasp === null) return tally.dropped("nothing is ever taken");
  const run = new HouseholdRun(gold, index, messages, options);
  if (options.noFind) {
    const search = await run.searchFirst(replay.grasp);
    if (search) tally.noFind.push(search);
  }
  const searched = new Set<string>();
  for (let at = replay.grasp; at < messages.length; at += 2) {
    const holding = run.leadTo(at).held !== null;
    const search = searchesAgain(run.objective, messages[at].content, holding);
    if (search) {
      tally.skip("search");
      // Once for each thing that is searched for; the published script starts anew at every turn of the search.
      if (options.noFind && !searched.has(search)) {
        searched.add(search);
        const record = await run.searchSecond(at, search);
        if (record) tally.noFind.push(record);
      }
      continue;
    }
    const { verdict, pair } = await run.compare(at);
    tally.count(verdict);
    if (pair) tally.pairs.push(pair);
    if (verdict.kind === "skipped" && verdict.why === "won") break;
  }
  return tally.outcome();
}

class HouseholdRun {
  readonly objective: string;
  readonly #gold: Trajectory;
  readonly #index: number;
  readonly #messages: readonly Message[];
  readonly #target: Target;
  readonly #explorer: Explorer;
  readonly #before: readonly Message[];
  readonly #free: number;

  constructor(gold: Trajectory, index: number, messages: readonly Message[], options: HouseholdPairsOptions) {
    this.objective = objectiveOf(messages[0].content);
    this.#gold = gold;
    this.#index = index;
    this.#messages = messages;
    this.#target = options.target;
    this.#explorer = new Explorer(options.environment(gold));
    this.#before = [...options.prompt(gold.task.type), messages[0]];
    this.#free = options.freeSteps ?? 40;
  }

  /** Starts the game anew and carries out the gold turns before message `at`. Gold words stay in the history. */
  leadTo(at: number): AlfworldState {
    const state = new AlfworldState(this.#messages[0].content);
    this.#explorer.reset(this.#before);
    for (let i = 1; i < at; i += 2) {
      this.#explorer.step(this.#messages[i].content);
      state.apply(this.#messages[i].content, this.#messages[i + 1].content);
    }
    this.#explorer.history = [...this.#before, ...this.#messages.slice(1, at)];
    return state;
  }

  /** One turn of the agent after the gold turns before message `at`, where the game has been led. */
  async compare(at: number): Promise<{ verdict: Verdict; pair?: StepPair }> {
    const gold = this.#messages[at].content;
    const said = await nextTurn(this.#target, this.#explorer.history);
    const early = skipUnplayed(gold, said);
    if (early) return { verdict: { kind: "skipped", why: early } };
    const key = parseActionKey(said);
    const explored = key.ok && key.value.verb === "put" ? repairPut(said) : said;
    const { observation, won } = this.#explorer.step(explored);
    const verdict = compareStep({ objective: this.objective, gold, explored, observation, won });
    if (verdict.kind !== "different") return { verdict };
    return { verdict, pair: this.#record(at, (at + 1) / 2, explored, observation) };
  }

  /** Lets the agent play from the start until it takes what the gold turn at message `grasp` takes. */
  async searchFirst(grasp: number): Promise<StepPair | null> {
    const gold = this.#messages[grasp].content;
    this.#explorer.reset(this.#before);
    const last = await this.#play(this.#free, ({ said }) => sameHouseholdAction(said, gold));
    if (last === null) return null;
    // The published records have the whole trajectory here.
    return { ...this.#record(grasp, 0, last.said, last.observation), golden_traj: [...this.#messages] };
  }

  /** Lets the agent play on from message `at` until it has the second object or sees the lamp. */
  async searchSecond(at: number, search: "object" | "lamp"): Promise<StepPair | null> {
    const step = (at + 1) / 2;
    const last = await this.#play(this.#free - step, ({ observation }) =>
      search === "object" ? observation.startsWith("Observation: You pick up") : observation.includes("desklamp"),
    );
    return last && this.#record(at, step, last.said, last.observation);
  }

  /** The last turn where nothing was found; null where it was. */
  async #play(steps: number, found: (turn: Played) => boolean): Promise<Played | null> {
    let played: Played | null = null;
    for (let i = 0; i < steps; i++) {
      const said = await nextTurn(this.#target, this.#explorer.history);
      const { observation, won } = this.#explorer.step(said);
      played = { said, observation };
      if (won || found(played)) return null;
    }
    return played;
  }

  #record(at: number, step: number, explored: string, observation: string): StepPair {
    const turns = this.#explorer.history.slice(this.#before.length - 1, -2);
    const pair = householdStepPair(this.#gold, this.#messages, at, { turns, action: explored, observation });
    return { ...pair, step, idx: this.#index };
  }
}

interface Played {
  readonly said: string;
  readonly observation: string;
}
