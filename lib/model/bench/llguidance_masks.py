"""Times of llguidance's masks for the same tokens: `llguidance_masks.py JOB.json` prints JSON."""

import json
import sys
import time

from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper

# As our grammar: on one line, with at most one blank behind a sign.
STYLE = {"whitespace_flexible": True, "whitespace_pattern": " ?"}


class Vocabulary:
    """What llguidance wants to know of a tokenizer; texts are never tokenized here."""

    def __init__(self, tokens: list[bytes]) -> None:
        self.tokens = tokens
        self.eos_token_id = len(tokens) - 1
        self.bos_token_id = None
        self.special_token_ids = [self.eos_token_id]

    def __call__(self, text: bytes) -> list[int]:
        """One token for each byte: they are the first 256."""
        return list(text)


def main() -> None:
    """Builds the vocabulary, compiles the schema, and computes the mask before every token."""
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    wrapper = TokenizerWrapper(Vocabulary([bytes.fromhex(token) for token in job["tokens"]]))

    start = time.perf_counter()
    tokenizer = LLTokenizer(wrapper, slices=LLTokenizer.json_slices())
    vocabulary_ms = 1000 * (time.perf_counter() - start)
    start = time.perf_counter()
    grammar = LLMatcher.grammar_from_json_schema(json.dumps(job["schema"]), overrides=STYLE)
    matcher = LLMatcher(tokenizer, grammar)
    compile_ms = 1000 * (time.perf_counter() - start)
    start = time.perf_counter()
    matcher.compute_bitmask()
    first_ms = 1000 * (time.perf_counter() - start)

    masks = []
    stop = len(job["tokens"]) - 1
    for ids in job["texts"]:
        matcher.reset()
        for token in [*ids, stop]:
            start = time.perf_counter()
            matcher.compute_bitmask()
            masks.append(1e6 * (time.perf_counter() - start))
            if not matcher.consume_token(token):
                raise SystemExit(f"token {token} is refused: {matcher.get_error()}")
    times = {"vocabularyMs": vocabulary_ms, "compileMs": compile_ms, "firstMs": first_ms, "masks": masks}
    print(json.dumps(times))


main()
