"""Rows, steps, and the batches that a process computes of a step."""

from __future__ import annotations

import dataclasses
import gzip
import json
import math
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

LENGTH_STEP = 8


@dataclasses.dataclass(frozen=True)
class Row:
    """Token ids and, for each as a target, its loss weight."""

    ids: np.ndarray
    weights: np.ndarray

    @property
    def own(self) -> np.ndarray:
        """Which tokens after the first are the agent's own: those of weight 1."""
        return self.weights[1:] == 1


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two answers to one prompt; the first is to be preferred."""

    chosen: Row
    rejected: Row


Line = Sequence[int]
AnyRow = Row | Pair


@dataclasses.dataclass(frozen=True)
class Step:
    """The lines of a step (each a list of row indices) and its learning rate."""

    learning_rate: float
    lines: list[Line]


def read_rows(file: pathlib.Path) -> list[AnyRow]:
    """All rows (or pairs) of the job."""
    return [parse(value) for value in read_jsonl(file)]


def parse(value: dict[str, Any]) -> AnyRow:
    """A row, or a pair of rows."""
    if "chosen" in value:
        return Pair(parse(value["chosen"]), parse(value["rejected"]))
    return Row(np.asarray(value["ids"], np.int32), np.asarray(value["weights"], np.float32))


def read_steps(file: pathlib.Path, start: int) -> Iterator[Step]:
    """Steps from `start` on."""
    for number, value in enumerate(read_jsonl(file)):
        if number >= start:
            lines = [line for batch in value["batches"] for line in batch]
            yield Step(value["learningRate"], lines)


def read_jsonl(file: pathlib.Path) -> Iterator[Any]:
    """Every line's value."""
    with gzip.open(file, "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)


def most_micro_batches(file: pathlib.Path, world: int, size: int) -> int:
    """Of any step: forward passes of one process."""
    return max(micro_batch_count(len(step.lines), world, size) for step in read_steps(file, 0))


def micro_batch_count(lines: int, world: int, size: int) -> int:
    """Forward passes that each process makes: as many as the one with most lines."""
    return math.ceil(math.ceil(lines / world) / size)


def micro_batches(
    lines: Sequence[Line], rank: int, world: int, size: int
) -> Iterator[tuple[list[Line], bool]]:
    """This process's share, `size` lines at a time, and whether it counts.

    Lines are dealt out in turn. Where a process has fewer than others it computes a line once more
    without counting it, since all have to take part in the exchange of weights and gradients.
    """
    own = list(lines[rank::world])
    for index in range(micro_batch_count(len(lines), world, size)):
        part = own[index * size : (index + 1) * size]
        yield (part, True) if part else ([lines[0]], False)


@dataclasses.dataclass(frozen=True)
class Batch:
    """Lines padded on the right to one length; every array is [lines, length]."""

    ids: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    own: np.ndarray
    segments: np.ndarray | None


def make_batch(lines: Sequence[Sequence[Row]], context: int) -> Batch:
    """Inputs are all tokens but a row's last, labels all but its first."""
    longest = max(sum(len(row.ids) - 1 for row in line) for line in lines)
    length = max(longest, min(context, -(-longest // LENGTH_STEP) * LENGTH_STEP))
    shape = (len(lines), length)
    ids, labels = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    weights, own = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    segments = np.zeros(shape, np.int32) if any(len(line) > 1 for line in lines) else None
    for index, line in enumerate(lines):
        at = 0
        for segment, row in enumerate(line):
            end = at + len(row.ids) - 1
            ids[index, at:end] = row.ids[:-1]
            labels[index, at:end] = row.ids[1:]
            weights[index, at:end] = row.weights[1:]
            own[index, at:end] = row.own
            if segments is not None:
                segments[index, at:end] = segment
            at = end
        if segments is not None:
            segments[index, at:] = len(line)
    return Batch(ids, labels, weights, own, segments)
