"""Each named network gives what PyTorch gives from equal weights; AlexNet and ResNet-18 go to torchvision and back."""
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
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        agrees(folder, "mnist4", mnist4(), (1, 28, 28), "fc4")
        agrees(folder, "cifar7", cifar7(), (3, 32, 32), "fc7")
        agrees(folder, "resnet18", resnet18, (3, 97, 97), "fc")
        loads_strictly(folder, "resnet18", resnet18)
        agrees(folder, "alexnet", alexnet, (3, 224, 224), "fc8")
        loads_strictly(folder, "alexnet", alexnet)
        agrees(folder, "caffenet", caffenet(), (3, 227, 227), "fc8")


main()
