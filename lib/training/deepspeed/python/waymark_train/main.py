"""One process of a training job."""

from __future__ import annotations

import os
import pathlib
import sys


def main(folder: pathlib.Path) -> int:
    """Trains until the end or until it is told to stop; 0 in both cases."""
    from .job import load_job
    from .records import RankRecord

    rank, world = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
    record = RankRecord(folder, rank, world)
    console = record.redirect_output()
    record.watch_signals()
    try:
        job = load_job(folder)
        if job.device == "cpu":
            os.environ["DS_ACCELERATOR"] = "cpu"
            os.environ.setdefault("OMP_NUM_THREADS", "1")
        from .loop import train

        train(job, record, console if rank == 0 else None)
    except BaseException as error:  # whatever it is, the record has to say so
        record.failed(error)
        sys.stderr.flush()
        # Not by way of Python's own end, which may wait for the other processes.
        os._exit(1)
    record.ended()
    return 0
