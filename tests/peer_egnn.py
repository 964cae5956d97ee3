"""The egnn of hifm in plain PyTorch, for its speed: prints milliseconds of a training step of 1000
points, and of one right-hand side of the likelihood of 100 points with the exact divergence.

    python3 tests/peer_egnn.py; build/hifm bench

One thread, LJ13's 13 particles, one layer of 150 features. Debian: python3-torch.
"""
import time

import torch
from torch import nn

PARTICLES, WIDTH, PASSES = 13, 150, 3


def stack(depth):
    layers = []
    for _ in range(depth):
        layers += [nn.Linear(WIDTH, WIDTH), nn.Softplus()]
    return layers


class EGNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(1, WIDTH)
        self.edge = nn.Sequential(nn.Linear(2 * WIDTH + 1, WIDTH), nn.Softplus(), *stack(3))
        self.coordinate = nn.Sequential(*stack(3), nn.Linear(WIDTH, 1, bias=False))
        i, j = torch.meshgrid(torch.arange(PARTICLES), torch.arange(PARTICLES), indexing="ij")
        self.i, self.j = i[i != j], j[i != j]

    def forward(self, x, z):
        h = self.embed(z[:, None])[:, None, :].expand(-1, PARTICLES, -1)
        difference = x[:, self.i] - x[:, self.j]
        d2 = difference.square().sum(-1, keepdim=True)
        s = self.coordinate(self.edge(torch.cat([h[:, self.i], h[:, self.j], d2], -1)))
        return torch.zeros_like(x).index_add(1, self.i, difference * s / (PARTICLES - 1))


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


def main():
    torch.set_num_threads(1)
    net = EGNN()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    x, target, z = torch.randn(1000, PARTICLES, 3), torch.randn(1000, PARTICLES, 3), torch.rand(1000)

    def step():
        optimizer.zero_grad(set_to_none=True)
        (net(x, z) - target).square().sum((1, 2)).mean().backward()
        optimizer.step()

    print("name,value,unit")
    print(f"torch_egnn_step,{1e3 * median_time(step):.4g},ms")
    few, at = x[:100].clone(), z[:1].expand(100)
    print(f"torch_egnn_likelihood,{1e3 * median_time(lambda: divergence(net, few, at)):.4g},ms")


main()
