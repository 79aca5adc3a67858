import * as path from "node:path";
import { z } from "zod";
import { readJson, UserError } from "../../base/index.ts";
import { readSituatedText, type Turn } from "../../trajectory/index.ts";
import type { Example } from "./profile.ts";

const FILES = { household: "alfworld/alfworld_icl.json", shop: "webshop/webshop_icl.json" } as const;

const schema = z.array(z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })).min(1));

/**
 * KnowSelf's own in-context examples (`eval_agent/prompt/icl_examples`), where the user has them.
 * @param folder the data folder, see `dataFolder` of lib/base
 */
export function publishedExamples(folder: string, environment: keyof typeof FILES): Example[] {
  const file = path.join(folder, "knowself", FILES[environment]);
  let json: unknown;
  try {
    json = readJson(file);
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message}; data/README.md says what belongs there`);
  }
  const result = schema.safeParse(json);
  if (!result.success) {
    const [{ path: at, message }] = result.error.issues;
    throw new UserError(`${file}: ${at.map(String).join(".")}: ${message}`);
  }
  return result.data.map((messages) =>
    messages.map(({ role, content }): Turn =>
      role === "assistant"
        ? { role, content, ...readSituatedText(content) }
        : { role, content: content.replace(/^Observation:\s/, "") },
    ),
  );
}
