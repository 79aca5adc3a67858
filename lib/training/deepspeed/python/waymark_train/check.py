"""What would make a job fail, found before anything starts; needs no package but Python's own."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import pathlib
import sys
from collections.abc import Iterator
from typing import Any

from .job import Job, load_job

BAD_JOB = 2


def main(folder: pathlib.Path) -> int:
    """Prints every problem on a line of its own; prepares the model where the job adds tokens."""
    job = load_job(folder)
    problems = list(find_problems(job))
    (folder / "problems.json").write_text(json.dumps(problems), "utf-8")
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return BAD_JOB
    if job.added_tokens and "--no-prepare" not in sys.argv:
        from .added_tokens import prepare_base

        prepare_base(job)
    return 0


def find_problems(job: Job) -> Iterator[str]:
    """Every problem as one sentence with its remedy."""
    missing = [name for name in needed_packages(job) if importlib.util.find_spec(name) is None]
    if missing:
        yield (
            f"this Python ({sys.executable}) has no {', '.join(missing)}: install "
            "requirements.txt of the job, or name another Python in PYTHON"
        )
    yield from model_problems(job)
    rows = job.folder / job.rows["file"]
    if sha256(rows) != job.rows["sha256"]:
        yield f"{rows}: missing, or not the file that the job was made with"
    if job.device == "gpu" and not missing:
        yield from gpu_problems(job)


def needed_packages(job: Job) -> list[str]:
    """Modules that training imports."""
    names = ["torch", "transformers", "deepspeed", "safetensors"]
    if job.lora:
        names.append("peft")
        if job.lora.quantize:
            names.append("bitsandbytes")
    return names


def model_problems(job: Job) -> Iterator[str]:
    """What is wrong with the model's folder."""
    folder = job.source_model
    config = read_json(folder / "config.json")
    if config is None:
        yield f"{folder}: no model: there is no readable config.json in this folder"
        return
    if not any(folder.glob("*.safetensors")):
        yield f"{folder}: no model: there is no *.safetensors file beside its config.json"
    config = config.get("text_config", config)
    size = config.get("vocab_size")
    if size != job.model["vocabularySize"]:
        yield (
            f"{folder}: its vocabulary has {size} entries, the job was made for "
            f"{job.model['vocabularySize']}"
        )
    wanted = job.model["vocabularySha256"]
    found = vocabulary_sha256(folder / "tokenizer.json")
    if wanted is not None and found is not None and found != wanted:
        yield (
            f"{folder}: its tokenizer.json has another vocabulary than the one that made the "
            f"rows (hash {found[:12]}, not {wanted[:12]})"
        )


def gpu_problems(job: Job) -> Iterator[str]:
    """Whether the GPUs that this machine has to bring are there."""
    import torch

    count = torch.cuda.device_count()
    if count == 0:
        yield "the job asks for a GPU and there is none here: run it elsewhere, or with device cpu"
    elif count < job.processes:
        yield f"the job asks for {job.processes} GPUs on each machine, and {count} are here"
    if count and job.precision == "bf16" and not torch.cuda.is_bf16_supported():
        yield "the job asks for bf16, which this GPU does not have: use fp16"


def vocabulary_sha256(file: pathlib.Path) -> str | None:
    """Hash over the tokens in the order of their ids; None where there is no such file."""
    value = read_json(file)
    if value is None or not isinstance(value.get("model", {}).get("vocab"), dict):
        return None
    tokens = {id_: token for token, id_ in value["model"]["vocab"].items()}
    tokens.update({entry["id"]: entry["content"] for entry in value.get("added_tokens", [])})
    text = "\0".join(tokens[id_] for id_ in sorted(tokens))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def read_json(file: pathlib.Path) -> Any:
    """The content, or None where there is none to read."""
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def sha256(file: pathlib.Path) -> str | None:
    """Of a file's bytes; None where it is missing."""
    if not file.exists():
        return None
    digest = hashlib.sha256()
    with file.open("rb") as handle:
        while piece := handle.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()
