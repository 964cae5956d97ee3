"""The egnn of hifm in plain PyTorch, for its speed: prints milliseconds of a training step of 1000
points, and of one right-hand side of the likelihood of 100 points with the exact divergence; then
the same for three layers of 32 features, with 256 and 100 points, also with the settings of Klein
et al. 2023.

    python3 tests/peer_egnn.py [build/hifm]

With the program, `hifm bench` runs first, and ratios of both are printed. One thread, LJ13's 13
particles; one layer of 150 features, MLPs of 4 dense layers; three of 32, MLPs of 2. Debian:
python3-torch.
"""
import csv
import subprocess
import sys
import time

import torch
from torch import nn

PARTICLES, PASSES = 13, 3


def stack(width, depth, activation):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(width, width), activation()]
    return layers


def pairs():
    i, j = torch.meshgrid(torch.arange(PARTICLES), torch.arange(PARTICLES), indexing="ij")
    return i[i != j], j[i != j]


class Layer(nn.Module):
    activation, distances = nn.Softplus, 1

    def __init__(self, width, depth, last):
        super().__init__()
        act = self.activation
        self.edge = nn.Sequential(nn.Linear(2 * width + self.distances, width), act(), *stack(width, depth - 1, act))
        self.coordinate = nn.Sequential(*stack(width, depth - 1, act), nn.Linear(width, 1, bias=False))
        self.node = None if last else nn.Sequential(nn.Linear(2 * width, width), act(),
                                                    *stack(width, depth - 2, act), nn.Linear(width, width))
        self.i, self.j = pairs()

    def message(self, h, d2, d2_input):
        return self.edge(torch.cat([h[:, self.i], h[:, self.j], d2], -1))

    def move(self, difference, d2, message):
        return difference * self.coordinate(message) / (PARTICLES - 1)

    def forward(self, x, h, d2_input):
        difference = x[:, self.i] - x[:, self.j]
        d2 = difference.square().sum(-1, keepdim=True)
        d2_input = d2 if d2_input is None else d2_input
        message = self.message(h, d2, d2_input)
        moved = x.index_add(1, self.i, self.move(difference, d2, message))
        if self.node:
            total = torch.zeros_like(h).index_add(1, self.i, message)
            h = h + self.node(torch.cat([h, total], -1))
        return moved, h, d2_input


class KleinLayer(Layer):
    """One of three layers with the settings of Klein et al. 2023."""
    activation, distances = nn.SiLU, 2

    def __init__(self, width, depth, last):
        super().__init__(width, depth, last)
        self.gate = nn.Sequential(nn.Linear(width, 1), nn.Sigmoid())

    def message(self, h, d2, d2_input):
        message = self.edge(torch.cat([h[:, self.i], h[:, self.j], d2, d2_input], -1))
        return message * self.gate(message)

    def move(self, difference, d2, message):
        return difference / (1 + (d2 + 1e-8).sqrt()) * 15 / 3 * torch.tanh(self.coordinate(message))


class EGNN(nn.Module):
    def __init__(self, layer, layers, width, depth):
        super().__init__()
        self.embed = nn.Linear(1, width)
        self.layers = nn.ModuleList(layer(width, depth, k + 1 == layers) for k in range(layers))

    def forward(self, x, z):
        h = self.embed(z[:, None])[:, None, :].expand(-1, PARTICLES, -1)
        moved, d2_input = x, None
        for layer in self.layers:
            moved, h, d2_input = layer(moved, h, d2_input)
        v = moved - x
        return v - v.mean(1, keepdim=True)


def divergence(net, x, z):
    x.requires_grad_(True)
    v = net(x, z)
    total = torch.zeros(len(x))
    for k in range(PARTICLES):
        for axis in range(3):
            slope, = torch.autograd.grad(v[:, k, axis].sum(), x, retain_graph=True)
            total += slope[:, k, axis]
    return total


def median_time(call):
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return sorted(times)[PASSES // 2]


def measure(layer, layers, width, depth, batch):
    """Milliseconds of a training step and of a right-hand side."""
    net = EGNN(layer, layers, width, depth)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    x, target, z = torch.randn(batch, PARTICLES, 3), torch.randn(batch, PARTICLES, 3), torch.rand(batch)

    def step():
        optimizer.zero_grad(set_to_none=True)
        (net(x, z) - target).square().sum((1, 2)).mean().backward()
        optimizer.step()

    few, at = x[:100].clone(), z[:1].expand(100)
    return 1e3 * median_time(step), 1e3 * median_time(lambda: divergence(net, few, at))


def hifm_rows(program):
    table = subprocess.run([program, "bench"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {row["name"]: float(row["value"]) for row in csv.DictReader(table.splitlines())}


def main():
    torch.set_num_threads(1)
    ours = hifm_rows(sys.argv[1]) if len(sys.argv) > 1 else {}
    cases = {("training_step", "likelihood_series_100"): (Layer, 1, 150, 4, 1000),
             ("layers_step", "layers_divergence"): (Layer, 3, 32, 2, 256),
             ("klein_step", "klein_divergence"): (KleinLayer, 3, 32, 2, 256)}
    print("name,value,unit,ratio")
    for names, shape in cases.items():
        for name, value in zip(names, measure(*shape)):
            ratio = f"{value / ours[name]:.4g}" if name in ours else ""
            print(f"torch_{name},{value:.4g},ms,{ratio}")


main()
