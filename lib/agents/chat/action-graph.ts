import { UserError } from "../../base/index.ts";

/** Names of actions as they are compared: `Goto`, `go to {receptacle}` and "go to shelf 1" are all `goto`. */
export function actionName(text: string): string {
  const bare = text.replace(/\([^)]*\)|\{[^}]*\}|\[[^\]]*\]/g, "").trim().toLowerCase(); // prettier-ignore
  if (/^go\s*to\b/.test(bare)) return "goto";
  const name = /^[a-z]+/.exec(bare)?.[0] ?? "";
  return name === "move" ? "put" : name;
}

const START = "start";

/**
 * Which action may follow which, as KnowAgent's action knowledge states it. An action is in order once one of those that
 * may come before it has been done; it need not be the last one, for the published graphs leave out most repetitions.
 */
export class ActionGraph {
  /** Name of an action to the names of those that may come before it. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;

  constructor(before: ReadonlyMap<string, ReadonlySet<string>>) {
    this.before = before;
  }

  /**
   * Reads the lines with arrows of a text, in the published form (`[Goto(receptacle), Open(receptacle)] -> Take(object)`) or
   * in ours (`open -> take, put`). What begins is `start`, or else what the first line begins with.
   */
  static read(text: string): ActionGraph {
    const before = new Map<string, Set<string>>();
    const add = (source: string, target: string): void => {
      before.set(target, (before.get(target) ?? new Set()).add(source));
    };
    const edges = text.split("\n").flatMap((line) => {
      const sides = line.split("->").map(namesIn);
      return sides.slice(1).map((targets, i) => ({ sources: sides[i], targets }));
    });
    if (edges.length === 0) throw new UserError(`no line with "->" in this action knowledge: ${text.slice(0, 100)}`);
    for (const { sources, targets } of edges)
      for (const target of targets) for (const source of sources) add(source, target);
    const hasStart = edges.some(({ sources }) => sources.includes(START));
    if (!hasStart) for (const name of edges[0].sources) add(START, name);
    return new ActionGraph(before);
  }

  /** The names that may come next. */
  allowed(done: readonly string[]): string[] {
    const names = new Set([START, ...done]);
    return [...this.before]
      .filter(([, sources]) => [...sources].some((source) => names.has(source)))
      .map(([name]) => name);
  }
}

/** Names of the actions on one side of an arrow; commas inside parentheses part arguments. */
function namesIn(side: string): string[] {
  return side
    .replace(/\([^)]*\)/g, "")
    .replace(/^\s*\[|\]\s*$/g, "")
    .split(",")
    .filter((part) => !/\bend\s*$/i.test(part)) // the end of the task is no action
    .map(actionName)
    .filter((name) => name !== "");
}
