"""Keeps Waymark's Node workers busy on a Ray cluster.

Lines of JSON come in on standard input: first the settings (`Settings`), then requests
`{"id": N, "work": {...}}`. Lines of JSON go out on standard output: `ready` once a worker can play
(before it `waiting`, where the cluster has no room for long), then for each request `done` with the
worker's reply, or `lost` where the worker or its machine ended first; `fatal` where no worker can
play. The end of standard input ends all.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections import deque
from dataclasses import dataclass
from typing import Any, TextIO

import ray

OBJECT_STORE_BYTES = 200_000_000
"""Of a cluster that is started here. Replies have some hundred kilobytes and are let go at once."""

ANSWER_SECONDS = 15
"""How long an address may take to answer at all; Ray itself would try for minutes."""

MOST_LOSSES = 100
"""Workers lost in a row, without a reply between them, before giving up."""

ROOM_SECONDS = 30
"""After so long without a first worker it is said that the cluster has no room."""


@dataclass(frozen=True)
class Settings:
    """What the driver is told first."""

    address: str | None
    """Of a running cluster; None starts one here."""
    workers: int | None
    """None: one for each `cpus_per_worker` of the cluster."""
    local_workers: int
    """Workers in a cluster that is started here, where `workers` is None."""
    cpus_per_worker: float
    node: str
    """Node on the workers' machines; where it is not there, the PATH's `node` is taken."""
    arguments: list[str]
    folder: str
    """The project on the workers' machines."""
    hello: str
    """First line for each Node worker; it answers with a failure where it must not play."""


class NodeWorker:
    """One Node process on some machine of the cluster.

    An actor, so that Node and the model that it has read stay from shard to shard.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._errors: Any = None

    def start(self) -> str | None:
        """Starts Node; what is wrong with this machine, or None."""
        folder = self._settings.folder
        host = ray.util.get_node_ip_address()
        if not os.path.isdir(folder):
            return f"{host}: no folder {folder}; name the project's folder there as `project`"
        node = self._settings.node if os.path.exists(self._settings.node) else "node"
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                [node, *self._settings.arguments],
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            return f"{host}: {node} cannot be started: {error}"
        try:
            reply = json.loads(self.play(self._settings.hello))
        except RuntimeError as error:
            return f"{host}: {error}"
        failure = reply.get("failure")
        return None if failure is None else f"{host}: {failure}"

    def play(self, work: str) -> str:
        """Has one line of work played; the reply is one line. RuntimeError where Node ended."""
        assert self._process is not None and self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(work + "\n")
            self._process.stdin.flush()
            reply = self._process.stdout.readline()
        except OSError:
            reply = ""
        if reply.endswith("\n"):
            return reply[:-1]
        status = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-2000:].decode("utf-8", "replace").strip()
        raise RuntimeError(f"the Node worker ended with status {status}\n{said}".strip())


@dataclass(frozen=True)
class Started:
    """A worker that was being started came up, or did not."""

    worker: Any
    problem: str | None


@dataclass(frozen=True)
class Replied:
    """A worker answered a request."""

    worker: Any
    request: int
    reply: str


@dataclass(frozen=True)
class Lost:
    """A worker ended, alone or with its machine."""

    worker: Any
    request: int | None
    reason: str


@dataclass(frozen=True)
class Asked:
    """A request came in."""

    request: int
    work: str


class Ended:
    """Standard input ended."""


class NoRoom:
    """No worker has come up for long."""


class Pool:
    """As many workers as are wanted. A lost one is replaced, as soon as the cluster has room."""

    def __init__(self, settings: Settings, workers: int, output: TextIO) -> None:
        self._settings = settings
        self._workers = workers
        self._output = output
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting: deque[Asked] = deque()
        self._idle: deque[Any] = deque()
        self._ready = False
        self._losses = 0
        self._actor = ray.remote(NodeWorker)

    def serve(self) -> int:
        """Works until standard input ends; the exit status."""
        threading.Thread(target=self._read, daemon=True).start()
        for _ in range(self._workers):
            self._start()
        patience = threading.Timer(ROOM_SECONDS, self._events.put, [NoRoom()])
        patience.daemon = True
        patience.start()
        while True:
            event = self._events.get()
            if isinstance(event, Ended):
                return 0
            if isinstance(event, NoRoom):
                if not self._ready:
                    self._say(event="waiting", cpus=self._settings.cpus_per_worker)
            elif isinstance(event, Asked):
                self._waiting.append(event)
            elif isinstance(event, Started):
                if event.problem is not None:
                    return self._give_up(event.problem)
                if not self._ready:
                    self._say(event="ready", workers=self._workers)
                self._ready = True
                self._idle.append(event.worker)
            elif isinstance(event, Replied):
                self._losses = 0
                # The reply is JSON already and is not read here.
                self._write(f'{{"event":"done","id":{event.request},"reply":{event.reply}}}')
                self._idle.append(event.worker)
            elif isinstance(event, Lost):
                self._losses += 1
                if event.request is not None:
                    self._say(event="lost", id=event.request, reason=event.reason)
                if self._losses > MOST_LOSSES:
                    return self._give_up(f"{self._losses} losses in a row: {event.reason}")
                ray.kill(event.worker)
                self._start()
            while self._waiting and self._idle:
                self._give(self._idle.popleft(), self._waiting.popleft())

    def _read(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            self._events.put(Asked(request["id"], json.dumps(request["work"])))
        self._events.put(Ended())

    def _start(self) -> None:
        options = {"num_cpus": self._settings.cpus_per_worker, "scheduling_strategy": "SPREAD"}
        worker = self._actor.options(**options).remote(self._settings)
        self._hear(worker, worker.start.remote(), None)

    def _give(self, worker: Any, asked: Asked) -> None:
        self._hear(worker, worker.play.remote(asked.work), asked.request)

    def _hear(self, worker: Any, reference: Any, request: int | None) -> None:
        """Puts what comes of a call into the queue, from a thread of Ray's."""

        def heard(future: Any) -> None:
            error = future.exception()
            if error is not None:
                self._events.put(Lost(worker, request, _sentence(error)))
            elif request is None:
                self._events.put(Started(worker, future.result()))
            else:
                self._events.put(Replied(worker, request, future.result()))

        reference.future().add_done_callback(heard)

    def _give_up(self, reason: str) -> int:
        self._say(event="fatal", message=reason)
        return 1

    def _say(self, **message: Any) -> None:
        self._write(json.dumps(message))

    def _write(self, line: str) -> None:
        self._output.write(line + "\n")
        self._output.flush()


def _sentence(error: BaseException) -> str:
    """The last lines of an error: Ray's begin with long traces."""
    return "\n".join(str(error).strip().splitlines()[-4:])[-1000:]


def _check_address(address: str) -> None:
    """Raises ConnectionError where nothing listens at `host:port` or `ray://host:port`."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():
        return  # "auto": Ray knows
    try:
        socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS).close()
    except OSError as error:
        raise ConnectionError(f"no cluster answers at {address}: {error}") from error


def main() -> int:
    """Connects to the cluster, or starts one, and serves."""
    output = sys.stdout
    sys.stdout = sys.stderr  # Ray says things too
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    settings = Settings(**json.loads(sys.stdin.readline()))
    quiet = {"log_to_driver": False, "logging_level": "error"}
    try:
        if settings.address is None:
            workers = settings.workers or settings.local_workers
            ray.init(
                address="local",
                num_cpus=max(1, round(workers * settings.cpus_per_worker)),
                include_dashboard=False,
                object_store_memory=OBJECT_STORE_BYTES,
                **quiet,
            )
        else:
            _check_address(settings.address)
            ray.init(address=settings.address, **quiet)
            cpus = ray.cluster_resources().get("CPU", 0)
            workers = settings.workers or max(1, int(cpus / settings.cpus_per_worker))
    except Exception as error:  # whatever Ray raises, it is about the address or the machine
        output.write(json.dumps({"event": "fatal", "message": _sentence(error)}) + "\n")
        output.flush()
        return 1
    try:
        return Pool(settings, workers, output).serve()
    finally:
        ray.shutdown()


if __name__ == "__main__":
    sys.exit(main())
