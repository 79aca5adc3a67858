import { z } from "zod";
import { AGENT_IDS, BARE } from "./agents.ts";

const count = z.number().int().positive();
const countOrNone = z.number().int().nonnegative();
const amount = z.number().nonnegative();

const endpointFields = {
  /** Its name on the server; `scripted`: a program of ours, no language model. */
  model: z.string().min(1),
  /** With its `/v1`. */
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Environment variable that holds the key. Absent: the server asks for none. */
  keyVariable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, "the name of an environment variable, never the key itself")
    .optional(),
  /** Per million tokens. Decide costs, and no result. */
  prices: z.strictObject({ prompt: amount, completion: amount }).optional(),
};

export const SCRIPTED = "scripted";

interface Endpoint {
  readonly model: string;
  readonly baseUrl?: string | undefined;
}

/** A model other than the scripted one is somewhere. */
function addressed({ value, issues }: z.core.ParsePayload<Endpoint>): void {
  if (value.model === SCRIPTED || value.baseUrl !== undefined) return;
  const message =
    `the model ${JSON.stringify(value.model)} needs the address of a server with OpenAI's API, such as ` +
    `https://api.openai.com/v1 or http://127.0.0.1:8000/v1; "model: ${SCRIPTED}" needs none`;
  issues.push({ code: "custom", path: ["baseUrl"], message, input: undefined });
}

const endpointSchema = z.strictObject(endpointFields).check(addressed);

/** Settings of experiments with chat models: KnowSelf and the methods that it is compared with. */
export const chatSchema = z
  .strictObject({
    ...endpointFields,
    /** Writes and chooses rules; default: the model that plays. */
    selector: endpointSchema.optional(),
    /** A model trained with KnowSelf's six tokens, which plays the `knowself` agents; default: the one that plays. */
    trained: z
      .strictObject({
        ...endpointFields,
        /** Its chat template: prompts then go to `/completions`, as KnowSelf does. Absent: `/chat/completions`. */
        format: z.enum(["llama3", "gemma", "qwen"]).optional(),
      })
      .check(addressed)
      .optional(),
    /** What all runs of this experiment with this seed may spend together. Answers from the cache cost nothing. */
    budget: z
      .strictObject({ requests: count.optional(), tokens: count.optional(), money: amount.optional() })
      .default({}),
    /** Episodes played side by side. */
    parallel: count,
    agents: z.array(z.enum(AGENT_IDS)).min(1),
    /** `bare`: the environments' own texts and no other word, for a student of ours (`npm run serve`), which was trained so. */
    prompt: z.enum(["full", "bare"]).default("full"),
    /** Most tokens of an agent's answer. */
    maxTokens: count.default(1024),
    /** Shown to the agents but for `knowself`, whose model is trained. */
    examples: z.enum(["ours", "published", "none"]),
    /** `built`: our seed rules and what the model learns from its own mistakes; `published`: KnowSelf's rule base. */
    rules: z.enum(["built", "published", "seeds"]),
    /** Mistakes of which rules are built, and gold trajectories in which they are looked for, most. */
    pairs: z.strictObject({ householdPerType: count, shop: count, gold: count }),
    /** Training tasks that ExpeL and the WKM-style agent learn from, and trials of each. */
    experience: z.strictObject({ tasks: count, trials: count, insights: count }),
    /** Reflexion's trials of a test task. */
    trials: count,
    /** Test tasks; the published ones where the data folder has them. */
    games: z.strictObject({
      household: countOrNone,
      alfworld: countOrNone,
      shop: countOrNone,
      webshop: countOrNone,
    }),
    stepLimit: z.strictObject({ household: count, shop: count }),
  })
  .check(addressed)
  .refine(({ prompt, agents }) => prompt === "full" || agents.every((agent) => BARE.includes(agent)), {
    path: ["agents"],
    error: `with bare prompts only ${BARE.join(", ")} can play`,
  })
  .refine(({ games }) => Object.values(games).some((each) => each > 0), {
    path: ["games"],
    error: "no game is played",
  });
export type ChatSettings = z.output<typeof chatSchema>;
export type EndpointSettings = z.output<typeof endpointSchema>;
