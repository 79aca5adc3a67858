import { z } from "zod";
import { readSituatedText } from "../situations.ts";
import type { Trajectory, Turn } from "../trajectory.ts";
import type { TrajectoryPair } from "../trajectory-pair.ts";
import { messagesOfTurns, messagesSchema, turnsOfMessages } from "./chat-turns.ts";
import {
  check,
  extraOf,
  importedTrajectory,
  isStated,
  unknownFields,
  type Format,
  type JsonRecord,
  type RecordContext,
  type TrajectoryFormat,
} from "./format.ts";

const idSchema = z.union([z.string(), z.number()]);
const sftSchema = z.looseObject({
  id: idSchema,
  game_file: z.string().optional(),
  reward: z.number().optional(),
  conversations: messagesSchema.min(1),
});

/** KnowSelf's agent turns: knowledge before a turn, or a reflection and a second action after it. */
function situated(turn: Turn): Turn {
  if (turn.role !== "assistant") return turn;
  const read = readSituatedText(turn.content);
  return read.situation === undefined ? turn : { ...turn, ...read };
}

const turnsOf = (messages: z.output<typeof messagesSchema>): Turn[] => turnsOfMessages(messages).map(situated);

/** What both kinds of records say of the game. */
function stated(id: string | number, gameFile: string | undefined): Partial<Trajectory> & { task: { id: string } } {
  return {
    id: String(id),
    ...(gameFile === undefined ? {} : { environment: "alfworld" }),
    task: { id: gameFile ?? String(id) } as Trajectory["task"],
  };
}

const gameFields = ({ id, environment, task, extra }: Trajectory, own: readonly string[]): JsonRecord => ({
  id: typeof extra?.id === "number" && String(extra.id) === id ? extra.id : id,
  ...(environment === "alfworld" && task.id !== id ? { game_file: task.id } : {}),
  ...unknownFields(extra, own),
});

const keptId = (id: string | number): JsonRecord => (typeof id === "number" ? { id } : {});

/** KnowSelf's SFT records (its `format_sft_train_data_*`); the gold data of ETO with roles in place of from. */
export const knowSelfSft: TrajectoryFormat = {
  id: "knowself-sft",
  title: "KnowSelf SFT records",
  layout: "array",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { id, game_file, reward, conversations, ...unknown } = check(sftSchema, record, "a KnowSelf SFT record");
    const turns = turnsOf(conversations);
    const extra = extraOf({ ...unknown, ...keptId(id) });
    return [importedTrajectory(knowSelfSft.id, context, { ...stated(id, game_file), reward, turns, ...extra })];
  },
  write([trajectory]) {
    return {
      ...gameFields(trajectory, ["id", "game_file", "reward", "conversations"]),
      ...(isStated(trajectory, "reward") ? { reward: trajectory.reward } : {}),
      conversations: messagesOfTurns(trajectory.turns),
    };
  },
};

const rpoSchema = z.looseObject({
  id: idSchema,
  game_file: z.string().optional(),
  conversations: messagesSchema.min(1),
  chosen: messagesSchema.min(1),
  rejected: messagesSchema.min(1),
  chosen_reward: z.number().optional(),
  rejected_reward: z.number().optional(),
});
const RPO_FIELDS = ["id", "game_file", "conversations", "chosen", "rejected", "chosen_reward", "rejected_reward"];

/** KnowSelf's RPO records: the first messages, then what is chosen and what is rejected. */
export const knowSelfRpo: Format<TrajectoryPair> & { readonly holds: "pairs" } = {
  id: "knowself-rpo",
  title: "KnowSelf RPO pairs",
  layout: "array",
  holds: "pairs",
  read(record, context) {
    const fields = check(rpoSchema, record, "a KnowSelf RPO record");
    const { id, game_file, conversations, chosen, rejected, chosen_reward, rejected_reward, ...unknown } = fields;
    const shared = turnsOf(conversations);
    const side = (messages: typeof chosen, reward: number | undefined, fallback: number): Trajectory =>
      sideOf(context, { ...stated(id, game_file), turns: [...shared, ...turnsOf(messages)] }, reward, fallback);
    return {
      id: String(id),
      chosen: side(chosen, chosen_reward, 1),
      rejected: side(rejected, rejected_reward, 0),
      shared: shared.length,
      ...extraOf({ ...unknown, ...keptId(id) }),
    };
  },
  write({ id, chosen, rejected, shared, extra }) {
    const reward = (name: string, trajectory: Trajectory): JsonRecord =>
      isStated(trajectory, "reward") ? { [name]: trajectory.reward } : {};
    return {
      ...gameFields({ ...chosen, id, extra }, RPO_FIELDS),
      conversations: messagesOfTurns(chosen.turns.slice(0, shared)),
      chosen: messagesOfTurns(chosen.turns.slice(shared)),
      rejected: messagesOfTurns(rejected.turns.slice(shared)),
      ...reward("chosen_reward", chosen),
      ...reward("rejected_reward", rejected),
    };
  },
};

/** One side of a pair; without a reward of its own it counts as the better or the worse one, and that is assumed. */
function sideOf(
  context: RecordContext,
  fields: Partial<Trajectory> & { readonly turns: Turn[] },
  reward: number | undefined,
  fallback: number,
): Trajectory {
  const trajectory = importedTrajectory(knowSelfRpo.id, context, { ...fields, reward });
  if (reward !== undefined || fallback === 1) return trajectory;
  return { ...trajectory, reward: 0, success: false, stop: "gave_up" };
}
