"""A copy of the model with rows for added tokens, made once before training."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil

from .job import TOKENIZER_FILES, Job

LINKED = (*TOKENIZER_FILES, "generation_config.json", "model.safetensors.index.json")
TABLES = ("embed_tokens.weight", "wte.weight", "lm_head.weight")


def prepare_base(job: Job) -> None:
    """Makes `base/`: the model's files, with larger tables and the added tokens' names.

    A new row is the mean of the old ones, with noise of 1e-9 of their variance in each feature, so
    that new tokens neither stand out nor start equal (Hewitt 2021). The noise depends on the
    recipe's seed alone. Files that need no change are linked.
    """
    import safetensors.torch

    target = job.base_model
    if (target / "config.json").exists():
        return
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    changed = False
    for file in sorted(job.source_model.iterdir()):
        if file.name not in LINKED and file.suffix not in (".safetensors", ".py"):
            continue
        if file.suffix == ".safetensors":
            tensors = safetensors.torch.load_file(file)
            tables = [name for name in tensors if name.endswith(TABLES)]
            if tables:
                for name in tables:
                    tensors[name] = with_new_rows(tensors[name], name, job)
                safetensors.torch.save_file(tensors, partial / file.name, {"format": "pt"})
                changed = True
                continue
        if file.name == "tokenizer.json":
            add_to_tokenizer(file, partial / file.name, job)
            continue
        os.symlink(file.resolve(), partial / file.name)
    if not changed:
        raise SystemExit(f"{job.source_model}: no embedding table ({', '.join(TABLES)}) was found")
    config = json.loads((job.source_model / "config.json").read_text("utf-8"))
    config.get("text_config", config)["vocab_size"] = vocabulary_size(job)
    (partial / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)


def vocabulary_size(job: Job) -> int:
    """Rows of the tables after the tokens were added; a padded table may have room already."""
    return max(job.model["vocabularySize"], *(token["id"] + 1 for token in job.added_tokens))


def with_new_rows(table, name: str, job: Job):
    """[vocabulary, hidden] with the rows of the added tokens set."""
    import torch

    new = [token["id"] for token in job.added_tokens]
    old = table[: min(new)].double()
    deviation = old.std(dim=0, unbiased=False)
    digest = hashlib.sha256(f"{job.recipe['seed']}/added-tokens/{name}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:4], "little"))
    noise = torch.randn(len(new), table.shape[1], generator=generator, dtype=torch.float64)
    result = torch.zeros(vocabulary_size(job), table.shape[1], dtype=table.dtype)
    result[: table.shape[0]] = table
    result[new] = (old.mean(dim=0) + noise * deviation * 1e-9**0.5).to(table.dtype)
    return result


def add_to_tokenizer(source: pathlib.Path, target: pathlib.Path, job: Job) -> None:
    """Writes `tokenizer.json` with the added tokens as special ones; all else stays."""
    value = json.loads(source.read_text("utf-8"))
    value.setdefault("added_tokens", []).extend(
        {
            "id": token["id"],
            "content": token["content"],
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for token in job.added_tokens
    )
    target.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
