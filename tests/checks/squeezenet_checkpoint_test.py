"""scripts/squeezenet_checkpoint.py: the checkpoint that it writes sees images as SqueezeNet did, by PyTorch's own forward pass.

Pixels of 32x32 images in red, green, blue go through espalier's mean, std and `resize`, and through F.interpolate, Caffe's means and
its order of channels: the pooled features of fire9 agree. A study takes the checkpoint with the printed table.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

SOURCE = pathlib.Path(os.environ["ESPALIER_SOURCE"])
BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
SHARED = pathlib.Path(os.environ.get("ESPALIER_SHARED_DATA", SOURCE.parent / "shared" / "data"))
FOLDER = SHARED / "squeezenet"
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


def expected(pixels):
    """As Caffe feeds it: 227 pixels, blue first, its means taken away."""
    bgr = pixels.flip(1) - torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1)
    resized = F.interpolate(bgr, (227, 227), mode="bilinear", align_corners=False)
    return fire9(load_file(FOLDER / "squeezenet-v1.0-imagenet.safetensors"), resized).mean((2, 3))


STUDY = """
[study]
name = "squeezenet"
[data.made]
format = "made"
classes = 4
per_class = 12
channels = 3
height = 32
width = 32
valid = {{ per_class = 2 }}
test = {{ per_class = 4 }}
{mean_and_std}
[source.imagenet]
data = "made"
checkpoint = "squeezenet.safetensors"
[target.made]
data = "made"
{network}
[[experiment]]
name = "frozen"
axes = {{ per_class = [2] }}
fixed = {{ transferred = 9, frozen = 9, train.epochs = 1 }}
"""


class SqueezeNetCheckpoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not FOLDER.exists():
            print(f"*** NOT RUN: no SqueezeNet at {FOLDER}. Set ESPALIER_SHARED_DATA. ***")
            sys.exit(77)  # ctest lists it as skipped
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        cls.folder = pathlib.Path(held.name)
        cls.checkpoint = cls.folder / "squeezenet.safetensors"
        cls.printed = cls.script("--input", "3,32,32").stdout

    @classmethod
    def script(cls, *arguments):
        return subprocess.run([sys.executable, SOURCE / "scripts/squeezenet_checkpoint.py", FOLDER, "--out", cls.checkpoint,
                               *arguments], capture_output=True, text=True)

    def features(self, images):
        files = [self.folder / name for name in ("images.safetensors", "features.safetensors")]
        save_file({"images": images}, files[0])
        done = subprocess.run([BIN / "espalier-trainer", "model", "features", "--checkpoint", self.checkpoint, "--unit", "fire9",
                               "--images", files[0], "--out", files[1]], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return load_file(files[1])["features"].mean((2, 3))

    def test_pooled_features_of_fire9_are_pytorchs(self):
        torch.manual_seed(1)
        pixels = torch.randint(0, 256, (5, 3, 32, 32)).float()
        values = tomllib.loads(self.printed.split("[network]")[0])
        mean, std = (torch.tensor(values[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
        wanted = expected(pixels)
        difference = ((self.features((pixels / 255 - mean) / std) - wanted).abs().max() / wanted.abs().max()).item()
        print(f"fire9: {difference:.1e}")
        self.assertLess(difference, 1e-4)

    def test_a_study_takes_the_checkpoint_and_the_table(self):
        mean_and_std, network = self.printed.split("[network]")
        study = self.folder / "study.toml"
        study.write_text(STUDY.format(mean_and_std=mean_and_std, network="[network]" + network))
        done = subprocess.run([BIN / "espalier", "validate", study], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_images_without_colours_are_refused(self):
        done = self.script("--input", "1,28,28")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("three channels", done.stderr)


if __name__ == "__main__":
    unittest.main()
