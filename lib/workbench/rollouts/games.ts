import { UserError } from "../../base/index.ts";
import { createHouseholdGenerator, loadGames, type GameSource, type HouseholdFacts } from "../../environments/index.ts";
import type { GameList, HomeList } from "./plan.ts";

const GENERATED = /^generated-(train|valid|test)-(\d+)-(\d+)$/;

/** Finds the games of lists; what it read for one list is kept for the next. */
export class Games {
  readonly #generators = new Map<string, GameSource>();
  readonly #published = new Map<string, ReadonlyMap<string, HouseholdFacts>>();

  /** The games in the order of the list; `UserError` where one is not there. */
  of(list: Exclude<GameList, HomeList>): HouseholdFacts[] {
    if (list.source === "generated") return list.ids.map((id) => this.#generated(id));
    const { folder, split } = list;
    const key = JSON.stringify([folder, split]);
    const known = this.#published.get(key) ?? new Map(loadGames(folder, split).map((game) => [game.id, game]));
    this.#published.set(key, known);
    return list.ids.map((id) => {
      const game = known.get(id);
      if (game === undefined) throw new UserError(`${folder}: no game "${id}" in ${split}`);
      return game;
    });
  }

  #generated(id: string): HouseholdFacts {
    const [, split, seed, index] = GENERATED.exec(id) ?? [];
    if (split === undefined)
      throw new UserError(
        `"${id}" is no generated game: generated-SPLIT-SEED-NUMBER is expected, as in generated-test-0-7`,
      );
    const key = `${split}-${seed}`;
    const source =
      this.#generators.get(key) ??
      createHouseholdGenerator({ seed: Number(seed), split: split as "train" | "valid" | "test" });
    this.#generators.set(key, source);
    return source.game(Number(index));
  }
}
