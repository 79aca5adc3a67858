import { z } from "zod";
import type { Trajectory, Turn } from "../trajectory.ts";
import { turnOf } from "./agent-text.ts";
import { alternating } from "./chat-turns.ts";
import { check, extraOf, importedTrajectory, unknownFields, type JsonRecord, type TrajectoryFormat } from "./format.ts";

const recordSchema = z.looseObject({
  // Tables of other tools put null where a row has nothing.
  id: z.union([z.string(), z.number()]).nullish(),
  system: z.string().nullish(),
  conversations: z
    .array(z.looseObject({ from: z.string().min(1), value: z.string(), loss: z.boolean().nullish() }))
    .min(1),
});
export type ShareGptMessage = z.infer<typeof recordSchema>["conversations"][number];

const ROLES: Readonly<Record<string, Turn["role"]>> = {
  human: "user",
  user: "user",
  observation: "user",
  tool: "user",
  gpt: "assistant",
  assistant: "assistant",
  function_call: "assistant",
  system: "system",
};
const NAMES: Readonly<Record<Turn["role"], string>> = { user: "human", assistant: "gpt", system: "system" };

/** A ShareGPT message as a turn; `loss` counts where it is a boolean of an agent turn. */
export function turnOfMessage({ from, value, loss, ...rest }: ShareGptMessage): Turn {
  const role = Object.hasOwn(ROLES, from) ? ROLES[from] : undefined;
  if (role === undefined)
    throw new Error(`conversations: from ${JSON.stringify(from)} is none of ${Object.keys(ROLES).join(", ")}`);
  const meant = role === "assistant" && typeof loss === "boolean";
  const unknown: JsonRecord = {
    ...rest,
    ...(NAMES[role] === from ? {} : { from }),
    ...(meant || loss === undefined ? {} : { loss }),
  };
  return { ...turnOf(role, value), ...(meant ? { loss } : {}), ...extraOf(unknown) };
}

/** A turn as a ShareGPT message. */
export function messageOfTurn({ role, content, loss, extra }: Turn): ShareGptMessage {
  const from = typeof extra?.from === "string" && ROLES[extra.from] === role ? extra.from : NAMES[role];
  const kept = extra && "loss" in extra ? { loss: extra.loss as boolean | null } : {};
  return {
    from,
    value: content,
    ...(loss === undefined ? kept : { loss }),
    ...unknownFields(extra, ["from", "value", "loss"]),
  };
}

const OWN = ["id", "system", "conversations"];

/** ShareGPT in the form that LLaMA-Factory reads (`formatting: sharegpt`); `loss: false` marks turns that are context. */
export const shareGpt: TrajectoryFormat = {
  id: "sharegpt",
  title: "ShareGPT conversations, as LLaMA-Factory reads them",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { id, system, conversations, ...unknown } = check(recordSchema, record, "a ShareGPT record");
    const turns = conversations.map(turnOfMessage);
    const first: Turn[] = system == null ? [] : [{ role: "system", content: system }];
    // A system message inside the conversation stays there on the way back.
    const inside = turns.map((turn) =>
      turn.role === "system" ? { ...turn, extra: { ...turn.extra, inside: true } } : turn,
    );
    const stated = { id: id == null ? undefined : String(id), turns: [...first, ...inside] };
    return [
      importedTrajectory(shareGpt.id, context, {
        ...stated,
        ...extraOf(typeof id === "number" ? { ...unknown, id } : unknown),
      }),
    ];
  },
  write([trajectory]) {
    return recordOf(trajectory);
  },
};

function recordOf(trajectory: Trajectory): JsonRecord {
  const { system, turns } = alternating(trajectory, shareGpt.title);
  const { extra } = trajectory;
  const id = typeof extra?.id === "number" && String(extra.id) === trajectory.id ? extra.id : trajectory.id;
  const inside = system?.extra?.inside === true;
  const { inside: _, ...systemExtra } = system?.extra ?? {};
  return {
    ...(trajectory.origin?.assumed.includes("id") && trajectory.origin.format === shareGpt.id ? {} : { id }),
    ...(system && !inside ? { system: system.content } : {}),
    conversations: [...(system && inside ? [{ ...system, extra: systemExtra }] : []), ...turns].map(messageOfTurn),
    ...unknownFields(extra, OWN),
  };
}
