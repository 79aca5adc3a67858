import { FINAL_ANSWER, type Plan, type Planner } from "../../agents/index.ts";
import type { ProgramStep } from "./program.ts";
import type { ScriptedRequest } from "./request.ts";
import { holdsValue } from "./understand.ts";

/**
 * The planner that knows the steps of a request of the scripted world. It still reads the results: a step that brought
 * nothing, or a part, is taken again, and values stand in a task only once they were found. Its summary holds what the
 * missing steps still need, at the end the last result, so that a summary does not grow with every step.
 */
export function scriptedTeacher({ request, scripted: { program } }: ScriptedRequest): Planner {
  return {
    name: "scripted teacher",
    plan({ steps, directAnswer }): Promise<Plan> {
      const known = program.filter((wanted) =>
        steps.some(({ task, result }) => task === wanted.task && holdsValue(result, wanted.value)),
      );
      const next = program.find((step) => !known.includes(step));
      const summary = known.length === 0 ? "Nothing is known yet." : stillNeeded(program, known);
      const plan = (missing: string, thoughts: string, task: string, tool: string): Plan => ({
        user_request: request,
        context_information_summary: summary,
        missing_information_or_action: missing,
        ...{ thoughts, task, selected_tool: tool },
      });
      if (next === undefined || directAnswer) {
        return Promise.resolve(
          plan("Nothing.", "Everything is there for the answer.", "Give the final answer.", FINAL_ANSWER),
        );
      }
      const wasTried = steps.some(({ task }) => task === next.task);
      const thoughts = wasTried ? `${next.thought} I try it again.` : next.thought;
      return Promise.resolve(plan(next.task, thoughts, next.task, next.tool));
    },
  };
}

/** Results that a missing step needs; the last one where none is missing. */
function stillNeeded(program: readonly ProgramStep[], known: readonly ProgramStep[]): string {
  const needs = program.filter((step) => !known.includes(step)).flatMap((step) => step.needs);
  const needed = program.filter((step, i) => known.includes(step) && needs.includes(i));
  return (needed.length > 0 ? needed : known.slice(-1)).map(({ result }) => result).join(" ");
}
