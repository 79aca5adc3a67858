/** KnowSelf's published chat templates and loss masks, for Llama 3, Gemma and Qwen. */
export { labelKnowSelf, labelKnowSelfPair, type KnowSelfLabelOptions, type KnowSelfPairResult } from "./label.ts";
export { maskSegments, type MaskOptions, type MaskSegment, type MaskSegmentsOptions } from "./mask.ts";
export {
  KNOWSELF_MODELS,
  knowSelfTemplate,
  type KnowSelfModel,
  type KnowSelfTemplate,
  type TemplateTurn,
} from "./templates.ts";
