"""The unet of hifm in PyTorch, for its speed: prints the milliseconds of a training pass per image.

    python3 tests/peer_unet.py; build/hifm bench

One thread, 64 images, both memory formats; the faster one counts. Debian: python3-torch.
"""
import time

import torch
from torch import nn
from torch.nn import functional as F

IMAGES, PASSES = 64, 15


class Block(nn.Module):
    def __init__(self, inputs, outputs, embedding):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.shift = nn.Linear(embedding, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x, embedding):
        x = F.silu(self.conv1(x) + self.shift(embedding)[:, :, None, None])
        return F.silu(self.conv2(x))


class UNet(nn.Module):
    def __init__(self, width):
        super().__init__()
        wide = 4 * width
        self.frequencies = torch.logspace(0, 2, 16)
        self.embed = nn.Linear(32, wide)
        self.down0 = Block(1, width, wide)
        self.down1 = Block(width, 2 * width, wide)
        self.bottom = Block(2 * width, 4 * width, wide)
        self.raise1 = nn.ConvTranspose2d(4 * width, 2 * width, 2, stride=2)
        self.up1 = Block(4 * width, 2 * width, wide)
        self.raise0 = nn.ConvTranspose2d(2 * width, width, 2, stride=2)
        self.up0 = Block(2 * width, width, wide)
        self.out = nn.Conv2d(width, 1, 1)

    def forward(self, x, z):
        phase = z[:, None] * self.frequencies
        e = F.silu(self.embed(torch.cat([phase.sin(), phase.cos()], 1)))
        a = self.down0(x, e)
        b = self.down1(F.avg_pool2d(a, 2), e)
        c = self.bottom(F.avg_pool2d(b, 2), e)
        d = self.up1(torch.cat([b, self.raise1(c)], 1), e)
        return self.out(self.up0(torch.cat([a, self.raise0(d)], 1), e))


def median_pass(width, memory_format):
    net = UNet(width).to(memory_format=memory_format)
    x = torch.rand(IMAGES, 1, 28, 28).to(memory_format=memory_format)
    z = torch.rand(IMAGES)
    times = []
    for _ in range(PASSES):
        start = time.perf_counter()
        net.zero_grad(set_to_none=True)
        net(x, z).square().sum().backward()
        times.append(time.perf_counter() - start)
    return sorted(times)[PASSES // 2]


torch.set_num_threads(1)
print("name,value,unit")
for width in (16, 32):
    best = min(median_pass(width, f) for f in (torch.contiguous_format, torch.channels_last))
    print(f"torch_unet_{width},{1e3 * best / IMAGES:.4g},ms")
