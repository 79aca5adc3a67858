import { z } from "zod";
import type { Turn } from "../trajectory.ts";
import { turnOf } from "./agent-text.ts";
import { alternating } from "./chat-turns.ts";
import { check, extraOf, importedTrajectory, unknownFields, type TrajectoryFormat } from "./format.ts";

const recordSchema = z.looseObject({
  instruction: z.string(),
  output: z.string(),
  // Tables of other tools put null where a row has nothing.
  input: z.string().nullish(),
  system: z.string().nullish(),
  history: z.array(z.tuple([z.string(), z.string()])).nullish(),
});

const OWN = ["instruction", "input", "output", "system", "history"];

/**
 * Alpaca rows as LLaMA-Factory reads them: the last exchange as `instruction` (with `input` on a line of its own) and
 * `output`, the earlier ones as `history`.
 */
export const alpaca: TrajectoryFormat = {
  id: "alpaca",
  title: "Alpaca rows with history, as LLaMA-Factory reads them",
  layout: "lines",
  holds: "trajectories",
  group: () => null,
  read(record, context) {
    const { instruction, input, output, system, history, ...unknown } = check(recordSchema, record, "an alpaca record");
    const turns: Turn[] = [
      ...(system == null ? [] : [turnOf("system", system)]),
      ...(history ?? []).flatMap(([asked, said]) => [turnOf("user", asked), turnOf("assistant", said)]),
      input == null || input === ""
        ? turnOf("user", instruction)
        : { ...turnOf("user", `${instruction}\n${input}`), extra: { input } },
      turnOf("assistant", output),
    ];
    return [importedTrajectory(alpaca.id, context, { turns, ...extraOf(unknown) })];
  },
  write([trajectory]) {
    const { system, turns } = alternating(trajectory, alpaca.title);
    const exchanges = Array.from({ length: turns.length / 2 }, (_, i) => [turns[2 * i], turns[2 * i + 1]]);
    const [asked, said] = exchanges.pop() as Turn[];
    const input = asked.extra?.input;
    const apart = typeof input === "string" && input !== "" && asked.content.endsWith(`\n${input}`);
    return {
      instruction: apart ? asked.content.slice(0, -input.length - 1) : asked.content,
      input: apart ? input : "",
      output: said.content,
      ...(system ? { system: system.content } : {}),
      ...(exchanges.length > 0 ? { history: exchanges.map((pair) => pair.map(({ content }) => content)) } : {}),
      ...unknownFields(trajectory.extra, OWN),
    };
  },
};
