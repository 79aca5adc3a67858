"""What a process leaves behind for whoever watches: its state, its log, progress and metrics."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import socket
import sys
import threading
import time
import traceback
from typing import Any


def write_json(file: pathlib.Path, value: Any) -> None:
    """A reader sees the old file or the whole new one."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    temporary.write_text(json.dumps(value), "utf-8")
    os.replace(temporary, file)


class RankRecord:
    """`ranks/<rank>.json`: whether this process runs, was told to stop, has failed or has ended.

    One that was killed outright leaves `running` behind, and is known by that.
    """

    def __init__(self, folder: pathlib.Path, rank: int, world: int) -> None:
        self.file = folder / "ranks" / f"{rank}.json"
        self.file.parent.mkdir(exist_ok=True)
        self.log = folder / "logs" / f"rank-{rank}.log"
        self.value: dict[str, Any] = {
            "rank": rank,
            "world": world,
            "host": socket.gethostname(),
            "process": os.getpid(),
            "step": 0,
        }
        self.stop_asked = False
        self._set("running")

    def _set(self, state: str, **more: Any) -> None:
        self.value = {**self.value, "state": state, "time": time.time(), **more}
        write_json(self.file, self.value)

    def at_step(self, step: int) -> None:
        """Written only with the next change of state."""
        self.value["step"] = step

    def ended(self) -> None:
        """This process has done all it had to do."""
        self._set("ended")

    def failed(self, error: BaseException) -> None:
        """Keeps the error with the last lines of where it came from."""
        lines = "".join(traceback.format_exception(error)).rstrip().splitlines()
        print("\n".join(lines), file=sys.stderr, flush=True)
        message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        self._set("failed", error=message, lines=lines[-12:])

    def redirect_output(self) -> Any:
        """Standard output and error go to this process's log; returns the old output."""
        self.log.parent.mkdir(exist_ok=True)
        console = os.fdopen(os.dup(1), "w", buffering=1)
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        return console

    def watch_signals(self) -> None:
        """SIGTERM and SIGINT ask for a stop after the step at work.

        A thread notes it at once: the main thread may wait inside a library for a process that
        is gone.
        """
        read, write = os.pipe()
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write)
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: None)

        def watch() -> None:
            while os.read(read, 1):
                self.stop_asked = True
                if self.value["state"] == "running":
                    self._set("stopping")

        threading.Thread(target=watch, daemon=True).start()


class Progress:
    """`progress.json`, written by the first process, and a line now and then for a terminal."""

    def __init__(self, folder: pathlib.Path, console: Any | None) -> None:
        self.file = folder / "progress.json"
        self.console = console
        self.last = 0.0

    def __call__(self, phase: str, done: int, total: int, note: str = "") -> None:
        if self.console is None:
            return
        now = time.monotonic()
        if now - self.last < 0.3 and done < total:
            return
        self.last = now
        write_json(self.file, {"phase": phase, "done": done, "total": total, "note": note})
        print(f"{phase} {done}/{total} {note}".rstrip(), file=self.console, flush=True)


class Metrics:
    """`metrics.jsonl`; lines after `step` are dropped first: a continued run writes them again."""

    def __init__(self, folder: pathlib.Path, step: int) -> None:
        file = folder / "metrics.jsonl"
        lines = file.read_text("utf-8").split("\n")[:-1] if file.exists() and step else []
        kept = [line for line in lines if json.loads(line)["step"] <= step]
        # A new file takes the old one's place, by which a reader knows that lines have gone.
        temporary = file.with_name("metrics.jsonl.tmp")
        temporary.write_text("".join(line + "\n" for line in kept), "utf-8")
        os.replace(temporary, file)
        self.rows = [json.loads(line) for line in kept]
        self.handle = file.open("a", encoding="utf-8")

    def add(self, row: dict[str, Any]) -> None:
        """One step."""
        self.rows.append(row)
        self.handle.write(json.dumps(row) + "\n")
        self.handle.flush()
