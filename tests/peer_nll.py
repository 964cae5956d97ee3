"""The NLL of single points by SciPy, from the saved weights of a run, against `hifm evaluate --out`.

    python3 tests/peer_nll.py [build/hifm]

It trains two small runs in a temporary folder (two minutes): one egnn layer on four Lennard-Jones
particles, and the three layers of scripts/dw4.lua on DW4. The network is written here once more, in
PyTorch with doubles; the weights come from last.safetensors. SciPy's DOP853 integrates dy/dz = v and
dl/dz = -div v from z = 1 to 0 with rtol = atol = 1e-11, the divergence by automatic differentiation.
hifm integrates with rtol = atol = 1e-9, but evaluates its network in float32.

Printed for each run: the largest difference of the NLL of a point, and how much of that float32
makes: the difference between this network in float32 and in doubles, with 100 equal steps of the
same method. Exit code 1 where hifm differs from SciPy by more than 1e-6 and by more than twice what
float32 makes. Debian: python3-torch, python3-scipy; without them it is skipped (exit code 77).
"""
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    from scipy.integrate import solve_ivp
except ImportError as missing:
    print(f"SKIPPED: {missing}")
    sys.exit(77)

POINTS = 20
SCRIPT = """
local h = require "hifm"
return h.experiment {
  dataset   = { %s, train = 2000, test = %d, train_pool = 2000, test_pool = 100, chains = 20, warmup = 200 },
  network   = %s,
  optimizer = { "adamw", lr = 1e-3 },
  train     = { batch = 100, epochs = 5 },
  measure   = { every = 5, solver = { "rk45", rtol = 1e-2, atol = 1e-2 } },
  flow      = { { "transport" } },
}
"""
DW4 = '"mcmc", energy = { "dw4", a = 0, b = -4, c = 0.9, d0 = 4 }, particles = 4, space = 2, spread = 3, thin = 20'
LJ4 = '"mcmc", energy = "lennard_jones", particles = 4, space = 3, thin = 20'
FIELD = """{ "egnn", layers = 3, depth = 2, width = 32, activation = "silu", attention = true, tanh_range = 15,
              aggregation = "sum", normalise = true, initial_distance = true }"""
RUNS = {"one layer, LJ4": (LJ4, '{ "egnn", layers = 1, depth = 3, width = 24 }'),
        "three layers, DW4": (DW4, FIELD)}


# ---- files -----------------------------------------------------------------------------------------


def read_safetensors(path):
    data = open(path, "rb").read()
    length, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data, "<f4", (end - begin) // 4, 8 + length + begin)
        tensors[name] = torch.from_numpy(values.reshape(entry["shape"]).copy())
    return tensors


# ---- the network -----------------------------------------------------------------------------------


class EGNN:
    """x [n, N, D] and a scalar z to v [n, N, D], in the type of its weights."""

    def __init__(self, settings, tensors, dtype):
        self.set = settings
        self.w = {name: tensor.to(dtype) for name, tensor in tensors.items()}
        self.act = {"softplus": torch.nn.functional.softplus,
                    "silu": torch.nn.functional.silu}[settings["activation"]]

    def dense(self, x, name):
        y = x @ self.w[name + ".kernel"]
        return y + self.w[name + ".bias"] if name + ".bias" in self.w else y

    def feature(self, d2):
        return torch.log1p(d2) if self.set["distance"] == "log" else d2

    def messages(self, layer, h, features):
        edge = f"layer{layer}.edge"
        n, particles, width = h.shape
        hi = h[:, :, None].expand(n, particles, particles, width)
        hj = h[:, None].expand(n, particles, particles, width)
        if self.set["distance"] == "log":
            kernel = torch.cat([self.w[edge + "0.kernel_" + part] for part in "ijd"])
        else:
            kernel = self.w[edge + "0.kernel"]
        m = self.act(torch.cat([hi, hj, *features], -1) @ kernel + self.w[edge + "0.bias"])
        for k in range(1, self.set["depth"]):
            m = self.act(self.dense(m, f"{edge}{k}"))
        if self.set["attention"]:
            m = m * torch.sigmoid(self.dense(m, f"layer{layer}.gate0"))
        return m

    def pushes(self, layer, m):
        c = m
        for k in range(self.set["depth"] - 1):
            c = self.act(self.dense(c, f"layer{layer}.coord{k}"))
        s = self.dense(c, f"layer{layer}.coord{self.set['depth'] - 1}")
        bound = self.set["tanh_range"] / self.set["layers"]
        return bound * torch.tanh(s) if bound > 0 else s

    def nodes(self, layer, h, total):
        y = torch.cat([h, total], -1)
        for k in range(self.set["depth"] - 1):
            y = self.act(self.dense(y, f"layer{layer}.node{k}"))
        return h + self.dense(y, f"layer{layer}.node{self.set['depth'] - 1}")

    def __call__(self, x0, z):
        n, particles, _ = x0.shape
        others = 1 - torch.eye(particles, dtype=x0.dtype)[None, :, :, None]
        share = 1 if self.set["aggregation"] == "sum" else 1 / (particles - 1)
        h = self.dense(z.reshape(1, 1), "layer0.embed0").expand(n, particles, -1)
        x, first = x0, None
        for layer in range(self.set["layers"]):
            diff = x[:, :, None] - x[:, None]
            d2 = (diff * diff).sum(-1, keepdim=True)
            first = self.feature(d2) if first is None else first
            features = [self.feature(d2)] + ([first] if self.set["initial_distance"] else [])
            m = self.messages(layer, h, features) * others
            push = self.pushes(layer, m) * others * share
            if self.set["normalise"]:
                push = push / (1 + torch.sqrt(d2 + 1e-8))
            x = x + (push * diff).sum(2)
            if layer + 1 < self.set["layers"]:
                h = self.nodes(layer, h, m.sum(2))
        v = x - x0
        return v - v.mean(1, keepdim=True)


def divergence(net, x, z):
    x = x.detach().requires_grad_(True)
    v = net(x, z)
    total = torch.zeros(len(x), dtype=x.dtype)
    for i in range(x.shape[1]):
        for k in range(x.shape[2]):
            slope, = torch.autograd.grad(v[:, i, k].sum(), x, retain_graph=True)
            total += slope[:, i, k]
    return v.detach(), total


# ---- the likelihood --------------------------------------------------------------------------------


def slope_of(net, shape):
    """dy/dz = v, dl/dz = -div v as a function of doubles: y of all points, then their l."""
    dtype = next(iter(net.w.values())).dtype
    count = math.prod(shape)

    def slope(z, y):
        x = torch.from_numpy(y[:count].copy()).reshape(shape).to(dtype)
        v, div = divergence(net, x, torch.tensor(z, dtype=dtype))
        return numpy.concatenate([v.double().numpy().ravel(), -div.double().numpy()])

    return slope


def by_scipy(slope, y):
    return solve_ivp(slope, (1, 0), y, method="DOP853", rtol=1e-11, atol=1e-11).y[:, -1]


def by_equal_steps(slope, y, steps=100):
    """The classical Runge-Kutta method: the same steps whatever the rounding."""
    h = -1 / steps
    for k in range(steps):
        z = 1 + k * h
        a = slope(z, y)
        b = slope(z + h / 2, y + h / 2 * a)
        c = slope(z + h / 2, y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + slope(z + h, y + h * c))
    return y


def nll_of(net, points, solve):
    """points: [n, N, D] in doubles."""
    n, particles, space = points.shape
    end = solve(slope_of(net, points.shape), numpy.append(points.ravel(), numpy.zeros(n)))
    noise, l = end[:points.size].reshape(n, -1), end[points.size:]
    freedom = (particles - 1) * space
    return 0.5 * freedom * math.log(2 * math.pi) + 0.5 * numpy.square(noise).sum(1) + l


# ---- all ---------------------------------------------------------------------------------------------


def hifm(program, *words):
    subprocess.run([program, *words], check=True, stdout=subprocess.DEVNULL)


def compare(program, name, data, network):
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        with open("peer.lua", "w", encoding="utf-8") as script:
            script.write(SCRIPT % (data, POINTS, network))
        hifm(program, "run", "peer.lua", "--quiet")
        run = os.path.join("results", "runs", os.listdir(os.path.join("results", "runs"))[0])
        hifm(program, "evaluate", "egnn", "--weights", "last", "--out", "nll.npy", "--quiet",
             "--set", "measure.solver.rtol=1e-9", "--set", "measure.solver.atol=1e-9")
        job = json.load(open(os.path.join(run, "job.json"), encoding="utf-8"))
        config, settings = job["config"], job["config"]["network"]
        points = numpy.load(os.path.join(job["data"], "test.npy"))[:POINTS]
        points = points.reshape(POINTS, config["dataset"]["particles"], config["dataset"]["space"])
        tensors = read_safetensors(os.path.join(run, "last.safetensors"))
        ours = numpy.load("nll.npy")
        os.chdir("/")
    double, single = EGNN(settings, tensors, torch.float64), EGNN(settings, tensors, torch.float32)
    exact = nll_of(double, points, by_scipy)
    error = numpy.abs(ours - exact).max()
    rounding = numpy.abs(nll_of(single, points, by_equal_steps) - nll_of(double, points, by_equal_steps)).max()
    print(f"{name}: NLL {exact.mean():.6f} nats, {POINTS} points; largest difference: hifm - SciPy {error:.1e}, "
          f"of float32 alone {rounding:.1e}")
    return error <= max(1e-6, 2 * rounding)


def main():
    torch.set_num_threads(1)
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/hifm")
    sys.exit(0 if all([compare(program, name, *what) for name, what in RUNS.items()]) else 1)


main()
