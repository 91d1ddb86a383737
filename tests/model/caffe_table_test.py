"""SqueezeNet from its Caffe table as listed units: its features are those of a PyTorch forward pass."""
import pathlib
import sys
import tempfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from model_verbs import SHARED, difference, features, model

FOLDER = SHARED / "squeezenet"
WEIGHTS = FOLDER / "squeezenet-v1.0-imagenet.safetensors"
POOL_AFTER = (4, 8)


def conv(w, name, x, **more):
    return F.relu(F.conv2d(x, w[name + ".weight"], w[name + ".bias"], **more))


def fire9(w, x):
    x = F.max_pool2d(conv(w, "conv1", x, stride=2), 3, 2, ceil_mode=True)
    for i in range(2, 10):
        squeezed = conv(w, f"fire{i}.conv1x1_1", x)
        x = torch.cat([conv(w, f"fire{i}.conv1x1_2", squeezed), conv(w, f"fire{i}.conv3x3_2", squeezed, padding=1)], 1)
        if i in POOL_AFTER:
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
    return x


def logits(w, x):
    return conv(w, "conv_final", fire9(w, x), padding=1).mean((2, 3))


def main():
    if not WEIGHTS.exists():
        print(f"*** NOT RUN: no SqueezeNet at {FOLDER}. Set ESPALIER_SHARED_DATA. ***")
        sys.exit(77)  # ctest lists it as skipped
    torch.manual_seed(1)
    weights = load_file(WEIGHTS)
    images = torch.randn(3, 3, 227, 227) * 60
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        checkpoint = folder / "squeezenet.safetensors"
        model("import", WEIGHTS, "--layers", FOLDER / "layers.tsv", "--out", checkpoint)
        found = difference(features(folder, checkpoint, "fire9", images), fire9(weights, images))
        last = difference(features(folder, checkpoint, "conv_final", images).flatten(1), logits(weights, images))
        table = model("info", checkpoint)
    print(table, f"fire9: {found:.1e}, conv_final: {last:.1e}")
    assert found < 1e-5 and last < 1e-5
    assert len(table.splitlines()) == 12, "ten units, a header and a sum"


main()
