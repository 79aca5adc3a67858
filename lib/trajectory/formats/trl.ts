import { z } from "zod";
import type { Trajectory } from "../trajectory.ts";
import type { TrajectoryPair } from "../trajectory-pair.ts";
import { messagesOfTurns, messagesSchema, turnsOfMessages } from "./chat-turns.ts";
import { check, extraOf, importedTrajectory, unknownFields, type Format, type TrajectoryFormat } from "./format.ts";

const recordSchema = z.looseObject({ messages: messagesSchema.min(1) });

/** TRL's conversational language-modelling rows: OpenAI's `messages`. */
export const trlMessages: TrajectoryFormat = {
  id: "trl",
  title: "TRL conversations: messages",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { messages, ...unknown } = check(recordSchema, record, "a TRL record");
    return [importedTrajectory(trlMessages.id, context, { turns: turnsOfMessages(messages), ...extraOf(unknown) })];
  },
  write: ([{ turns, extra }]) => ({ messages: messagesOfTurns(turns), ...unknownFields(extra, ["messages"]) }),
};

const pairSchema = z.looseObject({
  prompt: messagesSchema.min(1),
  chosen: messagesSchema.min(1),
  rejected: messagesSchema.min(1),
});

/** TRL's conversational preference rows with an explicit prompt. */
export const trlPreference: Format<TrajectoryPair> & { readonly holds: "pairs" } = {
  id: "trl-preference",
  title: "TRL preference pairs: prompt, chosen, rejected",
  layout: "lines",
  holds: "pairs",
  read(record, context) {
    const { prompt, chosen, rejected, ...unknown } = check(pairSchema, record, "a TRL preference record");
    const shared = turnsOfMessages(prompt);
    const id = `${context.file === "" ? trlPreference.id : context.file}-${context.index}`;
    const side = (messages: typeof chosen, reward: number): Trajectory =>
      importedTrajectory(trlPreference.id, context, {
        turns: [...shared, ...turnsOfMessages(messages)],
        ...(reward === 1 ? {} : { reward }),
      });
    return { id, chosen: side(chosen, 1), rejected: side(rejected, 0), shared: shared.length, ...extraOf(unknown) };
  },
  write: ({ chosen, rejected, shared, extra }) => ({
    prompt: messagesOfTurns(chosen.turns.slice(0, shared)),
    chosen: messagesOfTurns(chosen.turns.slice(shared)),
    rejected: messagesOfTurns(rejected.turns.slice(shared)),
    ...unknownFields(extra, ["prompt", "chosen", "rejected"]),
  }),
};
