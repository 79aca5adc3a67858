"""The settings of a job, as `job.json` holds them."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from typing import Any

TOKENIZER_FILES = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.json",
    "merges.txt",
)


@dataclasses.dataclass(frozen=True)
class Lora:
    """Low-rank adapters (Hu et al. 2021), in PEFT's terms."""

    r: int
    lora_alpha: float
    lora_dropout: float
    target_modules: Any
    quantize: str | None
    adapter: str | None


@dataclasses.dataclass(frozen=True)
class Job:
    """One training job; paths are absolute."""

    folder: pathlib.Path
    signature: str
    objective: dict[str, Any]
    figures: list[str]
    steps: int
    rows: dict[str, Any]
    model: dict[str, Any]
    added_tokens: list[dict[str, Any]]
    recipe: dict[str, Any]
    micro_batch_size: int
    precision: str
    device: str
    processes: int
    zero_stage: int
    offload: str
    gradient_checkpointing: bool
    lora: Lora | None

    @property
    def source_model(self) -> pathlib.Path:
        """Folder of the model that the job was given."""
        return (self.folder / self.model["folder"]).resolve()

    @property
    def base_model(self) -> pathlib.Path:
        """Folder of the model that is trained: with rows for added tokens where there are any."""
        return self.folder / "base" if self.added_tokens else self.source_model

    @property
    def pairs(self) -> bool:
        """Whether rows are pairs of a chosen and a rejected answer."""
        return self.objective["objective"] == "preference"


def load_job(folder: pathlib.Path) -> Job:
    """Reads `job.json` in `folder`."""
    value = json.loads((folder / "job.json").read_text("utf-8"))
    settings = value["settings"]
    return Job(
        folder=folder,
        signature=value["signature"],
        objective=value["objective"],
        figures=value["figures"],
        steps=value["steps"],
        rows=value["rows"],
        model=value["model"],
        added_tokens=value["addedTokens"],
        recipe=value["recipe"],
        micro_batch_size=settings["microBatchSize"],
        precision=settings["precision"],
        device=settings["device"],
        processes=value["processes"],
        zero_stage=settings["zeroStage"],
        offload=settings["offload"],
        gradient_checkpointing=settings["gradientCheckpointing"],
        lora=Lora(**settings["lora"]) if settings["lora"] else None,
    )
