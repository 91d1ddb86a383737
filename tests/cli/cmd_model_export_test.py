"""`espalier model export` of a study's network: PyTorch modules of torchvision's names take the tensors and give the stored predictions;
importing gives the same tensors; the card beside it says what the network is; `model info` knows every network by its name."""
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from image_folders import make_folder

BIN = Path(os.environ["ESPALIER_BIN"])
sys.path.insert(0, str(Path(os.environ["ESPALIER_SOURCE"], "tests/model")))
import torchvision_modules  # noqa: E402

CLASSES = {"ant": 8, "bee": 8, "cat": 8}
STUDY = """
[study]
name = "photographs"
[data.photos]
format = "folder"
images = "photos"
resize = 64
valid = { per_class = 2 }
test = { per_class = 3 }
[target.photos]
data = "photos"
[network.resnet18]
name = "resnet18"
[network.cifar7]
name = "cifar7"
width = 0.25
[train]
batch = 5
epochs = 1
rates = [{ units = "rest", start = 0.01 }]
keep = "last"
[[experiment]]
name = "kept"
axes = { network = ["resnet18", "cifar7"], replicate = 3 }
fixed = { transferred = 0 }
"""


def call(*words, env=None):
    return subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True, env=env)


class Export(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        make_folder(cls.folder / "photos", CLASSES, side=64)
        (cls.folder / "study.toml").write_text(STUDY)
        cls.out = cls.folder / "out"
        done = call("run", cls.folder / "study.toml", "--out", cls.out, "--workers", 1,
                    env={**os.environ, "ESPALIER_CACHE": str(cls.folder / "cache")})
        assert done.returncode == 0, done.stderr

    def rows(self, what):
        return list(csv.DictReader(io.StringIO(call("export", self.out, "--format", "csv", "--what", what).stdout)))

    def task_of(self, network):
        run, = [row for row in self.rows("runs") if row["network"] == network and row["replicate"] == "1"]
        return next(row for row in self.rows("tasks") if row["task"] == run["task"])

    def exported(self, to, network="resnet18"):
        file = self.folder / f"{network}.{to}.safetensors"
        done = call("model", "export", f"{self.out}:kept:network={network},replicate=1", "--to", to, "--out", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"{file} with its card {file}.md", done.stdout)
        return file, Path(f"{file}.md").read_text()

    def test_modules_of_torchvisions_names_give_the_stored_predictions(self):
        task = self.task_of("resnet18")
        with safe_open(self.out / "artifacts" / f"{task['predictions']}.safetensors", "np") as file:
            predicted, rows = file.get_tensor("predicted"), file.get_tensor("row")
        with safe_open(self.out / "artifacts" / f"{task['finished']}.safetensors", "np") as file:
            seen = json.loads(file.metadata()["feature_means"])
        files = sorted((self.folder / "photos").rglob("*.png"))
        said = call("predict", f"{self.out}:kept:network=resnet18,replicate=1", *[files[row] for row in rows], "--csv").stdout
        probabilities = [float(row["probability"]) for row in csv.DictReader(io.StringIO(said))]
        pixels = torch.stack([self.pixels(files[row]) for row in rows])
        x = (pixels / 255 - torch.tensor(seen["mean"]).view(3, 1, 1)) / torch.tensor(seen["std"]).view(3, 1, 1)
        for to in ("torchvision", "timm"):
            model = torchvision_modules.resnet18(num_classes=3)
            model.load_state_dict(load_file(self.exported(to)[0]), strict=True)
            model.eval()
            with torch.no_grad():
                shares = model(x).softmax(1)
            self.assertEqual(shares.argmax(1).tolist(), predicted.tolist())
            np.testing.assert_allclose(shares.max(1).values.numpy(), probabilities, atol=1e-4)

    @staticmethod
    def pixels(path):
        """What image_folders.write_png wrote."""
        import struct
        import zlib
        data, at, body, size = path.read_bytes(), 8, b"", None
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at:at + 8])
            if kind == b"IHDR":
                size = struct.unpack(">II", data[at + 8:at + 16])
            if kind == b"IDAT":
                body += data[at + 8:at + 8 + length]
            at += 12 + length
        rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(size[1], 1 + 3 * size[0])
        return torch.tensor(rows[:, 1:].reshape(size[1], size[0], 3).copy()).permute(2, 0, 1).float()

    def test_what_was_exported_is_imported_as_it_was(self):
        own = load_file(self.out / "artifacts" / f"{self.task_of('resnet18')['finished']}.safetensors")
        for to in ("torchvision", "timm", "espalier"):
            file, _ = self.exported(to)
            back = self.folder / "back.safetensors"
            done = call("model", "import", file, "--network", "resnet18", "--classes", 3, "--input", "3,64,64", "--out", back)
            self.assertEqual(done.returncode, 0, done.stderr)
            again = load_file(back)
            self.assertEqual(set(again), {name for name in own if not name.startswith("feature_mean.")})
            for name, value in again.items():
                self.assertTrue(torch.equal(value, own[name]), name)

    def test_the_card_says_what_the_network_is(self):
        _, card = self.exported("torchvision")
        final, = [row for row in self.rows("final") if row["network"] == "resnet18" and row["replicate"] == "1"]
        for part in ("model = resnet18(num_classes=3)", "- 0: ant\n- 1: bee\n- 2: cat\n", "Data set 'photos'", "9 training images",
                     "shorter side has 64 pixels", f"{100 * float(final['test.top1']):.1f} on 9 images", "Over the 3 runs of its",
                     "sgd in batches of 5, 1 epochs", "| stem | new | yes |", "Trained by espalier ", "normalised: (pixel / 255"):
            self.assertIn(part, card)

        file = self.out / "artifacts" / f"{self.task_of('cifar7')['finished']}.safetensors"
        done = call("model", "export", file, "--to", "espalier", "--out", self.folder / "c.safetensors")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("network=cifar7", (self.folder / "c.safetensors.md").read_text())

        alone = self.folder / "alone.safetensors"
        alone.write_bytes(file.read_bytes())
        done = call("model", "export", alone, "--to", "espalier", "--out", self.folder / "d.safetensors")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("which is in no folder of a study", (self.folder / "d.safetensors.md").read_text())

    def test_networks_without_a_counterpart_are_refused_and_nothing_is_written(self):
        file = self.folder / "none.safetensors"
        done = call("model", "export", f"{self.out}:kept:network=cifar7,replicate=1", "--to", "torchvision", "--out", file)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no torchvision names", done.stderr)
        self.assertIn("--to espalier", done.stderr)
        self.assertFalse(file.exists() or Path(f"{file}.md").exists())
        _, card = self.exported("espalier", "cifar7")
        self.assertIn('checkpoint = "cifar7.espalier.safetensors"', card)

    def test_every_network_by_name_has_its_units_printed(self):
        for name in ("alexnet", "caffenet", "cifar7", "inception_v2", "mnist4", "resnet18", "resnet50"):
            done = call("model", "info", name)
            self.assertEqual(done.returncode, 0, (name, done.stderr))
            self.assertIn("multiply-adds", done.stdout)


if __name__ == "__main__":
    unittest.main()
