import type { ChatMessage } from "../../llm/index.ts";
import type { ToolSpec } from "../../tools/index.ts";

/** A step that was taken, as far as a planner sees it. */
export interface PastStep {
  readonly task: string;
  readonly result: string;
}

/** What stands for the steps of an episode that has none yet: as in the published training rows. */
const NO_STEPS = "<no previous steps available>";
/** The same where a tool is told the results. */
const NO_RESULTS = "<no context information available>";

/** Tasks and results, as a planner reads them. */
export const stepsText = (steps: readonly PastStep[]): string =>
  steps.length === 0 ? NO_STEPS : steps.map(({ task, result }) => `Task: ${task}\nResult: ${result}`).join("\n\n");

/** Results alone, as a tool reads them: it must not see what the planner had in mind. */
export const resultsText = (steps: readonly PastStep[]): string =>
  steps.length === 0 ? NO_RESULTS : steps.map(({ result }) => result).join("\n");

const fenced = (title: string, text: string): string => `${title}:\n\n\`\`\`\n${text}\n\`\`\``;

/**
 * The prompt of a fine-tuned planner, for training rows and for inference alike. Its layout is that of the published rows
 * (bot-with-plan, `trajectory_packaged.jsonl`), to the byte. No tools are listed: the student has learnt them.
 */
export const studentPrompt = (request: string, steps: readonly PastStep[]): string =>
  `${fenced("User request", request)}\n\n${fenced("Context information", stepsText(steps))}\n\nPlan the next step.`;

/** The prompt of a planner that was not trained: tools by name, and the fields that its answer has. */
export function zeroShotPrompt(request: string, steps: readonly PastStep[], tools: readonly ToolSpec[]): string {
  const sorted = byName(tools);
  return [
    "You plan how a user's request is carried out, one step at a time. Each step is carried out by one of these actions:",
    `\`\`\`\n${toolList(sorted)}\n\`\`\``,
    fenced("User request", request),
    fenced("Context information", stepsText(steps)),
    "Answer with a JSON object of these fields, in this order:",
    [
      '- "context_information_summary": what the context information says so far, with every number that was calculated',
      '- "thoughts": what is still missing, and what follows from that for the next step',
      '- "task": the next step in plain words, with every value that it needs',
      `- "selected_action": the action that carries it out, one of ${sorted.map(({ name }) => name).join(", ")}`,
    ].join("\n"),
    "Rely on the context information alone, not on what you remember.",
  ].join("\n\n");
}

/** The conversation that asks a teacher for the next step. `directAnswer`: it must answer now. */
export function teacherMessages(
  request: string,
  steps: readonly PastStep[],
  tools: readonly ToolSpec[],
  directAnswer: boolean,
): ChatMessage[] {
  const instructions = [
    "You plan how a user's request is carried out, one step at a time. You never carry a step out yourself: a tool does, and it knows only the task that you write and the results so far.",
    `Tools:\n${toolList(tools)}`,
    "Rules:\n- Plan only the next step, and give it to one tool.\n- Write all values that the tool needs into the task.\n- Take facts from results, never from memory, and let a tool do every calculation.\n- Where a result is missing something, ask for it in another way or with another tool.\n- Once everything is there, select final_answer.",
    'Answer with a JSON object of these fields, in this order: "user_request" (the request as it was given), "context_information_summary" (what the results say so far), "missing_information_or_action" (what is not known or not done yet), "thoughts" (why this step is next), "task" (the step in plain words), "selected_tool" (the name of the tool).',
  ];
  if (directAnswer) instructions.push("This request is to be answered at once: select final_answer in this step.");
  return [
    { role: "system", content: instructions.join("\n\n") },
    { role: "user", content: `${fenced("User request", request)}\n\n${fenced("Steps so far", stepsText(steps))}` },
  ];
}

const byName = (tools: readonly ToolSpec[]): ToolSpec[] => [...tools].sort((a, b) => (a.name < b.name ? -1 : 1));

const toolList = (tools: readonly ToolSpec[]): string =>
  tools.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
