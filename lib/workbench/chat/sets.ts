import {
  householdExamples,
  householdProfile,
  publishedExamples,
  shopExample,
  shopProfile,
  withoutInstruction,
  type Profile,
} from "../../agents/index.ts";
import { dataFolder, sha256File, UserError } from "../../base/index.ts";
import {
  createHouseholdGenerator,
  createShopGenerator,
  findWebShopFile,
  Household,
  loadPublishedShop,
  Shop,
  SHOP_FILES,
  type Environment,
} from "../../environments/index.ts";
import { gamesFingerprint, generatedGames, publishedSets } from "../games.ts";
import type { Run } from "../run.ts";
import { chatOf } from "./models.ts";
import type { ChatSettings } from "./settings.ts";

export const DOMAINS = ["household", "shop"] as const;
export type Domain = (typeof DOMAINS)[number];

/** Tasks to be played, under the name that results give them. */
export interface TaskSet {
  readonly name: string;
  /** For files. */
  readonly id: keyof ChatSettings["games"];
  readonly domain: Domain;
  readonly tasks: readonly (() => Environment)[];
}

const SET_NAMES = {
  household: "household, generated",
  alfworld: "ALFWorld valid_unseen",
  shop: "shop, generated",
  webshop: "WebShop's products",
} as const satisfies Record<TaskSet["id"], string>;

/** The test sets of a run, but for those whose files the data folder does not have. The same for every seed. */
export function testSets(run: Pick<Run, "settings">): TaskSet[] {
  const { games } = chatOf(run);
  const households = (list: readonly ConstructorParameters<typeof Household>[0][]) =>
    list.map((facts) => () => new Household(facts));
  const published =
    games.alfworld > 0 ? publishedSets(games.alfworld).find(({ name }) => name === "valid_unseen") : null;
  const ours = createShopGenerator({ seed: 0, split: "test" });
  const sets: Record<TaskSet["id"], TaskSet["tasks"]> = {
    household: households(generatedGames("test", games.household)),
    alfworld: households(published?.games ?? []),
    shop: Array.from({ length: games.shop }, (_, index) => () => ours.environment(index)),
    webshop: webShopTasks(games.webshop),
  };
  return (Object.keys(sets) as TaskSet["id"][])
    .map((id): TaskSet => ({
      ...{ id, name: SET_NAMES[id], tasks: sets[id] },
      domain: id === "shop" || id === "webshop" ? "shop" : "household",
    }))
    .filter(({ tasks }) => tasks.length > 0);
}

/** Human goals where the files tell whose they are, else synthetic ones; of WebShop's test split. */
function webShopTasks(count: number): (() => Environment)[] {
  const folder = dataFolder();
  if (count === 0 || folder === null || findWebShopFile(folder, "products") === null) return [];
  const wording = findWebShopFile(folder, "humanGoals") === null ? "synthetic" : "human";
  const { catalogue, goals } = loadPublishedShop(folder, { wording });
  const test = goals.filter(({ split }) => split === "test");
  return test.slice(0, count).map((goal) => () => new Shop(catalogue, goal));
}

/** Training tasks without end: those that gold trajectories are of, and those that experience is gathered in. */
export function trainingTasks(run: Pick<Run, "seed">, domain: Domain): (index: number) => Environment {
  const options = { seed: run.seed, split: "train" } as const;
  if (domain === "shop") return (index) => createShopGenerator(options).environment(index);
  const households = createHouseholdGenerator(options);
  return (index) => new Household(households.game(index));
}

/** Hashes of the files that decide what the tasks are. */
export function tasksFingerprint(): Record<string, string> {
  const folder = dataFolder();
  const published = (["products", "attributes", "humanGoals"] as const).flatMap((purpose): [string, string][] => {
    const file = folder === null ? null : findWebShopFile(folder, purpose);
    return file === null ? [] : [[`webshop ${purpose}`, sha256File(file)]];
  });
  const ours = SHOP_FILES.map((file, index): [string, string] => [`shop ${index}`, sha256File(file)]);
  return { ...gamesFingerprint(["valid_unseen"]), ...Object.fromEntries([...ours, ...published]) };
}

/** How agents are told of a domain, with the examples that the settings choose. */
export function profileOf(run: Pick<Run, "settings">, domain: Domain, examples = chatOf(run).examples): Profile {
  const profile = domain === "household" ? householdProfile() : shopProfile();
  if (chatOf(run).prompt === "bare") return withoutInstruction(profile);
  if (examples === "none") return profile;
  if (examples === "ours")
    return { ...profile, examples: domain === "household" ? householdExamples() : [shopExample()] };
  const folder = dataFolder();
  if (folder === null)
    throw new UserError(
      "chat.examples is published, and there is no data folder; data/README.md says what belongs there",
    );
  return { ...profile, examples: publishedExamples(folder, domain) };
}

/** The domains that a run plays in. */
export const domainsOf = ({ settings: { chat } }: Pick<Run, "settings">): Domain[] =>
  DOMAINS.filter((domain) =>
    domain === "household"
      ? chat!.games.household + chat!.games.alfworld > 0
      : chat!.games.shop + chat!.games.webshop > 0,
  );
