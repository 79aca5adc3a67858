"""What transformers makes of an exported model, for the tests.

Usage: ``python check_handover.py < job.json``. The job names a model folder, perhaps a GGUF file of
it, texts, chats and prompts; the answer says what transformers makes of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer


def continuations(model: Any, prompts: list[list[int]], length: int) -> list[list[int]]:
    """The greedy continuation of each prompt, whatever tokens it has."""
    found = []
    for prompt in prompts:
        ids = torch.tensor([prompt])
        with torch.no_grad():
            output = model.generate(
                ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                min_new_tokens=length,
                max_new_tokens=length,
                eos_token_id=None,
                pad_token_id=0,
            )
        found.append(output[0, len(prompt) :].tolist())
    return found


def main() -> None:
    """Reads the job, writes the answer."""
    job = json.load(sys.stdin)
    torch.set_num_threads(1)
    folder = job["folder"]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    answer: dict[str, Any] = {
        "texts": [tokenizer(text, add_special_tokens=False).input_ids for text in job["texts"]],
        "chats": [tokenizer.apply_chat_template(chat, tokenize=False) for chat in job["chats"]],
        "masks": [
            tokenizer.apply_chat_template(
                chat, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
            )["assistant_masks"]
            for chat in job["chats"]
        ],
        "special": [tokenizer.eos_token, tokenizer.pad_token],
    }
    if job["prompts"]:
        model = AutoModelForCausalLM.from_pretrained(folder)
        answer["continuations"] = continuations(model, job["prompts"], job["length"])
    if job.get("gguf"):
        file = Path(job["gguf"])
        model = AutoModelForCausalLM.from_pretrained(str(file.parent), gguf_file=file.name)
        answer["gguf"] = continuations(model, job["prompts"], job["length"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
