"""How fast is a careful PyTorch script on the same device? Runs of bench/device_grid.toml, one after the other: data on
the device, augmentation in batches there, fused SGD, nothing shared, evaluated as the study says.

    device_script.py GRID [--runs 30] [--device cuda]      GRID: the folder that `espalier plan --bundles` wrote

A random sample of the runs (the same each time); JSON with its seconds and those of all runs, scaled. What the grid's sources
take is not in it: sources are drawn here, not trained, so the accuracy says only that training goes on."""
import argparse
import itertools
import json
import random
import struct
import time
import tomllib
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

DEPTH, SIDE, CLASSES, SHIFT, TRAIN = 7, 32, 50, 4, 50


def pack_of(grid):
    """uint8 images [n, 3, 32, 32] and labels [n] of the grid's one pack, a safetensors file."""
    (path,) = (grid / "packs").glob("*.safetensors")
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    kinds = {"U8": torch.uint8, "I32": torch.int32, "I64": torch.int64}

    def tensor(name):
        entry = header[name]
        first, last = entry["data_offsets"]
        body = bytearray(data[8 + length + first:8 + length + last])
        return torch.frombuffer(body, dtype=kinds[entry["dtype"]]).view(entry["shape"])

    return tensor("images"), tensor("labels").long()


def runs_of(study, given):
    """Every run of the study, with the values that are taken as given."""
    taken = {(one["experiment"], one["per"]["per_class"]): one["values"] for one in given}
    runs = []
    for experiment in study["experiment"]:
        for values in itertools.product(range(study["split"]["count"]), *experiment["axes"].values()):
            run = dict(zip(["split", *experiment["axes"]], values)) | experiment.get("fixed", {})
            case = experiment.get("case", {}).get(run.get("case"), {})
            run |= {name: value for name, value in case.items() if name != "take"}
            if "take" in experiment or "take" in case:
                run |= taken[experiment["name"], run["per_class"]]
            if run["high_units"] == "all":
                run["high_units"] = DEPTH
            if run["frozen"] <= run["transferred"] or "exclude" not in experiment:
                runs.append(run)
    return runs


def cifar7(width):
    def conv(inputs, outputs, *after):
        return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(True), *after)

    a, b, c, d, e, f = (width * n for n in (32, 64, 96, 64, 64, 256))
    return nn.Sequential(
        conv(3, a, nn.MaxPool2d(2)), conv(a, b, nn.MaxPool2d(2)), conv(b, c), conv(c, d), conv(d, e, nn.MaxPool2d(2)),
        nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(e * (SIDE // 8) ** 2, f), nn.ReLU(True)),
        nn.Sequential(nn.Dropout(0.5), nn.Linear(f, CLASSES)))


def augmented(pixels):
    """Each image mirrored or not, and shifted by up to SHIFT pixels."""
    n, device = len(pixels), pixels.device
    flip = torch.rand(n, 1, 1, 1, device=device) < 0.5
    pixels = F.pad(torch.where(flip, pixels.flip(3), pixels), (SHIFT,) * 4)
    rows = torch.randint(0, 2 * SHIFT + 1, (n, 1), device=device) + torch.arange(SIDE, device=device)
    columns = torch.randint(0, 2 * SHIFT + 1, (n, 1), device=device) + torch.arange(SIDE, device=device)
    index = torch.arange(n, device=device).view(-1, 1, 1)
    return pixels.permute(0, 2, 3, 1)[index, rows.unsqueeze(2), columns.unsqueeze(1)].permute(0, 3, 1, 2)


def train(run, study, data, source):
    values, images, labels = study["train"], *data
    classes = range(run["split"] * 10, run["split"] * 10 + CLASSES)
    by_class = torch.stack([torch.nonzero(labels == c).flatten() for c in classes])
    targets = torch.arange(CLASSES, device=images.device)
    size = TRAIN if run["per_class"] == "all" else run["per_class"]
    train_rows, train_labels = by_class[:, :size].flatten(), targets.repeat_interleave(size)
    net = cifar7(study["network"]["width"]).to(images.device, memory_format=torch.channels_last)
    for unit in range(run["transferred"]):
        net[unit].load_state_dict(source[unit].state_dict())
    frozen, trained = net[:run["frozen"]].requires_grad_(False), net[run["frozen"]:]
    below = max(len(trained) - run["high_units"], 0)
    top, rest = values["rates"]
    groups = [{"params": list(trained[below:].parameters()), "lr": top["start"]}]
    if below:
        groups.append({"params": list(trained[:below].parameters()), "lr": rest["start"]})
    optimiser = torch.optim.SGD(groups, momentum=values["momentum"], weight_decay=values["weight_decay"], fused=True)

    def inputs_of(rows):
        return (images[rows].float() / 255 - 0.48) / 0.27

    for epoch in range(values["epochs"]):
        groups = optimiser.param_groups
        groups[0]["lr"] = top["start"] * (top["factor"] if epoch >= run["decay_epoch"] else 1)
        trained.train()
        for rows in torch.randperm(len(train_rows), device=images.device).split(values["batch"]):
            batch = augmented(inputs_of(train_rows[rows])).contiguous(memory_format=torch.channels_last)
            with torch.no_grad():
                batch = frozen.eval()(batch)
            loss = F.cross_entropy(trained(batch), train_labels[rows])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        if (epoch + 1) % values["evaluate"]["every"] == 0:
            trained.eval()
            with torch.no_grad():
                for part in (by_class[:, 50:60], by_class[:, 60:80]):
                    wanted = targets.repeat_interleave(part.shape[1])
                    logits = torch.cat([net(inputs_of(rows)) for rows in part.flatten().split(512)])
                    right = (logits.argmax(1) == wanted).float().mean().item()
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("grid", type=Path)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    study = tomllib.loads((options.grid / "device_grid.toml").read_text())
    runs = runs_of(study, json.loads((options.grid / "device_grid.json").read_text()))
    torch.backends.cudnn.allow_tf32 = False  # as fp32 is here
    data = [tensor.to(options.device) for tensor in pack_of(options.grid)]
    source = cifar7(study["network"]["width"]).to(options.device)
    sample = random.Random(20190).sample(runs, options.runs)
    train(sample[0], study, data, source)  # the first one pays for the device's start
    begun, right = time.perf_counter(), []
    for run in sample:
        right.append(train(run, study, data, source))
    seconds = time.perf_counter() - begun
    print(json.dumps({"runs": len(runs), "sample": len(sample), "sample_s": seconds,
                      "grid_s": seconds / len(sample) * len(runs), "mean_test_top1": sum(right) / len(right),
                      "torch": torch.__version__, "device": options.device}))


if __name__ == "__main__":
    main()
