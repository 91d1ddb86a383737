"""The same steps as bench/train_step.cpp in PyTorch: CPU milliseconds per step, best of many, one thread. JSON."""
import json
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "train"))
import torch_networks


def conv(i, o):
    return nn.Conv2d(i, o, 3, padding=1)


def cifar7(width, channels, side, classes):
    a, b, c, d = 32 * width, 64 * width, 96 * width, 256 * width
    return nn.Sequential(conv(channels, a), nn.ReLU(True), nn.MaxPool2d(2), conv(a, b), nn.ReLU(True), nn.MaxPool2d(2),
                         conv(b, c), nn.ReLU(True), conv(c, b), nn.ReLU(True), conv(b, b), nn.ReLU(True),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.5), nn.Linear(b * (side // 8) ** 2, d),
                         nn.ReLU(True), nn.Dropout(0.5), nn.Linear(d, classes))


def step_ms(network, frozen, images, labels, optimiser):
    for index, parameter in enumerate(network.parameters()):
        parameter.requires_grad_(index >= 2 * frozen)
    steps = optimiser([p for p in network.parameters() if p.requires_grad])

    def step():
        steps.zero_grad(set_to_none=True)
        loss = F.cross_entropy(network(images), labels)
        loss.backward()
        steps.step()
        return loss.item()

    for _ in range(3):
        step()
    best, end = float("inf"), time.thread_time() + 1
    while time.thread_time() < end:
        start = time.thread_time()
        step()
        best = min(best, time.thread_time() - start)
    return best * 1e3


# As in train_step.cpp. These modules have no dropout; ours have it where the networks do, and pay for its masks.
OTHERS = [("mnist4", 1, torch_networks.mnist4, 1, 28, 20),
          ("resnet18", 0.25, torch_networks.resnet18_quarter, 3, 64, 16),
          ("alexnet", 0.25, torch_networks.alexnet_quarter, 3, 224, 16),
          ("caffenet", 0.25, torch_networks.caffenet_quarter, 3, 99, 16)]


def sgd(fused):
    return lambda parameters: torch.optim.SGD(parameters, lr=0.01, momentum=0.9, weight_decay=5e-4, fused=fused)


def main():
    torch.set_num_threads(1)
    rows = []
    for width, channels, side, batch in [(1, 1, 28, 10), (1, 1, 28, 20), (2, 3, 32, 64)]:
        for frozen in (0, 4):
            images = torch.randn(batch, channels, side, side).contiguous(memory_format=torch.channels_last)
            labels = torch.randint(0, 80, (batch,))
            for name, optimiser in (("plain", sgd(False)), ("fused", sgd(True))):
                torch.manual_seed(0)
                network = cifar7(width, channels, side, 80).to(memory_format=torch.channels_last)
                rows.append({"network": "cifar7", "width": width, "channels": channels, "side": side, "batch": batch, "frozen": frozen,
                             "sgd": name, "step_ms": round(step_ms(network, frozen, images, labels, optimiser), 3)})
    for name, width, make, channels, side, batch in OTHERS:
        images = torch.randn(batch, channels, side, side).contiguous(memory_format=torch.channels_last)
        labels = torch.randint(0, 80, (batch,))
        for sgd_name, optimiser in (("plain", sgd(False)), ("fused", sgd(True))):
            torch.manual_seed(0)
            network = nn.Sequential(*make(channels, side, 80)).to(memory_format=torch.channels_last)
            rows.append({"network": name, "width": width, "channels": channels, "side": side, "batch": batch, "frozen": 0,
                         "sgd": sgd_name, "step_ms": round(step_ms(network, 0, images, labels, optimiser), 3)})
    print(json.dumps({"by": f"PyTorch {torch.__version__} in Python", "threads": 1, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
