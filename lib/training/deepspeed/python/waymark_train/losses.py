"""Objectives. A step's rows are cut into many batches: each figure is a sum over rows divided by a
total over the whole step, so that the figures and gradients of all processes simply add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from .rows import AnyRow, Batch, Line, Pair, Row, make_batch


def token_nll(model: Any, batch: Batch, device: torch.device) -> torch.Tensor:
    """Negative log-likelihood [lines, length] of each label, in float32."""
    ids = torch.from_numpy(batch.ids).to(device)
    labels = torch.from_numpy(batch.labels).to(device)
    mask = None if batch.segments is None else same_row(batch.segments, device)
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits.float()
    nll = F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none")
    return nll.view_as(labels)


def same_row(segments: np.ndarray, device: torch.device) -> torch.Tensor:
    """[lines, 1, length, length]: which earlier positions of its own row a position sees."""
    values = torch.from_numpy(segments).to(device)
    same = values[:, :, None] == values[:, None, :]
    return same.tril()[:, None]


class SupervisedObjective:
    """Weighted mean of the negative log-likelihood over the tokens of the step, Σ w·nll / Σ w;
    `actionLoss` is the mean over the tokens of weight 1."""

    def __init__(self, rows: Sequence[Row], context: int) -> None:
        self.rows = rows
        self.context = context

    def totals(self, lines: Sequence[Line]) -> list[float]:
        """What the figures of the step are divided by."""
        rows = [self.rows[index] for line in lines for index in line]
        weight = sum(float(row.weights[1:].sum(dtype=np.float64)) for row in rows)
        return [max(weight, 1e-9), max(float(sum(row.own.sum() for row in rows)), 1e-9)]

    def tokens(self, lines: Sequence[Line]) -> int:
        """Tokens of these rows."""
        return sum(len(self.rows[index].ids) for line in lines for index in line)

    def parts(
        self, model: Any, lines: Sequence[Line], totals: Sequence[float], device: torch.device
    ) -> torch.Tensor:
        """This batch's part of each figure; the first is differentiable."""
        batch = make_batch([[self.rows[index] for index in line] for line in lines], self.context)
        nll = token_nll(model, batch, device)
        weights = torch.from_numpy(batch.weights).to(device)
        own = torch.from_numpy(batch.own).to(device)
        return torch.stack([(nll * weights).sum() / totals[0], (nll * own).sum() / totals[1]])


class PreferenceObjective:
    """DPO and RPO. With S(y) the summed log-probability of an answer's tokens, |y| their number and
    d = β · [(S(chosen) - S_ref(chosen)) - (S(rejected) - S_ref(rejected))]:

    dpo        -log σ(d), mean over pairs (Rafailov et al. 2023)
    rpo_paper  -log σ(d) - α · S(chosen) / |chosen|, mean over pairs
    rpo_code   α · (-log σ(d) - S(chosen)) - S(chosen) / |chosen|, mean over pairs
    rpo_trl    mean of -log σ(d) over pairs + α · mean of -log p over all chosen tokens of the step
    """

    def __init__(self, rows: Sequence[Pair], context: int, settings: dict[str, Any]) -> None:
        self.rows = rows
        self.context = context
        self.loss = settings["loss"]
        self.beta = settings["beta"]
        self.alpha = settings["alpha"]
        self.reference: np.ndarray | None = None
        """[pairs, 2]: summed log-probabilities of both answers under the reference model."""

    def totals(self, lines: Sequence[Line]) -> list[float]:
        """Pairs and chosen tokens of the step."""
        pairs = [self.rows[index] for line in lines for index in line]
        return [float(len(pairs)), float(sum(pair.chosen.own.sum() for pair in pairs))]

    def tokens(self, lines: Sequence[Line]) -> int:
        """Tokens of both sides of these pairs."""
        pairs = [self.rows[index] for line in lines for index in line]
        return sum(len(pair.chosen.ids) + len(pair.rejected.ids) for pair in pairs)

    def answer_sums(
        self, model: Any, lines: Sequence[Line], device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Summed log-probability [2, pairs] of the answers, and tokens [pairs] of the chosen."""
        pairs = [self.rows[index] for line in lines for index in line]
        sides = [[pair.chosen] for pair in pairs] + [[pair.rejected] for pair in pairs]
        batch = make_batch(sides, self.context)
        own = torch.from_numpy(batch.own).to(device)
        sums = -(token_nll(model, batch, device) * own).sum(dim=1)
        return sums.view(2, len(pairs)), own.sum(dim=1)[: len(pairs)]

    def parts(
        self, model: Any, lines: Sequence[Line], totals: Sequence[float], device: torch.device
    ) -> torch.Tensor:
        """This batch's part of each figure; the first is differentiable."""
        (chosen, rejected), chosen_tokens = self.answer_sums(model, lines, device)
        assert self.reference is not None
        indices = [index for line in lines for index in line]
        reference = torch.from_numpy(self.reference[indices].T.astype(np.float32)).to(device)
        pairs, tokens = totals
        reward_chosen = (chosen - reference[0]) * self.beta
        reward_rejected = (rejected - reference[1]) * self.beta
        margin = reward_chosen - reward_rejected
        dpo = F.softplus(-margin)
        token_mean = -chosen.sum() / tokens
        if self.loss == "dpo":
            loss = dpo.sum() / pairs
        elif self.loss == "rpo_paper":
            loss = (dpo - self.alpha * chosen / chosen_tokens).sum() / pairs
        elif self.loss == "rpo_code":
            loss = (self.alpha * (dpo - chosen) - chosen / chosen_tokens).sum() / pairs
        elif self.loss == "rpo_trl":
            loss = dpo.sum() / pairs + self.alpha * token_mean
        else:
            raise ValueError(f"unknown loss {self.loss!r}")
        means = [reward_chosen, reward_rejected, (margin > 0).float(), margin, chosen, rejected]
        return torch.stack([loss, *(values.sum() / pairs for values in means), token_mean])


def make_objective(settings: dict[str, Any], rows: Sequence[AnyRow], context: int) -> Any:
    """The objective that the job names."""
    if settings["objective"] == "sft":
        return SupervisedObjective(rows, context)
    return PreferenceObjective(rows, context, settings)
