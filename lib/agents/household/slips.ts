import type { Random } from "../../base/index.ts";
import type { Decision } from "../agent.ts";

/**
 * A careless command: mostly a walk elsewhere, often some other admissible command, and at times one that is refused:
 * above all taking the wanted object where it is not, which is how young students err, so that they learn to move on.
 * `look`, `inventory` and `help` are left out, since nobody has to recover from them.
 */
export function carelessCommand(admissible: readonly string[], intended: Decision, random: Random): string {
  const walks = admissible.filter((command) => command.startsWith("go to "));
  const others = admissible.filter((command) => command.includes(" ") && !command.startsWith("go to "));
  const kind = random.next();
  if (kind >= 0.9) return random.pick(walks).replace("go to ", random.chance(0.5) ? "open " : "go to ");
  if (kind >= 0.7) return imaginedTake(admissible, intended, random) ?? random.pick(walks);
  if (kind >= 0.5 && others.length > 0) return random.pick(others);
  return random.pick(walks);
}

/** Takes what is wanted from where the agent stands, whether it is there or not. */
function imaginedTake(admissible: readonly string[], { thought }: Decision, random: Random): string | null {
  const wanted = /^I need (?:another )?([a-z]+)$/.exec(thought ?? "")?.[1];
  const here = admissible.flatMap((command) => /^examine (.+)$/.exec(command)?.[1] ?? []);
  return wanted === undefined || here.length === 0
    ? null
    : `take ${wanted} ${1 + random.int(3)} from ${random.pick(here)}`;
}
