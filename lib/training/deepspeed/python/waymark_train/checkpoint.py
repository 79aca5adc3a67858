"""Checkpoints of DeepSpeed: each process writes its part; the latest whole one is kept."""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import Any

import torch.distributed

from .job import Job

LATEST = "latest"


def folder_of(job: Job) -> pathlib.Path:
    """Where checkpoints lie."""
    return job.folder / "checkpoints"


def save_checkpoint(engine: Any, job: Job, step: int, tokens: int) -> None:
    """Writes `step-<n>`, names it in `latest` when it is whole, and removes earlier ones."""
    folder = folder_of(job)
    tag = f"step-{step:08d}"
    state = {
        "step": step,
        "tokens": tokens,
        "signature": job.signature,
        "world": torch.distributed.get_world_size(),
    }
    engine.save_checkpoint(
        str(folder),
        tag=tag,
        client_state=state,
        save_latest=False,
        exclude_frozen_parameters=job.lora is not None,
    )
    torch.distributed.barrier()
    if torch.distributed.get_rank() == 0:
        temporary = folder / f"{LATEST}.tmp"
        temporary.write_text(tag, "utf-8")
        os.replace(temporary, folder / LATEST)
        for other in folder.glob("step-*"):
            if other.name != tag:
                shutil.rmtree(other, ignore_errors=True)
    torch.distributed.barrier()


def load_checkpoint(engine: Any, job: Job) -> tuple[int, int]:
    """Step and tokens of the latest checkpoint, whose state the engine then has; 0 without one."""
    folder = folder_of(job)
    if not (folder / LATEST).exists():
        return 0, 0
    world = torch.distributed.get_world_size()
    tag = (folder / LATEST).read_text("utf-8").strip()
    parts = len(list((folder / tag).glob("zero_pp_rank_*_optim_states.pt")))
    if job.zero_stage > 0 and parts != world:
        raise RuntimeError(
            f"{folder / tag} was written by {parts} processes and these are {world}: start as "
            "many, or remove the folder checkpoints to begin anew"
        )
    path, state = engine.load_checkpoint(str(folder), tag=tag, load_module_strict=job.lora is None)
    if path is None or state["signature"] != job.signature:
        raise RuntimeError(f"{folder / tag} belongs to another job: remove the folder checkpoints")
    return state["step"], state["tokens"]
