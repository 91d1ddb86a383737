"""`espalier predict` on the study's own test images gives the stored predictions and scores; its probabilities are those of the network
in PyTorch; what is not kept, cannot be read or is not named is said."""
import csv
import gzip
import io
import json
import os
import re
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file

from image_folders import make_folder, write_png

BIN = Path(os.environ["ESPALIER_BIN"])
CLASSES = {"ant": 12, "bee": 12, "cat": 12, "dog": 12}
STUDY = """
[study]
name = "photographs"
seed = 4
[data.photos]
format = "folder"
images = "photos"
resize = 24
valid = { per_class = 3 }
test = { per_class = 4 }
[data.plain]
format = "folder"
images = "plain"
grey = true
valid = { per_class = 3 }
test = { per_class = 4 }
[data.blurred]
from = "photos"
transform = [{ kind = "blur", sigma = 1.0 }]
[data.noisy]
from = "photos"
transform = [{ kind = "noise", sigma = 5.0 }]
[data.squares]
format = "idx"
images = "images.gz"
labels = "labels.gz"
multi_label = true
valid = { images = 20 }
test = { images = 30 }
[labels.legs]
data = "photos"
cut = { kind = "listed", groups = { six = ["ant", "bee"], "four, or more" = ["cat", "dog"] } }
[target.photos]
data = "photos"
[target.legs]
data = "photos"
classes = "labels.legs"
[target.plain]
data = "plain"
[target.blurred]
data = "blurred"
[target.noisy]
data = "noisy"
[target.squares]
data = "squares"
[network]
name = "mnist4"
[train]
batch = 8
epochs = 2
rates = [{ units = "rest", start = 0.01 }]
keep = "last"
[[experiment]]
name = "kept"
axes = { target = ["photos", "legs", "plain", "blurred", "noisy", "squares"] }
fixed = { transferred = 0 }
[[experiment]]
name = "cropped"
axes = { target = ["photos"] }
fixed = { transferred = 0, train.augment = "crops" }
[augment.crops]
random_resized = 20
centre_crop = 20
"""


def write_idx(path, array):
    data = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    with gzip.open(path, "wb") as file:
        file.write(data)


def call(*words, env=None):
    return subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True, env=env)


class Predict(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.env = {**os.environ, "ESPALIER_CACHE": str(cls.folder / "cache")}
        make_folder(cls.folder / "photos", CLASSES, side=lambda i: (24 + 3 * (i % 4), 40 - 2 * (i % 5)))
        make_folder(cls.folder / "plain", CLASSES, side=16, seed=1)
        draws = np.random.default_rng(5)
        labels = (draws.random((120, 3)) < 0.4).astype(np.uint8)
        cls.squares = draws.integers(0, 250, (120, 3, 16, 16)).astype(np.uint8)
        write_idx(cls.folder / "images.gz", cls.squares)
        write_idx(cls.folder / "labels.gz", labels)
        (cls.folder / "study.toml").write_text(STUDY)
        cls.out = cls.folder / "out: all"
        cls.run_study(cls.out)

    @classmethod
    def run_study(cls, out, *more):
        done = call("run", cls.folder / "study.toml", "--out", out, "--workers", 1, *more, env=cls.env)
        assert done.returncode == 0, done.stderr

    def artifacts(self, run):
        """The stored predictions and the network of a run, by its experiment and target."""
        said = call("export", self.out, "--format", "csv", "--what", "tasks").stdout
        tasks = {row["task"]: row for row in csv.DictReader(io.StringIO(said))}
        said = call("export", self.out, "--format", "csv", "--what", "runs").stdout
        one, = [row for row in csv.DictReader(io.StringIO(said)) if f"{row['experiment']}:target={row['target']}" == run]
        task = tasks[one["task"]]
        return [self.out / "artifacts" / f"{task[name]}.safetensors" for name in ("predictions", "finished")]

    def predicted(self, run, *images):
        done = call("predict", f"{self.out}:{run}", *images, "--csv")
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        self.assertNotIn("\n\n", done.stdout)
        return list(csv.DictReader(io.StringIO(done.stdout)))

    def compare(self, run, folder, names):
        predictions, _ = self.artifacts(run)
        files = sorted((self.folder / folder).rglob("*.png"))  # a pack's rows: class by class, each by name
        with safe_open(predictions, "np") as file:
            outputs, rows = file.get_tensor("predicted"), file.get_tensor("row")
        self.assertEqual(len(rows), 16)
        said = self.predicted(run, *[files[row] for row in rows])
        self.assertEqual([row["image"] for row in said], [str(files[row]) for row in rows])
        self.assertEqual([int(row["class"]) for row in said], outputs.tolist())
        self.assertEqual([row["name"] for row in said], [names[output] for output in outputs])
        return said

    def test_the_studys_own_test_images_get_the_predictions_that_are_stored(self):
        names = list(CLASSES)
        self.compare("kept:target=photos", "photos", names)
        self.compare("cropped:target=photos", "photos", names)
        self.compare("kept:target=legs", "photos", ["six", "four, or more"])
        self.compare("kept:target=plain", "plain", names)
        self.compare("kept:target=blurred", "photos", names)

    def test_probabilities_are_those_of_the_network_in_pytorch(self):
        _, network = self.artifacts("kept:target=plain")
        with safe_open(network, "np") as file:
            seen = json.loads(file.metadata()["feature_means"])
        weights = load_file(network)
        random = np.random.default_rng(7)
        pixels = random.integers(0, 256, (5, 16, 16)).astype("uint8")
        for i, image in enumerate(pixels):
            write_png(self.folder / f"own{i}.png", image)
        x = (torch.tensor(pixels).float()[:, None] / 255 - seen["mean"][0]) / seen["std"][0]
        for unit in ("conv1", "conv2"):
            x = F.max_pool2d(F.relu(F.conv2d(x, weights[f"{unit}.conv.weight"], weights[f"{unit}.conv.bias"], padding=2)), 2)
        x = F.relu(F.linear(x.flatten(1), weights["fc3.linear.weight"], weights["fc3.linear.bias"]))
        shares = F.linear(x, weights["fc4.linear.weight"], weights["fc4.linear.bias"]).softmax(1)
        said = self.predicted("kept:target=plain", *[self.folder / f"own{i}.png" for i in range(5)])
        self.assertEqual([int(row["class"]) for row in said], shares.argmax(1).tolist())
        np.testing.assert_allclose([float(row["probability"]) for row in said], shares.max(1).values.numpy(), atol=2e-6)

    def test_several_labels_an_image_have_the_sigmoids_of_the_stored_scores(self):
        predictions, _ = self.artifacts("kept:target=squares")
        with safe_open(predictions, "np") as file:
            scores, rows = file.get_tensor("score"), file.get_tensor("row")
        where = self.folder / "some"
        where.mkdir()
        for place, row in enumerate(rows):
            write_png(where / f"{place:03}.png", self.squares[row].transpose(1, 2, 0).copy())
        said = self.predicted("kept:target=squares", where)
        shares = np.array([float(row["probability"]) for row in said]).reshape(len(rows), 3)
        np.testing.assert_allclose(shares, 1 / (1 + np.exp(-scores.astype(float))), atol=2e-6)
        self.assertEqual([row["class"] for row in said[:3]], ["0", "1", "2"])

        table = call("predict", f"{self.out}:kept:target=squares", where / "000.png").stdout.splitlines()
        self.assertEqual(len(table) - 2, max(1, (shares[0] >= 0.5).sum()))

    def test_images_are_checked_before_anything_is_printed(self):
        good = next((self.folder / "plain" / "ant").iterdir())
        (self.folder / "text.png").write_text("no image")
        (self.folder / "empty").mkdir(exist_ok=True)
        large = self.folder / "large.png"
        write_png(large, np.zeros((17, 16), "uint8"))
        done = call("predict", f"{self.out}:kept:target=plain", good, self.folder / "text.png", self.folder / "gone.png",
                    large, self.folder / "empty")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 4, done.stderr)
        for line, part in zip(lines, ("text.png' (", "gone.png' is not there", "17 x 16 pixels (the study's images have 16 x 16",
                                      "empty' has no image")):
            self.assertIn(part, line)

    def refused(self, because, *words):
        done = call("predict", *words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done)
        self.assertIn(because, done.stderr)
        return done.stderr

    def test_a_run_must_be_told_where_accuracies_do_not_compare(self):
        image = next((self.folder / "photos" / "ant").iterdir())
        self.assertIn("kept: target=plain", re.sub(" [a-z_]+=[0-9a-z]+", lambda one: one[0] if "target" in one[0] else "",
                                                   self.refused("networks of 6 targets are kept", self.out, image)))
        self.refused("no run has target = none", f"{self.out}:kept:target=none", image)
        self.refused('transform "noise" is not applied to single images', f"{self.out}:kept:target=noisy", image)
        self.refused("holds no results", self.folder / "nowhere", image)

    def test_the_best_of_the_kept_is_taken_and_said(self):
        out = self.folder / "one"
        self.run_study(out, "--set", 'experiment.kept.axes.target=["photos"]', "--set", "train.keep=none")
        image = next((self.folder / "photos" / "ant").iterdir())
        self.refused("keeps no network of a run", out, image)
        said = self.refused("was not kept", f"{out}:kept:target=photos", image)
        self.assertIn("--set train.keep=last", said)

        out = self.folder / "two"
        self.run_study(out, "--set", 'experiment.kept.axes.target=["photos"]')
        done = call("predict", out, image)
        self.assertEqual(done.returncode, 0, done.stderr)
        finals = list(csv.DictReader(io.StringIO(call("export", out, "--format", "csv").stdout)))
        best = max(float(row["valid.top1"]) for row in finals)
        self.assertIn(f"{100 * best:.1f}, the best of 2 kept networks", done.stderr)


if __name__ == "__main__":
    unittest.main()
