import { END, PAD } from "../specials.ts";

/**
 * The content of `tokenizer_config.json`, with which Python's `AutoTokenizer` reads the saved tokenizer and template.
 * @param jinja the chat template
 * @param contextLength most tokens of one sequence
 */
export function tokenizerConfig(jinja: string, contextLength: number): Record<string, unknown> {
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    pad_token: PAD,
    eos_token: END,
    model_max_length: contextLength,
    clean_up_tokenization_spaces: false,
    add_prefix_space: false,
    chat_template: jinja,
  };
}
