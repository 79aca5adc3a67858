import { FINAL_ANSWER } from "../../agents/index.ts";
import type { ToolSpec } from "../../tools/index.ts";

/** The eight tools of the simulation: names are bot-with-plan's, descriptions our own. */
export const PLANNER_TOOLS: readonly ToolSpec[] = [
  { name: "ask_user", description: "Asks the user for something that the request leaves open and nobody else knows." },
  { name: "calculate_number", description: "Calculates one number from numbers that stand in the task." },
  { name: "create_event", description: "Adds one entry with a date to the user's calendar." },
  { name: "search_wikipedia", description: "Looks up settled facts in Wikipedia." },
  {
    name: "search_internet",
    description: "Looks up on the internet what changes: prices, dates, scores, who is in office.",
  },
  { name: "send_email", description: "Sends an e-mail to one address." },
  { name: "use_bash", description: "Runs commands in a shell on the user's computer." },
  { name: FINAL_ANSWER, description: "Answers the user from the results so far. Always the last step." },
];

export const specOf = (name: string): ToolSpec => {
  const found = PLANNER_TOOLS.find((spec) => spec.name === name);
  if (found === undefined) throw new RangeError(`no simulated tool "${name}"`);
  return found;
};
