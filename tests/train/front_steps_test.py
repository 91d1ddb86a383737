"""Steps of a spatial transformer in front of frozen units, against PyTorch's affine_grid and grid_sample."""
import json
import os
import subprocess
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

TRAINER = os.path.join(os.environ["ESPALIER_BIN"], "espalier-trainer")
STEPS, BATCH, CLASSES, RATE = 20, 6, 4, 0.002
SHAPE = (2, 11, 14)

UNITS = [
    {"name": "front", "layers": [{"kind": "spatial_transformer", "name": "sampler", "branches": [[
        {"kind": "convolution", "name": "conv", "outputs": 4, "kernel_h": 3, "kernel_w": 3, "stride": 2}, {"kind": "relu"},
        {"kind": "linear", "name": "map", "outputs": 6}]]}]},
    {"name": "one", "layers": [
        {"kind": "convolution", "name": "conv", "outputs": 8, "kernel_h": 3, "kernel_w": 3, "padding": 1}, {"kind": "relu"}]},
    {"name": "two", "layers": [{"kind": "linear", "name": "linear"}]},
]


def probe(folder, more):
    description = {"network": UNITS, "input": list(SHAPE), "classes": CLASSES, "threads": 1, "optimiser": "sgd", "momentum": 0.9,
                   "steps_per_epoch": 5, "steps": STEPS,
                   "units": [{"trained": u == 0, "rates": [[0, 0, RATE]] if u == 0 else []} for u in range(3)], **more}
    path = os.path.join(folder, "probe.json")
    with open(path, "w") as file:
        json.dump(description, file)
    done = subprocess.run([TRAINER, "probe", "steps", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def forward(w, x):
    seen = F.relu(F.conv2d(x, w["front.sampler.0.conv.weight"], w["front.sampler.0.conv.bias"], stride=2))
    change = F.linear(seen.flatten(1), w["front.sampler.0.map.weight"], w["front.sampler.0.map.bias"])
    grid = F.affine_grid(change.view(-1, 2, 3) + torch.eye(2, 3), list(x.shape), align_corners=False)
    x = F.grid_sample(x, grid, align_corners=False)
    x = F.relu(F.conv2d(x, w["one.conv.weight"], w["one.conv.bias"], padding=1))
    return F.linear(x.flatten(1), w["two.linear.weight"], w["two.linear.bias"])


def main():
    torch.manual_seed(5)
    torch.set_num_threads(1)
    images, labels = torch.randn(STEPS, BATCH, *SHAPE), torch.randint(0, CLASSES, (STEPS, BATCH))
    with tempfile.TemporaryDirectory() as folder:
        def file(leaf):
            return os.path.join(folder, leaf)
        probe(folder, {"out": file("drawn")})
        weights = load_file(file("drawn"))
        for name, value in weights.items():  # no map is the identity, where sampling has no derivative
            weights[name] = 0.5 * torch.randn(value.shape) * (value[0].numel() ** -0.5 if value.dim() > 1 else 1)
        save_file(weights, file("weights"))
        save_file({"images": images, "labels": labels}, file("batches"))
        given = probe(folder, {"weights": file("weights"), "batches": file("batches"), "out": file("end")})
        end = load_file(file("end"))
    w = {name: value.clone().requires_grad_(name.startswith("front.")) for name, value in weights.items()}
    trained = [value for value in w.values() if value.requires_grad]
    steps = torch.optim.SGD(trained, lr=RATE, momentum=0.9)
    losses = []
    for x, y in zip(images, labels):
        loss = F.cross_entropy(forward(w, x), y)
        steps.zero_grad()
        loss.backward()
        steps.step()
        losses.append(loss.item())
    worst = max(abs(a - b) / b for a, b in zip(given["losses"], losses, strict=True))
    assert worst <= 2e-5, (given["losses"], losses)
    for name, value in w.items():
        assert torch.allclose(end[name], value.detach(), atol=1e-5), name
        assert torch.equal(end[name], weights[name]) == (not name.startswith("front.")), name
    print(f"spatial transformer: loss {losses[0]:.4f} to {losses[-1]:.4f}, worst relative difference {worst:.1e}")


if __name__ == "__main__":
    main()
