"""Speed of the same decoding by transformers: `transformers_generate.py SHAPE ROWS SECONDS FOLDER` prints JSON."""

import json
import resource
import sys
import time

import torch
from transformers import LlamaForCausalLM

ROWS, SECONDS, FOLDER = int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
PROMPT, NEW_TOKENS = 32, 128


def main():
    torch.set_num_threads(1)
    model = LlamaForCausalLM.from_pretrained(FOLDER).eval()
    vocabulary = model.config.vocab_size
    prompts = torch.tensor([[(r * 7919 + t * 104729) % vocabulary for t in range(PROMPT)] for r in range(ROWS)])
    settings = dict(do_sample=False, max_new_tokens=NEW_TOKENS, min_new_tokens=NEW_TOKENS, pad_token_id=0, eos_token_id=None)

    def run():
        start = time.perf_counter()
        with torch.inference_mode():
            ids = model.generate(prompts, attention_mask=torch.ones_like(prompts), **settings)
        return time.perf_counter() - start, ids[:, PROMPT:].tolist()

    _, ids = run()
    times = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        times.append(run()[0])
    median = sorted(times)[len(times) // 2]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"tokensPerSecond": ROWS * NEW_TOKENS / median, "ids": ids, "peakMb": peak}))


main()
