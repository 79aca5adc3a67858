"""Writes a Llama model of Hugging Face's layout as GGUF, and reads such a file back.

Usage: ``python gguf_files.py write|read < job.json``. Needs the packages gguf and numpy. Mistakes
that the caller can mend end with status 2 and one sentence on standard error.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any, Iterator

try:
    import gguf
    import numpy as np
except ImportError as error:
    sys.stderr.write(f"the Python package {error.name} is missing\n")
    raise SystemExit(3)

WIDTHS = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}

# Hugging Face's names in a layer and llama.cpp's; queries and keys are reordered besides.
LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def names(layers: int, tied: bool) -> dict[str, str]:
    """Hugging Face's name of each weight, and llama.cpp's."""
    pairs = {"model.embed_tokens": "token_embd", "model.norm": "output_norm"}
    if not tied:
        pairs["lm_head"] = "output"
    for layer in range(layers):
        for theirs, ours in LAYER.items():
            pairs[f"model.layers.{layer}.{theirs}"] = f"blk.{layer}.{ours}"
    return {f"{theirs}.weight": f"{ours}.weight" for theirs, ours in pairs.items()}


def read_safetensors(folder: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Every array of a model folder, shards included, as float32."""
    for file in sorted(folder.glob("model*.safetensors")):
        with file.open("rb") as handle:
            length = int.from_bytes(handle.read(8), "little")
            header = json.loads(handle.read(length))
            for name, entry in header.items():
                if name == "__metadata__":
                    continue
                begin, end = entry["data_offsets"]
                handle.seek(8 + length + begin)
                data = np.frombuffer(handle.read(end - begin), dtype=WIDTHS[entry["dtype"]])
                if entry["dtype"] == "BF16":
                    data = (data.astype(np.uint32) << 16).view(np.float32)
                yield name, data.astype(np.float32).reshape(entry["shape"])


def write_safetensors(file: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes arrays as F32, sorted by name."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for name in sorted(arrays):
        size = arrays[name].size * 4
        shape = list(arrays[name].shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with file.open("wb") as handle:
        handle.write(len(text).to_bytes(8, "little") + text)
        for name in sorted(arrays):
            handle.write(np.ascontiguousarray(arrays[name], dtype=np.float32).tobytes())


def interleave(weight: np.ndarray, heads: int) -> np.ndarray:
    """From Hugging Face's order of rotated rows (halves) to llama.cpp's (pairs), same shape."""
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def separate(weight: np.ndarray, heads: int) -> np.ndarray:
    """The inverse of ``interleave``."""
    rows, columns = weight.shape
    pairs = weight.reshape(heads, rows // heads // 2, 2, columns)
    return pairs.swapaxes(1, 2).reshape(rows, columns)


def heads_of(name: str, config: dict[str, Any]) -> int | None:
    """Heads of a projection whose rows llama.cpp has in another order; None for other weights."""
    if name.endswith("q_proj.weight"):
        return config["num_attention_heads"]
    if name.endswith("k_proj.weight"):
        return config["num_key_value_heads"]
    return None


def write(job: dict[str, Any]) -> dict[str, Any]:
    """Writes ``job["output"]``; returns the number of tensors."""
    config, vocabulary = job["config"], job["vocabulary"]
    writer = gguf.GGUFWriter(job["output"], "llama")
    writer.add_name(job["name"])
    kinds = {"F16": gguf.LlamaFileType.MOSTLY_F16, "F32": gguf.LlamaFileType.ALL_F32}
    writer.add_file_type(kinds[job["type"]])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])

    writer.add_tokenizer_model(vocabulary["model"])
    if vocabulary.get("pre"):
        writer.add_tokenizer_pre(vocabulary["pre"])
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_types(vocabulary["types"])
    if vocabulary.get("merges"):
        writer.add_token_merges(vocabulary["merges"])
    special = {
        "bos": writer.add_bos_token_id,
        "eos": writer.add_eos_token_id,
        "pad": writer.add_pad_token_id,
    }
    for key, add in special.items():
        if vocabulary.get(key) is not None:
            add(vocabulary[key])
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_string("tokenizer.huggingface.json", job["tokenizer"])
    if job.get("chatTemplate"):
        writer.add_chat_template(job["chatTemplate"])

    wanted = names(config["num_hidden_layers"], config["tie_word_embeddings"])
    found = set()
    for name, array in read_safetensors(Path(job["model"])):
        if name not in wanted:
            continue
        heads = heads_of(name, config)
        if heads is not None:
            array = interleave(array, heads)
        if job["type"] == "F16" and array.ndim > 1:
            if not np.isfinite(array.astype(np.float16)).all():
                raise ValueError(f"{name} has values beyond the range of F16; write F32")
            array = array.astype(np.float16)
        writer.add_tensor(wanted[name], array)
        found.add(name)
    missing = sorted(set(wanted) - found)
    if missing:
        raise ValueError(f"{job['model']}: weight {missing[0]} is missing")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return {"tensors": len(found)}


def read(job: dict[str, Any]) -> dict[str, Any]:
    """Writes ``model.safetensors`` into ``job["output"]``; returns config and tokenizer."""
    reader = gguf.GGUFReader(job["file"])

    def value(key: str) -> Any:
        field = reader.get_field(key)
        return None if field is None else field.contents()

    architecture = value("general.architecture")
    if architecture != "llama":
        raise ValueError(f"{job['file']}: architecture {architecture!r}, but only llama is read")

    def need(key: str) -> Any:
        found = value(f"llama.{key}")
        if found is None:
            raise ValueError(f"{job['file']}: metadata llama.{key} is missing")
        return found

    weights = {tensor.name: tensor for tensor in reader.tensors}
    hidden, heads = need("embedding_length"), need("attention.head_count")
    config = {
        "vocab_size": int(weights["token_embd.weight"].shape[1]),
        "hidden_size": hidden,
        "intermediate_size": need("feed_forward_length"),
        "num_hidden_layers": need("block_count"),
        "num_attention_heads": heads,
        "num_key_value_heads": value("llama.attention.head_count_kv") or heads,
        "head_dim": value("llama.attention.key_length") or hidden // heads,
        # Stored as float32: the shortest decimal that gives the same float32 is what was meant.
        "rope_theta": shortest(value("llama.rope.freq_base") or 10000.0),
        "rms_norm_eps": shortest(need("attention.layer_norm_rms_epsilon")),
        "max_position_embeddings": need("context_length"),
        "tie_word_embeddings": "output.weight" not in weights,
    }
    for token in ("bos", "eos", "padding"):
        found = value(f"tokenizer.ggml.{token}_token_id")
        if found is not None:
            config[f"{'pad' if token == 'padding' else token}_token_id"] = found
    arrays = {}
    for name, stored in names(config["num_hidden_layers"], config["tie_word_embeddings"]).items():
        if stored not in weights:
            raise ValueError(f"{job['file']}: tensor {stored} is missing")
        tensor = weights[stored]
        kind = gguf.GGMLQuantizationType(tensor.tensor_type).name
        if kind not in ("F32", "F16"):
            raise ValueError(f"{job['file']}: tensor {stored} is {kind}; only F32 and F16 are read")
        shape = [int(size) for size in reversed(tensor.shape)]
        array = np.asarray(tensor.data, dtype=np.float32).reshape(shape)
        of = heads_of(name, config)
        arrays[name] = array if of is None else separate(array, of)
    write_safetensors(Path(job["output"]) / "model.safetensors", arrays)
    return {
        "config": config,
        "tokenizer": value("tokenizer.huggingface.json"),
        "chatTemplate": value("tokenizer.chat_template"),
    }


def shortest(number: float) -> float:
    """The shortest decimal with the same float32."""
    return number if math.isinf(number) else float(str(np.float32(number)))


def main() -> int:
    """Runs one job; the exit status."""
    commands = {"write": write, "read": read}
    try:
        answer = commands[sys.argv[1]](json.load(sys.stdin))
    except (ValueError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
