"""The training loop."""

from __future__ import annotations

import hashlib
import math
import resource
import time
from typing import Any

import deepspeed
import torch
import torch.distributed
import transformers

from .checkpoint import load_checkpoint, save_checkpoint
from .engine import STEPS, GradientNorm, make_engine, start_distributed
from .job import Job
from .losses import make_objective
from .records import Metrics, Progress, RankRecord, write_json
from .reference import reference_values
from .rows import Step, micro_batches, read_rows, read_steps
from .save import save_model


def train(job: Job, record: RankRecord, console: Any | None) -> None:
    """Goes through the steps of the job, from its last checkpoint on where there is one.

    The result depends on the job and the number of processes alone. Writes `output/`, and
    `result.json` when all is done.
    """
    progress = Progress(job.folder, console)
    progress("loading the model", 0, 1)
    device = start_distributed(job)
    engine = make_engine(job, device)
    progress("loading the model", 1, 1)
    objective = make_objective(
        job.objective, read_rows(job.folder / job.rows["file"]), job.model["context"]
    )
    if job.pairs:
        objective.reference = reference_values(engine, job, objective, device, progress)
    step, tokens = load_checkpoint(engine, job)
    trainer = Trainer(job, engine, objective, device)
    first = torch.distributed.get_rank() == 0
    metrics = Metrics(job.folder, step) if first else None
    began = time.monotonic()

    for plan in read_steps(job.folder / STEPS, step):
        started = time.monotonic()
        seen = objective.tokens(plan.lines)
        stop = record.stop_asked or (job.folder / "stop").exists()
        figures, norm, stop = trainer.step(step, plan, stop)
        step, before, tokens = step + 1, tokens, tokens + seen
        record.at_step(step)
        if metrics is not None:
            row = metrics_row(job, step, tokens, figures, norm, plan)
            if "loss" in row:
                row["tokensPerSecond"] = round(seen / (time.monotonic() - started))
            metrics.add(row)
            progress("training", step, job.steps, note_of(job, row))
        for count in job.recipe["snapshots"]:
            if before < count <= tokens:
                save_model(engine, job, job.folder / "snapshots" / str(count))
        if stop or step % job.recipe["checkpointEvery"] == 0 or step == job.steps:
            save_checkpoint(engine, job, step, tokens)
        if stop and step < job.steps:
            progress("stopped", step, job.steps)
            return

    progress("saving the model", 0, 1)
    save_model(engine, job, job.folder / "output")
    if metrics is not None:
        rows = [row for row in metrics.rows if "loss" in row]
        last = rows[-max(1, len(rows) // 20) :]
        result = {
            "signature": job.signature,
            "steps": step,
            "tokens": tokens,
            "skippedSteps": len(metrics.rows) - len(rows),
            "final": {name: sum(row[name] for row in last) / len(last) for name in job.figures},
            "processes": torch.distributed.get_world_size(),
            "seconds": round(time.monotonic() - began, 3),
            "peakMemoryMb": round(peak_memory(device)),
            "versions": {
                "torch": torch.__version__,
                "deepspeed": deepspeed.__version__,
                "transformers": transformers.__version__,
            },
        }
        write_json(job.folder / "result.json", result)
    progress("saving the model", 1, 1)
    torch.distributed.barrier()


class Trainer:
    """Computes steps."""

    def __init__(self, job: Job, engine: Any, objective: Any, device: torch.device) -> None:
        self.job = job
        self.engine = engine
        self.objective = objective
        self.device = device
        self.norm = GradientNorm(engine, job)
        self.rank = torch.distributed.get_rank()
        self.world = torch.distributed.get_world_size()

    def step(self, number: int, plan: Step, stop: bool) -> tuple[list[float], float, bool]:
        """One step of the optimizer. Returns the figures over all processes (not finite where the
        step was skipped), the gradient's norm, and whether any process was told to stop."""
        job, engine, world = self.job, self.engine, self.world
        for group in engine.optimizer.param_groups:
            group["lr"] = plan.learning_rate
        totals = self.objective.totals(plan.lines)
        # One place more: processes that were told to stop.
        sums = torch.zeros(len(job.figures) + 1, dtype=torch.float64, device=self.device)
        sums[-1] = float(stop)
        shares = list(micro_batches(plan.lines, self.rank, world, job.micro_batch_size))
        for index, (lines, counts) in enumerate(shares):
            engine.set_gradient_accumulation_boundary(index == len(shares) - 1)
            torch.manual_seed(dropout_seed(job.recipe["seed"], number, self.rank, index))
            parts = self.objective.parts(engine, lines, totals, self.device) * float(counts)
            # DeepSpeed takes the mean over processes, and here a sum is wanted.
            engine.backward(parts[0] * world, scale_wrt_gas=False)
            sums[:-1] += parts.detach().double()
        torch.distributed.all_reduce(sums)
        *figures, stops = sums.tolist()
        if not math.isfinite(figures[0]) and job.recipe["onNonFinite"] == "error":
            raise diverged(number + 1, figures[0], math.nan, plan)
        self.norm.before_step()
        engine.step()
        norm = self.norm.after_step()
        if not engine.was_step_applied():
            # In fp16 the first scales of the loss are too large, and steps are left out on purpose.
            if job.precision != "fp16" and job.recipe["onNonFinite"] == "error":
                raise diverged(number + 1, figures[0], norm, plan)
            return [math.nan] * len(figures), norm, stops > 0
        if not math.isfinite(norm):
            raise diverged(number + 1, figures[0], norm, plan)
        return figures, norm, stops > 0


def dropout_seed(seed: Any, step: int, rank: int, index: int) -> int:
    """Depends on the place in training alone, so that a continued run drops the same."""
    digest = hashlib.sha256(f"{seed}/dropout/{step}/{rank}/{index}".encode()).digest()
    return int.from_bytes(digest[:4], "little")


def diverged(step: int, loss: float, norm: float, plan: Step) -> RuntimeError:
    """Names the step."""
    return RuntimeError(
        f"training diverged at step {step}: loss {loss}, gradient norm {norm}, learning rate "
        f"{plan.learning_rate}: try a lower learning rate"
    )


def metrics_row(
    job: Job, step: int, tokens: int, figures: list[float], norm: float, plan: Step
) -> dict[str, Any]:
    """A line of `metrics.jsonl`."""
    if not math.isfinite(figures[0]):
        return {"step": step, "skipped": True}
    return {
        "step": step,
        "tokens": tokens,
        "learningRate": plan.learning_rate,
        **dict(zip(job.figures, figures, strict=True)),
        "gradNorm": norm,
    }


def note_of(job: Job, row: dict[str, Any]) -> str:
    """A figure worth seeing while it runs."""
    name = "rewards/margins" if job.pairs else "actionLoss"
    return f"{name} {row[name]:.4f}" if name in row else "skipped"


def peak_memory(device: torch.device) -> float:
    """Of this process, in MB: on the GPU, or in memory."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
