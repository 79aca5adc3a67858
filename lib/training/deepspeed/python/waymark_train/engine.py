"""DeepSpeed set up for the job."""

from __future__ import annotations

import datetime
import json
import os
from typing import Any

import deepspeed
import torch
import torch.distributed

from .job import Job
from .model import load_model, parameter_groups
from .rows import most_micro_batches

STEPS = "steps.jsonl.gz"


def start_distributed(job: Job) -> torch.device:
    """Joins the other processes; returns this one's device."""
    if job.device == "cpu":
        # DeepSpeed compiles an operator for shared memory here, which needs a C++ compiler;
        # without it gloo does the same exchange.
        import deepspeed.comm.torch as deepspeed_comm

        deepspeed_comm.build_shm_op = lambda: None
        deepspeed.init_distributed(dist_backend="gloo", timeout=datetime.timedelta(minutes=30))
        return torch.device("cpu")
    local = int(os.environ.get("LOCAL_RANK", "0"))
    torch.cuda.set_device(local)
    deepspeed.init_distributed(dist_backend="nccl", timeout=datetime.timedelta(minutes=30))
    return torch.device("cuda", local)


def deepspeed_config(job: Job, world: int) -> dict[str, Any]:
    """`ds_config.json` with what depends on the number of processes filled in."""
    config = json.loads((job.folder / "ds_config.json").read_text("utf-8"))
    most = most_micro_batches(job.folder / STEPS, world, job.micro_batch_size)
    # The loop says itself where a step ends and scales the loss; the number only has to be above 1
    # where gradients are added up.
    return {
        **config,
        "train_micro_batch_size_per_gpu": job.micro_batch_size,
        "gradient_accumulation_steps": most,
    }


def make_engine(job: Job, device: torch.device) -> Any:
    """The DeepSpeed engine around model and optimizer (AdamW with PyTorch's formulas)."""
    config = deepspeed_config(job, torch.distributed.get_world_size())
    keep = None
    if job.zero_stage == 3:
        from transformers.integrations import HfDeepSpeedConfig

        keep = HfDeepSpeedConfig(config)  # from_pretrained shards while this object lives
    model = load_model(job, device)
    recipe = job.recipe
    optimizer = torch.optim.AdamW(
        parameter_groups(model, job),
        lr=recipe["learningRate"],
        betas=(recipe["beta1"], recipe["beta2"]),
        eps=recipe["epsilon"],
        fused=True,
    )
    engine, *_ = deepspeed.initialize(model=model, optimizer=optimizer, config=config)
    engine.waymark_config = keep
    return engine


class GradientNorm:
    """Global L2 norm of the gradient before clipping.

    ZeRO knows it after the step. Without ZeRO, in fp32, DeepSpeed does not tell: there every
    process has the whole gradient before the step.
    """

    def __init__(self, engine: Any, job: Job) -> None:
        self.engine = engine
        self.own = job.zero_stage == 0 and job.precision == "fp32"
        self.value = 0.0

    def before_step(self) -> None:
        """Call when all gradients of the step are there."""
        if self.own:
            parameters = [p.grad for p in self.engine.module.parameters() if p.grad is not None]
            norms = torch.stack([gradient.float().norm() for gradient in parameters])
            self.value = float(norms.norm())

    def after_step(self) -> float:
        """The norm."""
        if self.own:
            return self.value
        norm = self.engine.get_global_grad_norm()
        return float("nan") if norm is None else float(norm)
