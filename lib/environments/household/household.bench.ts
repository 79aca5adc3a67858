import { createRandom, dataFolder, testDataFolder } from "../../base/index.ts";
import type { HouseholdFacts } from "./facts.ts";
import { createHouseholdGenerator } from "./generator/index.ts";
import { Household } from "./household.ts";
import { findSplit, loadGames } from "./load.ts";
import { findTextWorldPython, playInTextWorld, TEXTWORLD_INSTALL } from "./textworld.ts";
import { loadRules, toGameFile } from "./write.ts";

interface BenchTable {
  readonly title: string;
  readonly rows: Record<string, string | number>[];
  readonly note?: string;
}

const GAMES = 40;
const STEPS = 250;
const TEXTWORLD_GAMES = 4;
const TEXTWORLD_STEPS = 25;

/**
 * Steps a second of the household on one core and, where a Python with TextWorld is found, of the real one with the same
 * games and commands, whose observations are compared on the way.
 */
export default function bench(): Promise<BenchTable> {
  return Promise.resolve(measure());
}

function measure(): BenchTable {
  const data = dataFolder() ?? testDataFolder();
  const published = data !== null && findSplit(data, "valid_unseen") !== null;
  const games = published ? loadGames(data, "valid_unseen").slice(0, GAMES) : generatedGames();
  const source = published ? "ALFWorld valid_unseen" : "generated";
  const plays = games.map((game) => randomPlay(game, STEPS));

  const construct = median(() => {
    // Copies, so that nothing prepared for these facts before is used.
    const fresh = games.map((game) => ({ ...game }));
    return seconds(() => fresh.forEach((game) => new Household(game).reset())) / games.length;
  });
  const step = median(() => playAll(games, plays, false));
  const stepWithActions = median(() => playAll(games, plays, true));
  const rows: Record<string, string | number>[] = [
    row("Waymark", step, construct),
    row("Waymark, with the admissible commands of each state", stepWithActions, construct),
  ];

  const python = findTextWorldPython();
  if (python === null || data === null) {
    const missing =
      python === null
        ? `a Python with TextWorld; install: ${TEXTWORLD_INSTALL}`
        : "TextWorld's rules in the data folder";
    return { title: title(source), rows, note: `Not compared with the real TextWorld for want of ${missing}` };
  }
  const rules = loadRules(data, "2.1.1");
  const jobs = games.slice(0, TEXTWORLD_GAMES).map((game, index) => {
    return { game: toGameFile(game, rules), commands: plays[index].slice(0, TEXTWORLD_STEPS) };
  });
  const theirs = playInTextWorld(python, jobs);
  const steps = jobs.reduce((sum, job) => sum + job.commands.length, 0);
  const stepSeconds = theirs.reduce((sum, play) => sum + play.step_seconds, 0) / steps;
  const loadSeconds = theirs.reduce((sum, play) => sum + play.load_seconds, 0) / theirs.length;
  rows.push(row("TextWorld 1.7.0 with alfworld 0.4.2 (it always lists the commands)", stepSeconds, loadSeconds));
  rows.push({
    engine: "ratio (both with commands)",
    "steps/s": `${Math.round(stepSeconds / stepWithActions).toLocaleString("en")} x`,
    "µs a step": "",
    "ms to load a game": `${Math.round(loadSeconds / construct).toLocaleString("en")} x`,
  });
  const equal = theirs.every((play, index) => sameAsOurs(games[index], jobs[index].commands, play.steps));
  return {
    title: title(source),
    rows,
    note: `Observations and admissible commands of ${steps} steps in ${jobs.length} games ${equal ? "are identical" : "DIFFER"}.`,
  };
}

const title = (source: string): string => `Household, one core, random admissible commands in games of ${source}`;

function row(engine: string, stepSeconds: number, loadSeconds: number): Record<string, string | number> {
  return {
    engine,
    "steps/s": Math.round(1 / stepSeconds).toLocaleString("en"),
    "µs a step": Number((stepSeconds * 1e6).toPrecision(3)),
    "ms to load a game": Number((loadSeconds * 1e3).toPrecision(3)),
  };
}

function generatedGames(): HouseholdFacts[] {
  const generator = createHouseholdGenerator({ seed: 1, split: "test" });
  return Array.from({ length: GAMES }, (_, index) => generator.game(index));
}

function randomPlay(game: HouseholdFacts, steps: number): string[] {
  const random = createRandom(1, `bench/${game.id}`);
  const household = new Household(game);
  return Array.from({ length: steps }, () => {
    const action = random.pick(household.actions());
    household.step(action);
    return action;
  });
}

/** Seconds a step. */
function playAll(games: readonly HouseholdFacts[], plays: readonly string[][], withActions: boolean): number {
  const environments = games.map((game) => new Household(game));
  const taken = seconds(() => {
    environments.forEach((household, index) => {
      for (const action of plays[index]) {
        household.step(action);
        if (withActions) household.actions();
      }
    });
  });
  return taken / (games.length * STEPS);
}

function sameAsOurs(
  game: HouseholdFacts,
  commands: readonly string[],
  theirs: readonly { readonly observation: string; readonly admissible: readonly string[]; readonly won: boolean }[],
): boolean {
  const household = new Household(game);
  return theirs.every((step, index) => {
    const observation = index === 0 ? household.reset() : household.step(commands[index - 1]).observation;
    return observation === step.observation && household.actions().join("\n") === step.admissible.join("\n");
  });
}

function seconds(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Of nine runs, so that the first, slow ones do not count. */
function median(measure: () => number): number {
  return Array.from({ length: 9 }, measure).sort((a, b) => a - b)[4];
}
