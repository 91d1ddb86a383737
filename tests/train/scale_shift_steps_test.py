"""Steps of SGD and Adam on scales and shifts alone, against PyTorch: convolutions with and without bias and in groups, batch norm
that stays as it is, linear layers, weight decay that pulls scales towards 1; the state goes on in a second part."""
import json
import os
import subprocess
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

TRAINER = os.path.join(os.environ["ESPALIER_BIN"], "espalier-trainer")
STEPS, BATCH, CLASSES, DECAY = 20, 6, 5, 0.1
SHAPE = (2, 12, 12)

UNITS = [
    {"name": "one", "layers": [
        {"kind": "convolution", "name": "conv", "outputs": 8, "kernel_h": 3, "kernel_w": 3, "padding": 1, "bias": False},
        {"kind": "batch_norm", "name": "bn"}, {"kind": "relu"},
        {"kind": "max_pool", "kernel_h": 2, "kernel_w": 2, "stride": 2}]},
    {"name": "two", "layers": [
        {"kind": "convolution", "name": "conv", "outputs": 6, "kernel_h": 3, "kernel_w": 3, "stride": 2, "padding": 1, "groups": 2},
        {"kind": "relu"}]},
    {"name": "three", "layers": [{"kind": "linear", "name": "linear", "outputs": 16}, {"kind": "relu"}]},
    {"name": "four", "layers": [{"kind": "linear", "name": "linear"}]},
]
RATES = {1: 0.002, 2: 0.003, 3: 0.004, 4: 0.001}


def probe(folder, optimiser, trained, more):
    description = {"network": UNITS, "input": list(SHAPE), "classes": CLASSES, "threads": 1, "optimiser": optimiser,
                   "momentum": 0.9 if optimiser == "sgd" else 0.0, "weight_decay": DECAY, "steps_per_epoch": 5, "steps": STEPS,
                   "units": [{"trained": trained[u], "rates": [[0, 0, RATES[u]]]} for u in range(1, 5)], **more}
    path = os.path.join(folder, "probe.json")
    with open(path, "w") as file:
        json.dump(description, file)
    done = subprocess.run([TRAINER, "probe", "steps", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Reference:
    """The network by its formulas; what is trained is in `scales` and `others`, by unit."""

    def __init__(self, weights):
        def leaf(value):
            return value.clone().requires_grad_()
        self.w = weights
        self.scales = {1: leaf(torch.ones(8, 2, 1, 1)), 2: leaf(torch.ones(6, 4, 1, 1)), 3: leaf(torch.ones(16, 1))}
        self.shift = leaf(torch.zeros(8))
        self.others = {1: [self.shift], 2: [leaf(weights["two.conv.bias"])], 3: [leaf(weights["three.linear.bias"])],
                       4: [leaf(weights["four.linear.weight"]), leaf(weights["four.linear.bias"])]}

    def forward(self, x):
        w = self.w
        x = F.conv2d(x, w["one.conv.weight"] * self.scales[1], self.shift, padding=1)
        x = F.batch_norm(x, w["one.bn.running_mean"], w["one.bn.running_var"], w["one.bn.weight"], w["one.bn.bias"], training=False)
        x = F.max_pool2d(F.relu(x), 2)
        x = F.relu(F.conv2d(x, w["two.conv.weight"] * self.scales[2], self.others[2][0], stride=2, padding=1, groups=2))
        x = F.relu(F.linear(x.flatten(1), w["three.linear.weight"] * self.scales[3], self.others[3][0]))
        return F.linear(x, *self.others[4])

    def train(self, optimiser, images, labels):
        """Decay is added to the gradient by hand: of scales, by their distance from 1."""
        groups = [{"params": self.others[u] + ([self.scales[u]] if u in self.scales else []), "lr": RATES[u]} for u in range(1, 5)]
        steps = torch.optim.Adam(groups) if optimiser == "adam" else torch.optim.SGD(groups, momentum=0.9)
        losses = []
        for x, y in zip(images, labels):
            loss = F.cross_entropy(self.forward(x), y)
            steps.zero_grad()
            loss.backward()
            for scale in self.scales.values():
                scale.grad += DECAY * (scale.detach() - 1)
            for values in self.others.values():
                for value in values:
                    value.grad += DECAY * value.detach()
            steps.step()
            losses.append(loss.item())
        return losses


def close(ours, theirs, name):
    found = (ours - theirs).abs().max().item()
    assert found <= 2e-5 * max(1, theirs.abs().max().item()), (name, found)
    return found


def check(optimiser):
    torch.manual_seed(3)
    trained = {1: "scale_shift", 2: "scale_shift", 3: "scale_shift", 4: True}
    images, labels = torch.randn(STEPS, BATCH, *SHAPE), torch.randint(0, CLASSES, (STEPS, BATCH))
    with tempfile.TemporaryDirectory() as folder:
        def file(leaf):
            return os.path.join(folder, leaf)
        probe(folder, optimiser, {u: True for u in trained}, {"out": file("drawn")})
        weights = load_file(file("drawn"))
        for name, value in weights.items():
            fan_in = value[0].numel() if value.dim() > 1 else 1
            weights[name] = torch.randn(value.shape) * fan_in ** -0.5
            if name.endswith("bn.weight") or name.endswith("running_var"):
                weights[name] = 0.5 + torch.rand(value.shape)
        save_file(weights, file("weights"))
        save_file({"images": images, "labels": labels}, file("batches"))
        given = probe(folder, optimiser, trained, {"weights": file("weights"), "batches": file("batches"), "out": file("end")})
        end = load_file(file("end"))
        # Copied into networks that train nothing, the trained units give what they gave.
        frozen = {u: False for u in trained}
        seen = [probe(folder, optimiser, how, {"weights": file("end"), "batches": file("batches"), "out": file("copied")})["losses"][0]
                for how in (frozen | {4: True}, trained)]
        copied = load_file(file("copied"))
    reference = Reference(weights)
    losses = reference.train(optimiser, images, labels)
    worst = max(abs(a - b) / b for a, b in zip(given["losses"], losses, strict=True))
    assert worst <= 1e-5, (optimiser, given["losses"], losses)
    assert losses[0] != losses[-1]
    for unit, name in {1: "one.conv", 2: "two.conv", 3: "three.linear"}.items():
        assert torch.equal(end[name + ".weight"], weights[name + ".weight"]), name
        assert not torch.allclose(reference.scales[unit], torch.ones(())), "scales move"
        close(end[name + ".scale_change"] + 1, reference.scales[unit].detach(), name)
    close(end["one.conv.shift"], reference.shift.detach(), "shift")
    close(end["two.conv.bias"], reference.others[2][0].detach(), "bias")
    close(end["four.linear.weight"], reference.others[4][0].detach(), "weight")
    for name in ("weight", "bias", "running_mean", "running_var"):
        assert torch.equal(end["one.bn." + name], weights["one.bn." + name]), name
    assert "two.conv.shift" not in end and "four.linear.scale_change" not in end
    wanted = F.cross_entropy(reference.forward(images[0]), labels[0]).item()
    for loss in seen:
        assert abs(loss - wanted) <= 1e-5 * wanted, (loss, wanted)
    assert "one.conv.shift" in copied
    print(f"scale and shift, {optimiser}: loss {losses[0]:.4f} to {losses[-1]:.4f}, worst relative difference {worst:.1e}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for each in ("sgd", "adam"):
        check(each)
