import { SITUATION_TOKENS } from "../trajectory/index.ts";

/** The control tokens, in the order of their ids. They are made only by the template, never from text. */
export const SPECIAL_TOKENS = ["<|pad|>", "<|end|>", "<|assistant|>", "<|act|>", "<|system|>"] as const;

export const PAD = "<|pad|>";
/** Ends an agent turn; the student stops here. */
export const END = "<|end|>";
/** Opens an agent turn; given, never generated. */
export const ASSISTANT = "<|assistant|>";
/** Separates the thought from the action. */
export const ACT = "<|act|>";
export const SYSTEM = "<|system|>";

/** The control tokens of a student that knows KnowSelf's situations: its six added ones behind the others. */
export const SITUATED_SPECIAL_TOKENS = [...SPECIAL_TOKENS, ...SITUATION_TOKENS] as const;
