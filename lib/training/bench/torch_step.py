"""Speed of the same training step in PyTorch: `torch_step.py SHAPE THREADS SECONDS FOLDER` prints JSON.

A plain Llama, about as fast as eager PyTorch gets; FOLDER holds the start weights in Hugging Face's names.
"""

import json
import pathlib
import resource
import sys
import time

import torch
import torch.nn.functional as functional
from safetensors.torch import load_file
from torch import nn

SHAPE, THREADS, SECONDS, FOLDER = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), pathlib.Path(sys.argv[4])
shape = json.loads((pathlib.Path(__file__).parents[2] / "model/bench/shapes.json").read_text())[SHAPE]
config, ROWS, LENGTH = shape["config"], shape["rows"], shape["length"]
HIDDEN, HEADS, VOCABULARY = config["hidden_size"], config["num_attention_heads"], config["vocab_size"]
HEAD_DIM = HIDDEN // HEADS


class Layer(nn.Module):
    def __init__(self, weights):
        super().__init__()
        take = lambda name: nn.Parameter(weights[f"{name}.weight"].clone())
        self.attention_norm, self.feed_forward_norm = take("input_layernorm"), take("post_attention_layernorm")
        self.qkv = nn.Parameter(torch.cat([weights[f"self_attn.{name}_proj.weight"] for name in "qkv"]))
        self.output, self.down = take("self_attn.o_proj"), take("mlp.down_proj")
        self.gate, self.up = take("mlp.gate_proj"), take("mlp.up_proj")

    def forward(self, x, cos, sin):
        normed = functional.rms_norm(x, (HIDDEN,), self.attention_norm, 1e-6)
        split = (normed @ self.qkv.T).view(*x.shape[:2], 3, HEADS, HEAD_DIM).permute(2, 0, 3, 1, 4)
        q, k, v = split
        half = HEAD_DIM // 2
        rotated = lambda z: z * cos + torch.cat([-z[..., half:], z[..., :half]], -1) * sin
        attended = functional.scaled_dot_product_attention(rotated(q), rotated(k), v, is_causal=True)
        x = x + attended.transpose(1, 2).reshape(x.shape) @ self.output.T
        y = functional.rms_norm(x, (HIDDEN,), self.feed_forward_norm, 1e-6)
        return x + (functional.silu(y @ self.gate.T) * (y @ self.up.T)) @ self.down.T


class Student(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.embedding = nn.Parameter(weights["model.embed_tokens.weight"].clone())
        of_layer = lambda i: {
            name.removeprefix(f"model.layers.{i}."): value
            for name, value in weights.items()
            if name.startswith(f"model.layers.{i}.")
        }
        self.layers = nn.ModuleList(Layer(of_layer(i)) for i in range(config["num_hidden_layers"]))
        self.norm = nn.Parameter(weights["model.norm.weight"].clone())
        frequency = 10000 ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        angle = (torch.arange(LENGTH)[:, None] * frequency).repeat(1, 2)
        self.cos, self.sin = angle.cos(), angle.sin()

    def forward(self, ids):
        x = functional.embedding(ids, self.embedding)
        for layer in self.layers:
            x = layer(x, self.cos, self.sin)
        return functional.rms_norm(x, (HIDDEN,), self.norm, 1e-6) @ self.embedding.T


def main():
    torch.set_num_threads(THREADS)
    model = Student(load_file(FOLDER / "model.safetensors"))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.01)
    ids = torch.tensor([[(r * 7919 + t * 104729) % VOCABULARY for t in range(LENGTH + 1)] for r in range(ROWS)])
    weights = torch.tensor([1.0 if t % 3 == 1 else 0.1 for t in range(1, LENGTH + 1)]).repeat(ROWS)

    def step():
        start = time.perf_counter()
        logits = model(ids[:, :-1]).reshape(-1, VOCABULARY)
        losses = functional.cross_entropy(logits, ids[:, 1:].reshape(-1), reduction="none")
        loss = (losses * weights).sum() / weights.sum()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        value = loss.item()
        return time.perf_counter() - start, value

    _, loss = step()
    for _ in range(4):
        step()
    times = []
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        times.append(step()[0])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    median = sorted(times)[len(times) // 2]
    print(json.dumps({"tokensPerSecond": ROWS * LENGTH / median, "loss": loss, "peakMb": peak}))


main()
