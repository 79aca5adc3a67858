/** Knowledge: rules that are written, merged, learnt and chosen, and texts about whole tasks. */
export { buildRules, RULE_LIMITS, type BuildRulesOptions } from "./build-rules.ts";
export { chatRuleWriter, type ChatRuleWriterOptions } from "./chat-rule-writer.ts";
export { chatSelector, selectorMessages, type ChatSelectorOptions } from "./chat-selector.ts";
export { readChosenRule, ruleOfAnswer } from "./chosen-rule.ts";
export { induceHouseholdRules, rulesIn, type HouseholdRule, type HouseholdRulesOptions } from "./household-rules.ts";
export { householdGoal, readHouseholdState, type HouseholdState, type Need } from "./household-state.ts";
export { bestByWords, lexicalSelector } from "./lexical-selector.ts";
export {
  loadKnowledge,
  taskKnowledge,
  type Knowledge,
  type KnowledgeDomain,
  type KnowledgeSource,
  type LoadKnowledgeOptions,
} from "./load-knowledge.ts";
export { mergeGuard } from "./merge-guard.ts";
export { placeRule, readPlaceRule, type Places } from "./place-rule.ts";
export { RuleBase, type Author, type RuleChange } from "./rule-base.ts";
export { readRuleCall, ruleTools, type RuleCall, type RuleCallName } from "./rule-calls.ts";
export { RULE_TYPES, type Rule, type RuleFields, type RuleType } from "./rule.ts";
export type { RuleWriter } from "./rule-writer.ts";
export { scriptedRuleWriter } from "./scripted-rule-writer.ts";
export { chooseRule, scriptedSelector } from "./scripted-selector.ts";
export { knowledgeFrom, UNLISTED, type AskingSituation, type SelectRule } from "./select-rule.ts";
