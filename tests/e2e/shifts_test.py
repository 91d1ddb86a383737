"""Derived targets, splits by images and unstratified samples through the real processes, on real digits: the images that each run is
trained on and measured on are those that Python works out from the documents. The kept networks' losses on these, computed by
PyTorch, are the recorded ones."""
import gzip
import math
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors import safe_open

import shifts
from draws import permutation, seed_of
from launches import BIN, Launch

SOURCE = Path(os.environ["ESPALIER_SOURCE"])
DIGITS = Path(os.environ.get("ESPALIER_SHARED_DATA", SOURCE.resolve().parent / "shared" / "data")) / "digits"
SEED, SPLITS, VALID, TESTS, CLASSES = 11, 2, 20, 30, 10
SHARES = [0.5, 0.3]
AFFINE = {"kind": "affine", "rotation": [-30, 30], "scale": [0.8, 1.2], "shift_x": [-0.1, 0.1], "seed": 3}
BLUR = {"kind": "blur", "sigma": 1.5}
STUDY = f"""
split = {{ kind = "images", count = {SPLITS}, parts = {{ source = {SHARES[0]}, target = {SHARES[1]} }} }}
network.name = "mnist4"
network.width = 0.25

[study]
name = "shifts"
seed = {SEED}

[data.digits]
format = "idx"
images = "mnist-10k-images-idx3-ubyte.gz"
labels = "mnist-10k-labels-idx1-ubyte.gz"
valid = {{ per_class = {VALID} }}
test = {{ per_class = {TESTS} }}

[data.blurred]
from = "digits"
transform = [{{ kind = "blur", sigma = 1.5 }}]

[data.turned]
from = "blurred"
transform = [{{ kind = "affine", rotation = [-30, 30], scale = [0.8, 1.2], shift_x = [-0.1, 0.1], seed = 3 }}]

[source.upright]
data = "digits"
images = "split.source"

[target.blurred]
data = "blurred"
images = "split.target"
sample = {{ rule = "random", stratified = false, redraw = "replicate" }}

[target.turned]
data = "turned"
images = "split.target"
sample = {{ rule = "random", stratified = false, redraw = "replicate" }}

[target.first]
data = "turned"
images = "split.target"

[train]
batch = 32
epochs = 1
train_eval = true
keep = "last"
rates = [{{ units = "rest", start = 0.01 }}]

[[experiment]]
name = "tuned"
axes = {{ target = ["blurred", "turned"], per_class = [3, 20], replicate = {{ by = "per_class", 3 = 3, 20 = 1 }} }}

[[experiment]]
name = "others"
axes = {{ target = ["first"], per_class = [4, "all"] }}

[[experiment]]
name = "untuned"
kind = "evaluate"
axes = {{ target = ["turned"] }}
"""


def rounded(value):
    """As C's llround: halves away from zero."""
    return math.floor(value + 0.5)


class Division:
    """Which rows of a pack each part of a split holds, class by class, from the labels and the origin's digest."""

    def __init__(self, labels, origin):
        self.classes = []
        for index in range(CLASSES):
            rows = np.flatnonzero(labels == index)
            self.classes.append(rows[permutation(len(rows), seed_of(0, "image order", origin, index))])

    def part(self, split, share, index):
        rows, places = self.classes[index], {}
        for place, image in enumerate(permutation(len(rows), seed_of(seed_of(SEED, "images", split), "shares", index))):
            places[image] = place
        first, end = rounded(len(rows) * sum(SHARES[:share])), rounded(len(rows) * sum(SHARES[:share + 1]))
        return [row for image, row in enumerate(rows) if first <= places[image] < end]

    def training(self, split, share):
        return [self.part(split, share, index)[:-VALID - TESTS] for index in range(CLASSES)]

    def validation(self, split, share):
        return np.concatenate([self.part(split, share, index)[-VALID - TESTS:-TESTS] for index in range(CLASSES)])

    def test(self, split, share):
        return np.concatenate([self.part(split, share, index)[-TESTS:] for index in range(CLASSES)])

    def sample(self, split, share, size, replicate):
        rows = np.concatenate(self.training(split, share))
        seed = seed_of(SEED, "target sample", split, replicate)
        return rows[permutation(len(rows), seed_of(seed, "sample over all"))[:size * CLASSES]]


class Shifts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.launch = Launch(cls.folder.name, "shifts", more=["--data-root", str(DIGITS)])
        cls.launch.study.write_text(STUDY)
        assert cls.launch.finish() == 0, cls.launch.said()
        with h5py.File(cls.launch.out / "results.h5") as view:
            cls.final = [{name: value.decode() if isinstance(value, bytes) else value
                          for name, value in zip(view["final"].dtype.names, row)} for row in view["final"][:]]
        cls.networks = {}
        for file in (cls.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == "espalier network 1":
                    cls.networks[opened.metadata()["task"]] = {name: opened.get_tensor(name) for name in opened.keys()}
        read = lambda name, skip: np.frombuffer(gzip.decompress((DIGITS / name).read_bytes()), np.uint8, offset=skip)
        cls.labels = read("mnist-10k-labels-idx1-ubyte.gz", 8)
        cls.pixels = read("mnist-10k-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28)
        cls.packs = {}
        for file in Path(cls.launch.environment["ESPALIER_CACHE"]).glob("*.safetensors"):
            with safe_open(file, "np") as pack:
                facts, images = pack.metadata(), pack.get_tensor("images")
                cls.packs[cls.name_of(facts, images)] = facts["digest"], images
        cls.division = Division(cls.labels, cls.packs["digits"][0])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def name_of(cls, facts, images):
        """Which data set a pack is, by its pixels."""
        if "origin" not in facts:
            return "digits"
        return "blurred" if np.abs(images[:5].astype(int) - cls.blurred(range(5))).max() <= 1 else "turned"

    @classmethod
    def blurred(cls, rows):
        return np.stack([shifts.rounded(shifts.blur(cls.pixels[row].astype(float), None, 1.5)) for row in rows])

    def shifted(self, target, rows):
        """The images of a target, made in Python from the raw digits."""
        images = self.blurred(rows)
        if target == "blurred":
            return images
        digest = self.packs["blurred"][0]
        parameters = {key: value for key, value in AFFINE.items() if key != "kind"}
        stream = lambda row: shifts.Stream(seed_of(AFFINE["seed"], "transform", digest, 0, int(row)))
        return np.stack([shifts.rounded(shifts.affine(image.astype(float), stream(row), **parameters))
                         for image, row in zip(images, rows)])

    def loss(self, task, target, rows):
        """Of a kept network on these images of the target, by PyTorch; the network sees them normalised by their own data set."""
        every = torch.tensor(self.packs["blurred" if target == "blurred" else "turned"][1]).double() / 255
        outputs = (torch.tensor(self.shifted(target, rows)).double() / 255 - every.mean()) / every.std(correction=0)
        network = {name: tensor.double() for name, tensor in self.networks[task].items()}
        for unit in ("conv1.conv", "conv2.conv"):
            outputs = torch.nn.functional.conv2d(outputs, network[unit + ".weight"], network[unit + ".bias"], padding=2)
            outputs = torch.nn.functional.max_pool2d(torch.relu(outputs), 2)
        outputs = torch.relu(outputs.flatten(1) @ network["fc3.linear.weight"].T + network["fc3.linear.bias"])
        outputs = outputs @ network["fc4.linear.weight"].T + network["fc4.linear.bias"]
        return torch.nn.functional.cross_entropy(outputs, torch.tensor(self.labels[rows]).long()).item()

    def rows(self, experiment):
        return [row for row in self.final if row["experiment"] == experiment]

    def check_losses(self, row, trained):
        split = int(row["split"])
        for name, rows in (("fit", trained), ("valid", self.division.validation(split, 1)), ("test", self.division.test(split, 1))):
            self.assertEqual(row[f"{name}.count"], len(rows), row)
            wanted = self.loss(row["task"], row["target"], rows)
            self.assertAlmostEqual(row[f"{name}.loss"] / wanted, 1, delta=1e-4, msg=f"{name} of {row}")

    def test_each_run_is_trained_on_its_sample_of_its_part_and_measured_on_that_part_s_images(self):
        rows = self.rows("tuned")
        self.assertEqual(len(rows), 2 * SPLITS * (3 + 1))
        for row in rows:
            self.check_losses(row, self.division.sample(int(row["split"]), 1, int(row["per_class"]), int(row["replicate"])))

    def test_a_target_without_a_sample_takes_the_first_of_each_class_of_its_part(self):
        for row in self.rows("others"):
            training = self.division.training(int(row["split"]), 1)
            size = None if row["per_class"] == "all" else int(row["per_class"])
            self.check_losses(row, np.concatenate([of_class[:size] for of_class in training]))

    def test_samples_are_nested_redrawn_and_the_same_for_targets_of_one_origin(self):
        draw = self.division.sample
        self.assertTrue(set(draw(1, 1, 3, 1)) < set(draw(1, 1, 20, 1)))
        self.assertNotEqual(set(draw(1, 1, 3, 1)), set(draw(1, 1, 3, 2)))
        per_class = np.bincount(self.labels[draw(1, 1, 3, 1)], minlength=CLASSES)
        self.assertGreater(per_class.max(), per_class.min(), "no class has a fixed number")

    def test_parts_of_a_split_share_no_image_and_splits_differ(self):
        for index in range(CLASSES):
            source, target = set(self.division.part(1, 0, index)), set(self.division.part(1, 1, index))
            self.assertFalse(source & target)
            self.assertNotEqual(target, set(self.division.part(2, 1, index)))

    def test_show_report_and_plan_say_it_in_words(self):
        espalier = lambda *arguments: subprocess.run([BIN / "espalier", *map(str, arguments)], capture_output=True, text=True,
                                                     env=self.launch.environment)
        shown = espalier("show", self.launch.study, "tuned:target=turned,per_class=3,replicate=2,split=1", "--data-root", DIGITS)
        self.assertIn("30 at random over all outputs", shown.stdout, shown.stderr)
        self.assertIn("share 2 of 2", shown.stdout)
        self.assertIn("turned (blurred by affine (rotation -30 to 30", shown.stdout)
        self.assertEqual(espalier("report", self.launch.out).returncode, 0)
        page = next(self.launch.out.glob("**/*.html")).read_text()
        self.assertIn("made of 'digits' by blur (sigma 1.5)", page.replace("&#39;", "'"))
        self.assertIn("over all classes: a size counts them on average", page)
        self.assertIn("divided at random into parts", page)


if __name__ == "__main__":
    if not DIGITS.is_dir():
        print(f"*** NOT RUN: no digits at {DIGITS}. Set ESPALIER_SHARED_DATA. ***")
        sys.exit(77)  # ctest lists it as skipped
    unittest.main()
