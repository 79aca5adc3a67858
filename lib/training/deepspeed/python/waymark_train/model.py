"""The model that is trained: loaded, and where the job says so with an adapter and in four bits."""

from __future__ import annotations

from typing import Any

import torch

from .job import Job

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def load_model(job: Job, device: torch.device) -> Any:
    """The model, its parameters marked as trainable or not; with ZeRO-3 sharded as it is read."""
    import transformers

    arguments: dict[str, Any] = {"dtype": DTYPES[job.precision]}
    if job.lora and job.lora.quantize:
        arguments["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type=job.lora.quantize,
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=DTYPES[job.precision],
        )
        arguments["device_map"] = {"": device}
    model = transformers.AutoModelForCausalLM.from_pretrained(job.base_model, **arguments)
    if job.lora:
        model = with_adapter(model, job)
    if job.gradient_checkpointing:
        model.gradient_checkpointing_enable({"use_reentrant": False})
        model.enable_input_require_grads()
    return model


def with_adapter(model: Any, job: Job) -> Any:
    """A new adapter, initialised from the recipe's seed, or one to go on with."""
    import peft

    lora = job.lora
    assert lora is not None
    if lora.quantize:
        model = peft.prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
    if lora.adapter:
        return peft.PeftModel.from_pretrained(model, lora.adapter, is_trainable=True)
    torch.manual_seed(job.recipe["numericSeed"])
    config = peft.LoraConfig(
        r=lora.r,
        lora_alpha=lora.lora_alpha,
        lora_dropout=lora.lora_dropout,
        target_modules=target_modules(model, lora.target_modules),
        task_type="CAUSAL_LM",
        trainable_token_indices=trained_tokens(model, job),
    )
    return peft.get_peft_model(model, config)


def target_modules(model: Any, wanted: Any) -> Any:
    """The layers' names; `all-linear` as the names themselves, which every reader understands."""
    if wanted != "all-linear":
        return wanted
    head = model.get_output_embeddings()
    linear = [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and module is not head
    ]
    return sorted({name.rsplit(".", 1)[-1] for name in linear})


def trained_tokens(model: Any, job: Job) -> Any:
    """Rows of added tokens, which an adapter brings along; in both tables where they differ."""
    ids = [token["id"] for token in job.added_tokens]
    if not ids:
        return None
    tied = model.config.get_text_config().tie_word_embeddings
    return ids if tied else {"embed_tokens": ids, "lm_head": ids}


def parameter_groups(model: Any, job: Job) -> list[dict[str, Any]]:
    """Trainable parameters, those whose name contains a part of `noDecay` without weight decay."""
    recipe = job.recipe
    free: list[Any] = []
    decayed: list[Any] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            exempt = any(part in name for part in recipe["noDecay"])
            (free if exempt else decayed).append(parameter)
    groups = [
        {"params": decayed, "weight_decay": recipe["weightDecay"]},
        {"params": free, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]
