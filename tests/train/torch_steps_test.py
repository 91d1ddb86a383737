"""20 steps of training, step by step against PyTorch from equal weights and batches: per-unit rates, a decay, frozen
units, weight decay, with and without momentum; Adam too. Binary cross-entropies of several labels an image, some of which do
not count. Equal threads and memory format, dropout off."""
import json
import os
import subprocess
import sys
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

sys.path.insert(0, os.path.dirname(__file__))
import torch_networks as nets  # noqa: E402

STEPS, PER_EPOCH = 20, 5
TOLERANCE = {"fp32": 1e-5, "bf16": 1e-3}  # against autocast
DECAY = (2, 1)
TRAINER = os.path.join(os.environ["ESPALIER_BIN"], "espalier-trainer")

CASES = [  # name, width, make, channels, side, batch, frozen units, base rate, optimiser[, precision[, several labels]]
    ("cifar7", 1, nets.cifar7, 3, 32, 10, {1, 2}, 0.005, "sgd", "fp32", True),
    ("mnist4", 1, nets.mnist4, 1, 28, 8, set(), 0.05, "adam", "fp32", True),
    ("cifar7", 1, nets.cifar7, 3, 32, 10, set(), 0.005, "sgd", "bf16", True),
    ("cifar7", 1, nets.cifar7, 3, 32, 10, {1, 2}, 0.0005, "sgd", "bf16"),
    ("cifar7", 1, nets.cifar7, 1, 28, 10, {1, 2}, 0.01, "sgd"),
    ("cifar7", 1, nets.cifar7, 3, 16, 6, set(), 0.001, "adam"),
    ("mnist4", 1, nets.mnist4, 1, 28, 8, set(), 0.05, "sgd without momentum"),
    ("mnist4", 1, nets.mnist4, 1, 28, 8, {2}, 0.01, "sgd"),
    ("alexnet", 0.25, nets.alexnet_quarter, 3, 64, 4, {1, 2, 3}, 0.001, "sgd"),
    ("caffenet", 0.25, nets.caffenet_quarter, 3, 99, 4, {1}, 0.001, "sgd"),
    ("resnet18", 0.25, nets.resnet18_quarter, 3, 64, 8, {1, 2, 5}, 0.005, "sgd"),
    ("resnet50", 0.25, nets.resnet50_quarter, 3, 64, 8, {1, 2, 5}, 0.0001, "sgd"),
    ("inception_v2", 0.1, nets.inception_v2_narrow, 3, 75, 8, {1, 4}, 0.00001, "sgd"),
]


def rates_of(unit, frozen, base):
    if unit in frozen:
        return []
    start = base * (1 + unit / 10)
    return [[0, 0, start], [*DECAY, start * 0.1]]


def rate_at(rates, step):
    now = divmod(step, PER_EPOCH)
    return [rate for epoch, at, rate in rates if (epoch, at) <= now][-1]


def probe(folder, description):
    path = os.path.join(folder, "probe.json")
    with open(path, "w") as file:
        json.dump(description, file)
    done = subprocess.run([TRAINER, "probe", "steps", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def draw(module):
    for parameter in module.parameters():
        with torch.no_grad():
            if parameter.dim() > 1:
                fan_in = parameter[0].numel()
                parameter.normal_(0, (2 / fan_in) ** 0.5)
            else:
                parameter.add_(0.1 * torch.randn(parameter.shape))


def buffers_of(module):
    return [buffer for name, buffer in module.named_buffers() if not name.endswith("num_batches_tracked")]


def momentum_of(optimiser):
    return 0.0 if "without momentum" in optimiser else 0.9


def binary(logits, labels):
    """Mean over the labels of the batch that count: those that are not below 0."""
    counted = labels >= 0
    return F.binary_cross_entropy_with_logits(logits[counted], labels[counted])


def train_here(units, frozen, base, optimiser, images, labels, precision):
    groups = []
    for number, unit in enumerate(units, 1):
        for parameter in unit.parameters():
            parameter.requires_grad_(number not in frozen)
        unit.train(number not in frozen)
        if number not in frozen:
            groups.append({"params": list(unit.parameters()), "rates": rates_of(number, frozen, base)})
    make = torch.optim.Adam if optimiser == "adam" else torch.optim.SGD
    more = {} if optimiser == "adam" else {"momentum": momentum_of(optimiser)}
    steps = make(groups, lr=1.0, weight_decay=5e-4, **more)
    losses = []
    for step in range(STEPS):
        for group in steps.param_groups:
            group["lr"] = rate_at(group["rates"], step)
        x = images[step].contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            for unit in units:
                x = unit(x)
        loss = binary(x.float(), labels[step]) if labels.dim() == 3 else F.cross_entropy(x.float(), labels[step])
        steps.zero_grad(set_to_none=True)
        loss.backward()
        steps.step()
        losses.append(loss.item())
    return losses


def check(name, width, make, channels, side, batch, frozen, base, optimiser, precision="fp32", several=False):
    torch.manual_seed(17)
    classes = 5
    units = make(channels, side, classes).to(memory_format=torch.channels_last)
    draw(units)
    images = torch.randn(STEPS, batch, channels, side, side)
    labels = torch.randint(0, classes, (STEPS, batch))
    if several:
        labels = torch.randint(-1, 2, (STEPS, batch, classes)).float()
    with tempfile.TemporaryDirectory() as folder:
        file = lambda leaf: os.path.join(folder, leaf)  # noqa: E731
        description = {
            "network": name, "width": width, "input": [channels, side, side], "classes": classes, "threads": 1,
            "units": [{"trained": number not in frozen, "rates": rates_of(number, frozen, base)}
                      for number in range(1, len(units) + 1)],
            "optimiser": optimiser.split()[0], "momentum": momentum_of(optimiser), "weight_decay": 5e-4, "steps_per_epoch": PER_EPOCH,
            "steps": STEPS, "dropout": False,
            "precision": precision}
        names = probe(folder, {**description, "out": file("drawn")})["names"]
        weights = load_file(file("drawn"))
        for unit, parameters in zip(units, names, strict=True):
            for tensor, parameter in zip(unit.parameters(), parameters, strict=True):
                assert weights[parameter].shape == tensor.shape, (parameter, weights[parameter].shape, tensor.shape)
                weights[parameter] = tensor.detach().clone(memory_format=torch.contiguous_format)
        save_file(weights, file("weights"))
        save_file({"images": images, "labels": labels}, file("batches"))
        given = probe(folder, {**description, "weights": file("weights"), "batches": file("batches"),
                               "out": file("end")})
        end = load_file(file("end"))
    expected = train_here(units, frozen, base, optimiser, images, labels, precision)
    assert None not in given["losses"], (given["losses"], expected)
    worst = max(abs(a - b) / abs(b) for a, b in zip(given["losses"], expected, strict=True))
    print(f"{name} {optimiser} {precision}: loss {expected[0]:.4f} to {expected[-1]:.4f}, worst relative difference {worst:.1e}")
    assert worst <= TOLERANCE[precision], (name, given["losses"], expected)
    for number, parameters in enumerate(names, 1):
        unchanged = [torch.equal(end[p], weights[p]) for p in parameters]
        assert all(unchanged) if number in frozen else not any(unchanged), (name, number, unchanged)
    for number, unit in enumerate(units, 1):
        if buffers_of(unit) and number in frozen:
            prefix = names[number - 1][0].split(".conv1.")[0].split(".block.")[0].split(".branch.")[0]
            same = [torch.equal(end[n], weights[n]) for n in weights if n.startswith(prefix + ".") and "running" in n]
            assert same and all(same), (name, prefix)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for case in CASES:
        check(*case)
