import { createRandom } from "../base/index.ts";
import type { Environment, StepResult } from "./environment.ts";

export interface ConformanceOptions {
  /** A new environment, always of the same task. */
  readonly create: () => Environment;
  /** Commands that this environment refuses in every state, besides those tried with every environment. */
  readonly refused?: readonly string[];
  /** Length of the random walks; default 60. */
  readonly steps?: number;
  readonly seed?: number;
}

export interface ConformanceCheck {
  readonly name: string;
  /** Throws with what was violated. */
  readonly run: () => void;
}

const NONSENSE = ["", "   ", "xyzzy", "\u0000", "go to", "toString", "__proto__", "(((", "a".repeat(10_000), "é\n日本"];

/**
 * What every environment owes its users, as checks for a test runner:
 * `for (const { name, run } of conformanceChecks({ create })) it(name, run);`
 */
export function conformanceChecks(options: ConformanceOptions): ConformanceCheck[] {
  const { create, refused = [], steps = 60, seed = 1 } = options;
  const walk = (name: string, visit: (environment: Environment, action: string) => StepResult): Environment => {
    const random = createRandom(seed, `conformance/${name}`);
    const environment = create();
    environment.reset();
    for (let step = 0; step < steps; step++) {
      const actions = environment.actions();
      if (actions.length === 0 || visit(environment, random.pick(actions)).done) break;
    }
    return environment;
  };
  const visits: Readonly<Record<string, (environment: Environment, action: string) => StepResult>> = {
    "admissible actions are sorted and each is listed once": (environment, action) => {
      const actions = environment.actions();
      const expected = [...new Set(actions)].sort();
      equal(actions, expected, "actions()");
      return environment.step(action);
    },
    "every admissible action is accepted": (environment, action) => {
      for (const each of environment.actions()) {
        const result = environment.clone().step(each);
        if (result.invalid) fail(`admissible action ${show(each)} was refused: ${show(result.observation)}`);
      }
      return environment.step(action);
    },
    "a wrong action is an observation and changes nothing": (environment, action) => {
      const before = environment.actions();
      for (const wrong of [...NONSENSE, ...refused]) {
        const result = environment.step(wrong);
        if (!result.invalid) fail(`${show(wrong)} was not refused: ${show(result.observation)}`);
        if (result.observation === "") fail(`${show(wrong)} gave an empty observation`);
        equal(environment.actions(), before, `actions() after ${show(wrong)}`);
      }
      const clean = environment.clone();
      clean.step("xyzzy");
      const result = environment.step(action);
      equal(clean.step(action), result, `step(${show(action)}) after a wrong action`);
      return result;
    },
    "a clone goes the same way, and neither disturbs the other": (environment, action) => {
      const [copy, stray] = [environment.clone(), environment.clone()];
      for (const each of environment.actions()) stray.step(each);
      const result = environment.step(action);
      equal(copy.step(action), result, `step(${show(action)}) of a clone`);
      equal(copy.actions(), environment.actions(), `actions() of a clone after ${show(action)}`);
      return result;
    },
    "rewards lie in [0, 1] and observations are text": (environment, action) => {
      const result = environment.step(action);
      if (!(result.reward >= 0 && result.reward <= 1)) fail(`${show(action)} gave reward ${result.reward}`);
      if (typeof result.observation !== "string" || result.observation === "") fail(`${show(action)}: no observation`);
      return result;
    },
  };
  return [
    {
      name: "the task says what it is",
      run: () => {
        const { task } = create();
        for (const field of ["id", "type", "source", "split", "goal"] as const) {
          if (typeof task[field] !== "string" || task[field] === "") fail(`task.${field} is ${show(task[field])}`);
        }
      },
    },
    {
      name: "reset starts anew and always tells the same",
      run: () => {
        const fresh = create();
        const first = { text: fresh.reset(), actions: fresh.actions() };
        const used = walk("reset", (environment, action) => environment.step(action));
        equal({ text: used.reset(), actions: used.actions() }, first, "reset() after steps");
      },
    },
    {
      name: "the same actions give the same results",
      run: () => {
        const actions: string[] = [];
        const results: StepResult[] = [];
        walk("replay", (environment, action) => {
          actions.push(action);
          results.push(environment.step(action));
          return results[results.length - 1];
        });
        const again = create();
        again.reset();
        actions.forEach((action, index) => equal(again.step(action), results[index], `replayed step ${index + 1}`));
      },
    },
    ...Object.entries(visits).map(([name, visit]) => ({ name, run: () => void walk(name, visit) })),
  ];
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) fail(`${what} is ${show(actual)}, not ${show(expected)}`);
}

function fail(message: string): never {
  throw new Error(`environment contract: ${message}`);
}

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}
