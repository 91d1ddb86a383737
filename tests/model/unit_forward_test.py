"""Each named network gives what PyTorch gives from equal weights; AlexNet and the ResNets go to torchvision and back."""
import json
import os
import pathlib
import re
import sys
import tempfile
import types
from collections import OrderedDict

import torch
from safetensors.torch import save_file
from torch import nn

import torchvision_modules
from model_verbs import SOURCE, difference, features, model

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "train"))
import torch_networks  # noqa: E402

CLASSES = 7


def named(*layers):
    return nn.Sequential(OrderedDict((name or f"step{i}", layer) for i, (name, layer) in enumerate(layers)))


def caffenet():
    def pool():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def norm():
        return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75)

    return named(("conv1", nn.Conv2d(3, 96, 11, 4)), ("", nn.ReLU()), ("", pool()), ("", norm()),
                 ("conv2", nn.Conv2d(96, 256, 5, padding=2, groups=2)), ("", nn.ReLU()), ("", pool()), ("", norm()),
                 ("conv3", nn.Conv2d(256, 384, 3, padding=1)), ("", nn.ReLU()),
                 ("conv4", nn.Conv2d(384, 384, 3, padding=1, groups=2)), ("", nn.ReLU()),
                 ("conv5", nn.Conv2d(384, 256, 3, padding=1, groups=2)), ("", nn.ReLU()), ("", pool()),
                 ("", nn.Flatten()), ("fc6", nn.Linear(9216, 4096)), ("", nn.ReLU()),
                 ("fc7", nn.Linear(4096, 4096)), ("", nn.ReLU()), ("fc8", nn.Linear(4096, CLASSES)))


def cifar7():
    def conv(i, o):
        return nn.Conv2d(i, o, 3, padding=1)

    return named(("conv1", conv(3, 32)), ("", nn.ReLU()), ("", nn.MaxPool2d(2)),
                 ("conv2", conv(32, 64)), ("", nn.ReLU()), ("", nn.MaxPool2d(2)),
                 ("conv3", conv(64, 96)), ("", nn.ReLU()), ("conv4", conv(96, 64)), ("", nn.ReLU()),
                 ("conv5", conv(64, 64)), ("", nn.ReLU()), ("", nn.MaxPool2d(2)), ("", nn.Flatten()),
                 ("fc6", nn.Linear(1024, 256)), ("", nn.ReLU()), ("fc7", nn.Linear(256, CLASSES)))


def mnist4():
    return named(("conv1", nn.Conv2d(1, 32, 5, padding=2)), ("", nn.ReLU()), ("", nn.MaxPool2d(2)),
                 ("conv2", nn.Conv2d(32, 64, 5, padding=2)), ("", nn.ReLU()), ("", nn.MaxPool2d(2)), ("", nn.Flatten()),
                 ("fc3", nn.Linear(3136, 256)), ("", nn.ReLU()), ("fc4", nn.Linear(256, CLASSES)))


def shake_statistics(net, images):
    """Batch norms get running statistics unlike those they start from."""
    with torch.no_grad():
        net.train()(images * 1.5 + 0.3)


def agrees(folder, name, net, shape, last):
    images = torch.randn(3, *shape)
    shake_statistics(net, images)
    save_file(net.eval().state_dict(), folder / "theirs.safetensors")
    model("import", folder / "theirs.safetensors", "--network", name, "--classes", CLASSES, "--input",
          ",".join(map(str, shape)), "--out", folder / f"{name}.safetensors")
    with torch.no_grad():
        expected = net(images)
    found = difference(features(folder, folder / f"{name}.safetensors", last, images), expected)
    print(f"{name}: {found:.1e}")
    assert found < 1e-5, (name, found)


def inception_agrees(folder, width, side):
    """Every unit of inception_v2, by the tensors' order: there is no program whose names both know."""
    net = torch_networks.inception_v2(width, 3, side, CLASSES)
    images = torch.randn(2, 3, side, side)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape) * (parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.3))
        x = images
        for unit in net.train():
            x = unit(x)
    described = ["--input", f"3,{side},{side}", "--classes", CLASSES]
    listed = json.loads(model("info", "inception_v2", "--width", width, *described, "--json"))
    names = [tensor["name"] for unit in listed["units"] for tensor in unit["tensors"]]
    theirs = [(name, value) for name, value in net.state_dict().items() if not name.endswith("num_batches_tracked")]
    assert len(names) == len(theirs), (len(names), len(theirs))
    (folder / "names.tsv").write_text("".join(f"{ours}\t{name}\n" for ours, (name, _) in zip(names, theirs)))
    save_file(net.state_dict(), folder / "theirs.safetensors")
    model("import", folder / "theirs.safetensors", "--network", "inception_v2", "--width", width, *described, "--names",
          folder / "names.tsv", "--out", folder / "inception.safetensors")
    worst, x = 0, images
    with torch.no_grad():
        for ours, unit in zip(listed["units"], net.eval()):
            x = unit(x)
            assert list(x.shape[1:]) == ours["output"][:x.dim() - 1], (ours["name"], x.shape)
            worst = max(worst, difference(features(folder, folder / "inception.safetensors", ours["name"], images), x))
    print(f"inception_v2 of width {width} at {side}: {worst:.1e}")
    assert worst < 1e-5, worst


def snippet():
    """The recipe of docs/models.md, as a reader would paste it."""
    text = (SOURCE / "docs" / "models.md").read_text()
    return re.search(r"```python\n(.*?load_state_dict.*?)```", text, re.S).group(1)


def loads_strictly(folder, name, net):
    """The documented recipe, on modules of torchvision's names."""
    package = types.ModuleType("torchvision")
    package.models = torchvision_modules
    sys.modules.update({"torchvision": package, "torchvision.models": torchvision_modules})
    exported = folder / "exported.safetensors"
    model("export", folder / f"{name}.safetensors", "--as", "torchvision", "--out", exported)
    code = snippet().replace("alexnet.torchvision.safetensors", str(exported)).replace("alexnet", name)
    code = code.replace("num_classes=60", f"num_classes={CLASSES}")
    space = {}
    exec(code, space)
    expected = {key: value for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")}
    loaded = space["model"].state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in expected.items())
    print(f"{name}: loads strictly")


def main():
    torch.manual_seed(1)
    alexnet, resnet18 = torchvision_modules.alexnet(CLASSES), torchvision_modules.resnet18(CLASSES)
    resnet50 = torchvision_modules.resnet50(CLASSES)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        agrees(folder, "mnist4", mnist4(), (1, 28, 28), "fc4")
        agrees(folder, "cifar7", cifar7(), (3, 32, 32), "fc7")
        agrees(folder, "resnet18", resnet18, (3, 97, 97), "fc")
        loads_strictly(folder, "resnet18", resnet18)
        agrees(folder, "resnet50", resnet50, (3, 97, 97), "fc")
        loads_strictly(folder, "resnet50", resnet50)
        inception_agrees(folder, 1, 96)
        inception_agrees(folder, 0.5, 75)
        agrees(folder, "alexnet", alexnet, (3, 224, 224), "fc8")
        loads_strictly(folder, "alexnet", alexnet)
        agrees(folder, "caffenet", caffenet(), (3, 227, 227), "fc8")


main()
