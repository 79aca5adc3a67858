"""Log-probabilities of all pairs under the model as training finds it: computed once and kept."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
import torch.distributed

from .job import Job
from .records import Progress, write_json
from .rows import micro_batch_count, micro_batches


def reference_values(
    engine: Any, job: Job, objective: Any, device: torch.device, progress: Progress
) -> np.ndarray:
    """[pairs, 2]: chosen and rejected; from `reference.json` where it is there already."""
    file = job.folder / "reference.json"
    if file.exists():
        cached = json.loads(file.read_text("utf-8"))
        if cached["signature"] == job.signature:
            return np.asarray(cached["values"], np.float64)
    rank, world = torch.distributed.get_rank(), torch.distributed.get_world_size()
    count = len(objective.rows)
    order = sorted(range(count), key=lambda i: max_length(objective.rows[i]))
    lines = [[index] for index in order]
    values = torch.zeros(count, 2, dtype=torch.float64, device=device)
    total = micro_batch_count(count, world, job.micro_batch_size)
    engine.eval()
    with torch.no_grad():
        shares = micro_batches(lines, rank, world, job.micro_batch_size)
        for done, (share, counts) in enumerate(shares, start=1):
            sums, _ = objective.answer_sums(engine, share, device)
            if counts:
                indices = [line[0] for line in share]
                values[indices] = sums.T.double()
            progress("reference model", done, total)
    engine.train()
    torch.distributed.all_reduce(values)
    result = values.cpu().numpy()
    if rank == 0:
        write_json(file, {"signature": job.signature, "values": result.tolist()})
    return result


def max_length(pair: Any) -> int:
    """Tokens of the longer side."""
    return max(len(pair.chosen.ids), len(pair.rejected.ids))
