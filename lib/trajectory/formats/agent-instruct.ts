import { z } from "zod";
import { check, extraOf, importedTrajectory, unknownFields, type TrajectoryFormat } from "./format.ts";
import { messageOfTurn, turnOfMessage } from "./sharegpt.ts";

const recordSchema = z.looseObject({
  id: z.string(),
  conversations: z
    .array(z.looseObject({ from: z.enum(["human", "gpt"]), loss: z.boolean().nullable(), value: z.string() }))
    .min(1),
});

/** The environments whose names begin the ids ("os_0"). */
const ENVIRONMENTS = ["os", "db", "alfworld", "webshop", "kg", "mind2web"];

/**
 * AgentInstruct of AgentTuning (Zeng et al. 2023; Hugging Face card): ShareGPT with a loss flag on each of the agent's
 * turns and null on the others. An agent turn with `loss: false` becomes context, one with `true` is learnt.
 */
export const agentInstruct: TrajectoryFormat = {
  id: "agentinstruct",
  title: "AgentInstruct of AgentTuning: ShareGPT with loss flags",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { id, conversations, ...unknown } = check(recordSchema, record, "an AgentInstruct record");
    const environment = ENVIRONMENTS.find((name) => id.startsWith(`${name}_`));
    const turns = conversations.map(({ loss, ...message }) => {
      const usual = loss === (message.from === "gpt" ? true : null);
      return turnOfMessage(usual ? message : { ...message, loss });
    });
    return [importedTrajectory(agentInstruct.id, context, { id, environment, turns, ...extraOf(unknown) })];
  },
  write([{ id, turns, extra }]) {
    const conversations = turns.map((turn) => {
      const { loss = turn.role === "assistant" ? true : null, ...message } = messageOfTurn(turn);
      return { ...message, loss };
    });
    return { id, conversations, ...unknownFields(extra, ["id", "conversations"]) };
  },
};
