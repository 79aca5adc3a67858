import { z } from "zod";
import { UserError } from "../base/index.ts";
import { callText, modelArguments, problemOf, type ToolModel } from "./arguments.ts";
import { dataText } from "./data-text.ts";
import { answerOf, deadline, settle, ToolFailure, untilAborted, type AgentTool } from "./tool.ts";

export interface UserFunction {
  readonly name: string;
  readonly description: string;
  /** JSON schema of its one argument, an object. */
  readonly parameters: Record<string, unknown>;
  /** Gets checked arguments; what it throws is a failure `function_failed`. */
  call(values: Record<string, unknown>, signal: AbortSignal): unknown;
}

export interface FunctionCallOptions {
  readonly functions: readonly UserFunction[];
  /** Chooses the function and writes its arguments; without one the task must be a JSON object `{name, arguments}`. */
  readonly model?: ToolModel;
  readonly timeoutMs?: number;
}

const requestSchema = z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) });

/** Calls one of the user's functions with arguments that follow its JSON schema. Throws `UserError` for a schema it cannot read. */
export function functionCallTool({ functions, model, timeoutMs = 30_000 }: FunctionCallOptions): AgentTool {
  const known = new Map(functions.map((one) => [one.name, { ...one, schema: schemaOf(one) }]));
  const list = functions
    .map(({ name, description, parameters }) => `- ${name}: ${description} Arguments: ${JSON.stringify(parameters)}`)
    .join("\n");
  return {
    name: "call_function",
    description: `Calls a function: ${functions.map(({ name, description }) => `${name} (${description})`).join("; ")}`,
    usage: "what to do, with all values that the function needs",
    run: (call, signal) =>
      settle(async () => {
        let wanted = statedCall(call.task);
        if (wanted === null) {
          if (!model) throw new ToolFailure("bad_arguments", "the task is no JSON object {name, arguments}");
          const prompt = `Choose the function that does the task, and write its arguments.\n\nFunctions:\n${list}\n\n${callText(call)}`;
          wanted = await modelArguments(model, requestSchema, prompt, signal);
        }
        const chosen = known.get(wanted.name);
        if (!chosen)
          throw new ToolFailure("unknown_function", `${wanted.name}; there are ${[...known.keys()].join(", ")}`);
        const checked = chosen.schema.safeParse(wanted.arguments);
        if (!checked.success) throw new ToolFailure("bad_arguments", `${wanted.name}: ${problemOf(checked.error)}`);
        const value = await called(chosen, wanted.arguments, timeoutMs, signal);
        const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "done");
        return answerOf(dataText(text, 8000));
      }, signal),
  };
}

async function called(
  one: UserFunction,
  values: Record<string, unknown>,
  timeoutMs: number,
  outer?: AbortSignal,
): Promise<unknown> {
  const limit = deadline(timeoutMs, outer);
  try {
    return await untilAborted(Promise.resolve().then(() => one.call(values, limit.signal)), limit.signal); // prettier-ignore
  } catch (error) {
    if (limit.signal.aborted || error instanceof ToolFailure) throw error;
    throw new ToolFailure("function_failed", `${one.name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    limit.end();
  }
}

function schemaOf({ name, parameters }: UserFunction): z.ZodType {
  try {
    return z.fromJSONSchema(parameters as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw new UserError(
      `function ${name}: its parameters are no JSON schema that can be checked: ${(error as Error).message}`,
    );
  }
}

function statedCall(task: string): z.infer<typeof requestSchema> | null {
  try {
    const { data } = requestSchema.safeParse(JSON.parse(task));
    return data ?? null;
  } catch {
    return null;
  }
}
