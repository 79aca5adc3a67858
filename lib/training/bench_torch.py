"""Training speed of the student's shape in PyTorch: `python bench_torch.py THREADS SECONDS` prints tokens per second."""

import sys
import time

import torch
import torch.nn.functional as functional
from torch import nn

VOCABULARY, HIDDEN, INTERMEDIATE, LAYERS, HEADS, ROWS, LENGTH = 1000, 64, 176, 4, 4, 16, 120
HEAD_DIM = HIDDEN // HEADS


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.feed_forward_norm = nn.RMSNorm(HIDDEN), nn.RMSNorm(HIDDEN)
        self.qkv, self.output = linear(HIDDEN, 3 * HIDDEN), linear(HIDDEN, HIDDEN)
        self.gate, self.up = linear(HIDDEN, INTERMEDIATE), linear(HIDDEN, INTERMEDIATE)
        self.down = linear(INTERMEDIATE, HIDDEN)

    def forward(self, x, cos, sin):
        split = self.qkv(self.attention_norm(x)).view(*x.shape[:2], 3, HEADS, HEAD_DIM).permute(2, 0, 3, 1, 4)
        q, k, v = split
        rotated = lambda z: z * cos + torch.cat([-z[..., HEAD_DIM // 2 :], z[..., : HEAD_DIM // 2]], -1) * sin
        attended = functional.scaled_dot_product_attention(rotated(q), rotated(k), v, is_causal=True)
        x = x + self.output(attended.transpose(1, 2).reshape(x.shape))
        y = self.feed_forward_norm(x)
        return x + self.down(functional.silu(self.gate(y)) * self.up(y))


class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, HIDDEN)
        nn.init.normal_(self.embedding.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(HIDDEN)

    def forward(self, ids):
        frequency = 10000 ** (-torch.arange(0, HEAD_DIM, 2) / HEAD_DIM)
        angle = (torch.arange(ids.shape[1])[:, None] * frequency).repeat(1, 2)
        x = self.embedding(ids)
        for layer in self.layers:
            x = layer(x, angle.cos(), angle.sin())
        return self.norm(x) @ self.embedding.weight.T


def main(threads, seconds):
    torch.set_num_threads(threads)
    model = Student()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.95), weight_decay=0.01)
    ids = torch.randint(VOCABULARY, (ROWS, LENGTH + 1))
    weights = torch.where(torch.arange(LENGTH) % 3 == 0, 1.0, 0.1).repeat(ROWS)

    def step():
        logits = model(ids[:, :-1]).reshape(-1, VOCABULARY)
        losses = functional.cross_entropy(logits, ids[:, 1:].reshape(-1), reduction="none")
        optimizer.zero_grad()
        ((losses * weights).sum() / weights.sum()).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    for _ in range(5):
        step()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    print(ROWS * LENGTH / sorted(times)[len(times) // 2])


main(int(sys.argv[1]), float(sys.argv[2]))
