import { UserError } from "../../base/index.ts";
import { playerName, type GameList, type Player, type RolloutPlan } from "./plan.ts";

/** What a worker is sent: consecutive games of one match. Plain JSON, whole in itself. */
export interface ShardWork {
  readonly player: Player;
  readonly games: GameList;
  readonly stepLimit: number;
  readonly seed: number;
}

/** A unit of work: it is played by one worker, and again as a whole where that worker is lost. */
export interface Shard {
  /** Number of its first task. */
  readonly first: number;
  readonly tasks: number;
  readonly work: ShardWork;
}

/** Games a shard: about a tenth of a second of scripted play; what may be lost of a model's play is kept small. */
const SHARD_SIZES: Readonly<Record<Player["kind"], number>> = { teacher: 100, random: 100, student: 1, endpoint: 8 };

/**
 * Cuts a plan into shards, in the order of its tasks. `size` (games a shard) changes no result: a student's shard has
 * whole batches, as many as fit into `size`, at least one.
 */
export function shardsOf(plan: RolloutPlan, size?: number): Shard[] {
  if (size !== undefined && !(Number.isInteger(size) && size > 0))
    throw new UserError(`${size} games a shard: a whole number of 1 or more is expected`);
  const { stepLimit, seed } = plan;
  const shards: Shard[] = [];
  let first = 0;
  for (const { player, games } of plan.matches) {
    const unit = player.kind === "student" ? player.batch : 1;
    const length = unit * Math.max(1, Math.floor((size ?? SHARD_SIZES[player.kind]) / unit));
    for (let from = 0; from < games.ids.length; from += length) {
      const ids = games.ids.slice(from, from + length);
      shards.push({ first, tasks: ids.length, work: { player, games: { ...games, ids }, stepLimit, seed } });
      first += ids.length;
    }
  }
  return shards;
}

/** The tasks of a shard in words, for messages. */
export function taskNames({ first, tasks, work: { player, games } }: Shard): string {
  const shown = games.ids.slice(0, 3).join(", ");
  const more = tasks > 3 ? ` and ${tasks - 3} more` : "";
  return `tasks ${first} to ${first + tasks - 1} (${playerName(player)} in ${shown}${more})`;
}
