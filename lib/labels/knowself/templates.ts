import { UserError } from "../../base/index.ts";
import type { Turn } from "../../trajectory/index.ts";
import { agentPieces, type Piece } from "./agent-pieces.ts";

/** Models that KnowSelf was trained on, by the name that its scripts have for their template. */
export const KNOWSELF_MODELS = ["llama3", "gemma", "qwen"] as const;
export type KnowSelfModel = (typeof KNOWSELF_MODELS)[number];

/** A message; of our own turns also what the fields say of its parts. */
export type TemplateTurn = Pick<Turn, "role" | "content"> &
  Partial<Pick<Turn, "knowledge" | "reconsidered" | "prompted" | "loss">>;

interface Delimiters {
  readonly begin: readonly string[];
  readonly afterRole: readonly Piece[];
  readonly end: string;
  /** Between two messages. */
  readonly splitter: string;
  readonly roles: Readonly<Record<Turn["role"], string | null>>;
  readonly system?: string;
  readonly bos: string | null;
}

const text = (content: string): Piece => ({ text: content, special: false, source: "delimiter", own: false });
const special = (content: string): Piece => ({ ...text(content), special: true });
const ROLES = { system: "system", user: "user", assistant: "assistant" } as const;

const DELIMITERS: Readonly<Record<KnowSelfModel, Delimiters>> = {
  llama3: {
    ...{ begin: ["<|start_header_id|>"], afterRole: [special("<|end_header_id|>"), text("\n\n")] },
    ...{ end: "<|eot_id|>", splitter: "", roles: ROLES, bos: "<|begin_of_text|>" },
  },
  gemma: {
    ...{ begin: ["<start_of_turn>"], afterRole: [text("\n")], end: "<end_of_turn>", splitter: "\n" },
    ...{ roles: { ...ROLES, system: null, assistant: "model" }, bos: "<bos>" },
  },
  qwen: {
    ...{ begin: ["<|im_start|>"], afterRole: [text("\n")], end: "<|im_end|>", splitter: "\n", roles: ROLES },
    ...{ system: "You are a helpful assistant.", bos: null },
  },
};

/** One of the published chat templates (`util/templator.py`). */
export interface KnowSelfTemplate {
  readonly model: KnowSelfModel;
  /** Begins every sequence; the tokenizer's part, and so in no text here. Null: there is none. */
  readonly bos: string | null;
  /** Control tokens of the template, those of the situations not included. */
  readonly specials: readonly string[];
  /** What stands between two messages: a line break, or nothing. */
  readonly splitter: string;
  /** A conversation in pieces. The first piece of an agent's content begins a text of its own. */
  pieces(turns: readonly TemplateTurn[]): Piece[];
  /** A conversation as training has it. */
  render(turns: readonly TemplateTurn[]): string;
  /**
   * A conversation up to where the agent speaks next. The published inference ends Gemma's and Qwen's prompts with
   * three line breaks where training has one (`upstream`); the default is as in training.
   */
  prompt(turns: readonly TemplateTurn[], variant?: "exact" | "upstream"): string;
}

/** The published chat template of a model. */
export function knowSelfTemplate(model: KnowSelfModel): KnowSelfTemplate {
  const { begin, afterRole, end, splitter, roles, system, bos } = DELIMITERS[model];
  const header = (role: Turn["role"]): Piece[] => {
    const name = roles[role];
    if (name === null) throw new UserError(`the template of ${model} has no ${role} messages`);
    return [...begin.map(special), text(name), ...afterRole];
  };
  const pieces = (turns: readonly TemplateTurn[]): Piece[] => {
    const given = system === undefined || turns.some(({ role }) => role === "system");
    const all: readonly TemplateTurn[] = given ? turns : [{ role: "system", content: system }, ...turns];
    let asked = false;
    return all.flatMap((turn, i): Piece[] => {
      const before = i > 0 && splitter !== "" ? [text(splitter)] : [];
      if (turn.role === "assistant")
        return [...before, ...header("assistant"), ...agentPieces(turn), { ...special(end), own: turn.loss !== false }];
      const source = turn.role === "system" ? "system" : asked ? "observation" : "user";
      asked ||= turn.role === "user";
      return [...before, ...header(turn.role), { ...text(turn.content), source }, special(end)];
    });
  };
  const render = (turns: readonly TemplateTurn[]): string => joined(pieces(turns));
  return {
    ...{ model, bos, splitter, pieces, render },
    specials: [...begin, ...afterRole.filter((piece) => piece.special).map((piece) => piece.text), end],
    prompt: (turns, variant = "exact") =>
      render(turns) + splitter + joined(header("assistant")) + (variant === "upstream" ? splitter.repeat(2) : ""),
  };
}

const joined = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join("");
