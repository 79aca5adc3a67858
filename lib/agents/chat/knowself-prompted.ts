import { knowledgePrefix, situatedText } from "../../trajectory/index.ts";
import { KnowSelfAgent, type KnowSelfOptions } from "./knowself-agent.ts";

/**
 * "Prompt only" KnowSelf: an untrained model is told what the tokens mean, and the inference is that of `KnowSelfAgent`
 * (the paper's table 5). The instruction is ours; the paper's has examples of its own.
 */
export function promptedKnowSelf(options: KnowSelfOptions): KnowSelfAgent {
  const name = options.name ?? "knowself prompted";
  return new KnowSelfAgent({ ...options, name, more: [...(options.more ?? []), EXPLANATION] });
}

const EXPLANATION = `Before each answer judge how well you know what to do.

1. You are sure. Answer with thought and action alone.

2. You are not sure of the action that you have just written. Then reconsider it in the same answer: write the reflection
between its marks, and after it the action that is to be carried out, in this form:

${situatedText({ thought: "your thought", action: "your first action", reconsidered: { action: "your first action", reflection: "why another action is better" } }).replace(/Action: .*$/, "Action: the better action")}

3. You lack knowledge about how to go on. Then answer with [Knowledge] alone, and nothing else. You are given a rule in
this form, and go on with thought and action:

${knowledgePrefix("the rule").trim()}

Ask for knowledge only where you would go wrong without it.`;
