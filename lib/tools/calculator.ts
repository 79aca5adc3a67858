import { z } from "zod";
import { callText, modelArguments, type ToolModel } from "./arguments.ts";
import { evaluateExpression, FUNCTIONS } from "./expression.ts";
import { expressionIn } from "./expression-text.ts";
import { answerOf, settle, ToolFailure, type AgentTool } from "./tool.ts";

export interface CalculatorOptions {
  /** Writes the expression where the task does not state one. */
  readonly model?: ToolModel;
}

const argumentsSchema = z.object({ expression: z.string().min(1) });

/** Calculates one number. A model may write the expression; it is parsed and checked, never run as code. */
export function calculatorTool({ model }: CalculatorOptions = {}): AgentTool {
  return {
    name: "calculate_number",
    description: "Calculates one number, also from dates.",
    usage: "a numerical task with all its numbers, such as: calculate 1998 - 1946",
    run: (call, signal) =>
      settle(async () => {
        const stated = expressionIn(call.task);
        if (stated !== null) return answerOf(await evaluateExpression(stated));
        if (!model) throw new ToolFailure("not_an_expression", `no expression in: ${call.task.slice(0, 200)}`);
        const prompt =
          `Write the arithmetic expression whose value is the result of the task. Allowed: numbers, + - * / ^ % ! ( ), ` +
          `pi, e and the functions ${[...FUNCTIONS].join(", ")}; days("2001-05-31", "2002-06-30") and years(...) take dates.\n\n` +
          callText(call);
        const { expression } = await modelArguments(model, argumentsSchema, prompt, signal);
        return answerOf(await evaluateExpression(expression));
      }, signal),
  };
}
