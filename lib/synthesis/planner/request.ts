import { z } from "zod";
import { programStepSchema } from "./program.ts";
import { SPLITS } from "./names.ts";

/** A request to plan for. Those of the scripted world carry what is needed to answer, simulate and judge without a model. */
export const plannerRequestSchema = z.object({
  /** `{batch}_{number}`, as bot-with-plan names them; batch 0 holds the single-step requests. */
  id: z.string(),
  request: z.string(),
  /** One of `CATEGORIES`. */
  category: z.string().optional(),
  topic: z.string().optional(),
  explanation: z.string().optional(),
  /** Steps that it needs, the final answer not counted. */
  steps: z.number().int().positive().optional(),
  scripted: z
    .object({
      world: z.object({ seed: z.union([z.number(), z.string()]), split: z.enum(SPLITS) }),
      program: z.array(programStepSchema).min(1),
      /** Each has to stand in the final answer. */
      answers: z.array(z.string()).min(1),
    })
    .optional(),
});
export type PlannerRequest = z.output<typeof plannerRequestSchema>;
export type ScriptedRequest = PlannerRequest & { readonly scripted: NonNullable<PlannerRequest["scripted"]> };

/** Requests that differ only in case, punctuation and spaces are the same. */
export const sameRequestKey = (request: string): string =>
  request
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** The 36 categories of bot-with-plan's multi-step requests (simulation/data/request/multi_step.py). */
export const CATEGORIES: readonly string[] = [
  "Advertising",
  "Machine Learning",
  "Business Software",
  "Communication",
  "Cryptography",
  "Cybersecurity",
  "Devices",
  "eCommerce",
  "Education",
  "Energy",
  "Entertainment",
  "Events",
  "Finance",
  "Financial",
  "Food",
  "Gaming",
  "Health and Fitness",
  "Jobs",
  "Location",
  "Logistics",
  "Mapping",
  "Media",
  "Medical",
  "Monitoring",
  "Movies",
  "Music",
  "Payments",
  "Science",
  "Search",
  "Social",
  "Sports",
  "Storage",
  "Translation",
  "Transportation",
  "Travel",
  "Weather",
];
