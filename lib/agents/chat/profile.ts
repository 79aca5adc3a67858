import type { ChatMessage } from "../../llm/index.ts";
import type { Turn } from "../../trajectory/index.ts";

/** A played task that shows how it is done: turns in the environment's own words, the first one an observation. */
export type Example = readonly Turn[];

/** How a kind of environment is told to a chat model, and how the model's answers are read. */
export interface Profile {
  /** The kind of environment, recorded in trajectories. */
  readonly environment: string;
  /** KnowSelf's limit for it (`configs/task/*.json`). */
  readonly stepLimit: number;
  /** What the agent is to do, which commands there are, and the form of an answer; empty: nothing is said beforehand. */
  readonly instruction: string;
  /** `user`: said by the user and answered with "OK", as in KnowSelf's and ETO's data; `system`: a system message. */
  readonly instructionRole: "user" | "system";
  readonly examples: readonly Example[];
  /** What a model reads of an observation. */
  shown(observation: string, isFirst: boolean): string;
  /** The environment's command for what stands behind `Action:`. */
  command(said: string): string;
  /** What a command does, without what is particular to the room or the catalogue: commands of one kind count as the same. */
  kind(command: string): string;
  /** The observation for an answer without an action. */
  readonly complaint: string;
  /** What is knowledge to be selected by: the whole course of the episode, or the last observation and all actions. */
  readonly selectorSees: "all observations" | "last observation";
}

export interface PromptParts {
  /** Said after the profile's instruction, a paragraph each. */
  readonly more?: readonly string[];
  /** In place of the profile's. */
  readonly examples?: readonly Example[];
}

/** The messages before the agent's next turn: instruction, examples, and the episode so far. */
export function promptOf(profile: Profile, turns: readonly Turn[], parts: PromptParts = {}): ChatMessage[] {
  const { more = [], examples = profile.examples } = parts;
  const instruction = [profile.instruction, ...more].filter((text) => text !== "").join("\n\n");
  return [
    ...openingOf(instruction, profile.instructionRole),
    ...examples.flatMap((example) =>
      messagesOf(profile, withoutLastObservation(example), "An example of another task:"),
    ),
    ...messagesOf(profile, turns, examples.length > 0 ? "Now your own task:" : ""),
  ];
}

function openingOf(instruction: string, role: Profile["instructionRole"]): ChatMessage[] {
  if (instruction === "") return [];
  if (role === "system") return [{ role, content: instruction }];
  return [
    { role, content: instruction },
    { role: "assistant", content: "OK" },
  ];
}

function messagesOf(profile: Profile, turns: readonly Turn[], heading: string): ChatMessage[] {
  return turns.map(({ role, content }, index): ChatMessage => {
    if (role === "assistant") return { role, content };
    const text = role === "user" ? profile.shown(content, index === 0) : content;
    return { role, content: index === 0 && heading !== "" ? `${heading}\n\n${text}` : text };
  });
}

function withoutLastObservation(example: Example): Example {
  const end = example.findLastIndex(({ role }) => role === "assistant");
  return example.slice(0, end + 1);
}

/** The same environment told in its real texts, without a word before: for a student that was trained so. */
export const withoutInstruction = (profile: Profile): Profile => ({
  ...profile,
  instruction: "",
  examples: [],
  shown: (observation) => observation,
});
