"""The trained model as Hugging Face's files: all of it, or PEFT's adapter."""

from __future__ import annotations

import contextlib
import pathlib
import shutil
from typing import Any

import deepspeed
import torch.distributed

from .job import TOKENIZER_FILES, Job


def save_model(engine: Any, job: Job, folder: pathlib.Path) -> None:
    """Writes `folder` whole or not at all. Every process has to call it."""
    state = adapter_state(engine, job) if job.lora else model_state(engine, job)
    if torch.distributed.get_rank() == 0:
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        engine.module.save_pretrained(partial, state_dict=state)
        for name in TOKENIZER_FILES:
            if (job.base_model / name).exists():
                shutil.copyfile(job.base_model / name, partial / name)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    torch.distributed.barrier()


def model_state(engine: Any, job: Job) -> Any:
    """All weights; with ZeRO-3 gathered from all processes."""
    if job.zero_stage == 3:
        return engine._zero3_consolidated_16bit_state_dict()
    return engine.module.state_dict()


def adapter_state(engine: Any, job: Job) -> dict[str, torch.Tensor]:
    """The trained weights alone."""
    named = [(name, p) for name, p in engine.module.named_parameters() if p.requires_grad]
    gathered = (
        deepspeed.zero.GatheredParameters([p for _, p in named])
        if job.zero_stage == 3
        else contextlib.nullcontext()
    )
    with gathered:
        return {name: p.detach().cpu().clone() for name, p in named}
