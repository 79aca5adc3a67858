import type { Random } from "../../base/index.ts";

/**
 * A careless command: mostly a walk elsewhere, often some other admissible command, at times one that may be refused.
 * `look`, `inventory` and `help` are left out, since nobody has to recover from them.
 */
export function carelessCommand(admissible: readonly string[], random: Random): string {
  const walks = admissible.filter((command) => command.startsWith("go to "));
  const others = admissible.filter((command) => command.includes(" ") && !command.startsWith("go to "));
  const kind = random.next();
  if (kind >= 0.9) return random.pick(walks).replace("go to ", random.chance(0.5) ? "open " : "go to ");
  if (kind >= 0.6 && others.length > 0) return random.pick(others);
  return random.pick(walks);
}
