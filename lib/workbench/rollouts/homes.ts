import { homeIn, type HouseholdFacts, type PlacementPrior } from "../../environments/index.ts";
import { livedIn, type LivedIn } from "../knowself/households.ts";
import type { HomeList } from "./plan.ts";

/** The households of a list, furnished in these rooms, with what was learnt in each before. */
export function homesOf(
  { furnished, seed, earlierGames }: HomeList,
  rooms: readonly HouseholdFacts[],
  prior: PlacementPrior,
): LivedIn[] {
  return rooms.map((room) => {
    const home = homeIn(room, { prior, seed, hasOwnWays: furnished === "own ways" });
    return livedIn(home, prior, earlierGames, furnished === "as it is" ? room : undefined);
  });
}
