"""Runs that start from runs, networks that are only measured, and image sets that are asked for later: through the real
processes, on images in CIFAR-100's form."""
import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

import journal
from launches import BIN, Launch

CLASSES = 8  # fine ones in two coarse ones
STUDY = """
[study]
name = "measured"
seed = 5

[data.fine]
format = "cifar"
images = ["train.bin"]
test = {{ images = ["{test}"] }}
valid = {{ per_class = 2 }}

[data.coarse]
format = "cifar"
label_kind = "coarse"
images = ["train.bin"]
test = {{ images = ["{test}"] }}
valid = {{ per_class = 2 }}

[target.fine]
data = "fine"
classes = [0, 1, 2, 3, 4, 5, 6, 7]

[target.coarse]
data = "coarse"
classes = [0, 1]

[network]
name = "mnist4"

[train]
batch = 4
epochs = 2
keep = "last"
rates = [{{ units = "rest", start = 0.002 }}]

[[experiment]]
name = "first"
axes = {{ per_class = [2, 4] }}
fixed = {{ transferred = 0, target = "fine" }}

[[experiment]]
name = "coarse"
axes = {{ per_class = [4] }}
fixed = {{ transferred = 0, target = "coarse" }}

[[experiment]]
name = "second"
axes = {{ per_class = [2, 4], frozen = [0, 2] }}
fixed = {{ transferred = 3, target = "fine" }}
start = {{ experiment = "first", same = ["per_class"] }}

[[experiment]]
name = "measured"
kind = "evaluate"
axes = {{ per_class = [2, 4], frozen = [0, 2] }}
fixed = {{ target = "fine" }}
start = {{ experiment = "second", same = ["per_class", "frozen"] }}

[[experiment]]
name = "swapped"
kind = "evaluate"
axes = {{ per_class = [2, 4] }}
fixed = {{ target = "fine", frozen = 0 }}
start = {{ experiment = "second", same = ["per_class", "frozen"] }}
units_from = [{{ units = "1-2", experiment = "first", same = ["per_class"] }}]

[[experiment]]
name = "twice"
kind = "evaluate"
axes = {{ per_class = [2] }}
fixed = {{ target = "fine", frozen = 0 }}
start = {{ experiment = "second", same = ["per_class", "frozen"] }}
"""


def write_images(file, per_class, seed):
    """CIFAR-100 records: coarse label, fine label, pixels that tell the classes apart a little."""
    draw = random.Random(seed)
    with open(file, "wb") as out:
        for _ in range(per_class):
            for fine in range(CLASSES):
                pixels = bytes(min(255, 20 * fine + draw.randrange(90)) for _ in range(3072))
                out.write(bytes([fine // 4, fine]) + pixels)


class MeasuredNetworks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        write_images(root / "train.bin", 8, 1)
        write_images(root / "test-a.bin", 5, 2)
        write_images(root / "test-b.bin", 6, 3)

    def tearDown(self):
        self.folder.cleanup()

    def launch(self, name, test="test-a.bin"):
        launch = Launch(self.folder.name, name)
        launch.study.write_text(STUDY.format(test=test))
        return launch

    @staticmethod
    def final(launch, experiment):
        """{(per_class, frozen): row of /final}"""
        with h5py.File(launch.out / "results.h5") as view:
            table = view["final"][:]
        rows = [row for row in table if row["experiment"] == experiment.encode()]
        return {(row["per_class"], row["frozen"]): row for row in rows}

    @staticmethod
    def scores(row):
        return [row[name] for name in ("valid.loss", "valid.top1", "test.loss", "test.top1", "test.count")]

    @staticmethod
    def images_trained(launch):
        """Over all attempts of all launches, as they ended."""
        return sum(journal.signed(ended[6][0]) for ended in launch.records(9) if 6 in ended)

    def plan(self, launch):
        said = subprocess.run([BIN / "espalier", "plan", launch.study, "--out", launch.out, "--json"], check=True,
                              capture_output=True, text=True, env=launch.environment).stdout
        return json.loads(said)

    def test_a_measured_network_has_the_scores_its_training_ended_with(self):
        launch = self.launch("measured")
        self.assertEqual(launch.finish(), 0, launch.said())

        trained, measured = self.final(launch, "second"), self.final(launch, "measured")
        self.assertEqual(len(measured), 4)
        for cell, row in measured.items():
            self.assertEqual(self.scores(row), self.scores(trained[cell]), cell)
        swapped = self.final(launch, "swapped")
        self.assertEqual(len(swapped), 2)
        for cell, row in swapped.items():
            self.assertNotEqual(self.scores(row), self.scores(trained[cell]), cell)
        self.assertEqual(next(iter(self.final(launch, "coarse").values()))["test.count"], 5 * CLASSES)
        self.check_explained(launch, measured[b"2", b"0"], trained[b"2", b"0"])

    def check_explained(self, launch, probe, training):
        told = launch.ask("explain", "measured:per_class=2,frozen=0")

        self.assertRegex(told, r"state +done")
        self.assertIn(f"{probe['task'].decode()}, a probe: nothing is trained", told)
        self.assertRegex(told, rf"from +task {training['task'].decode()}, validation top-1 \d+\.\d %")
        self.assertRegex(told, r"shared +the same probe answers \w+ \(twice\)")
        self.assertRegex(told, r"(?m)^ *test +0 +\d\.\d{3} +\d+\.\d +\d+\.\d +40$")
        self.assertRegex(launch.ask("explain", "second:per_class=2,frozen=0"), r"task +\w+, 2 epochs, \d+ epoch-images")

    def test_another_test_set_is_measured_on_the_kept_networks(self):
        launch = self.launch("again")
        self.assertEqual(launch.finish(), 0, launch.said())
        before, rows = self.final(launch, "second"), launch.metrics()
        images = self.images_trained(launch)
        self.assertGreater(images, 0)

        launch.study.write_text(STUDY.format(test="test-b.bin"))
        plan = self.plan(launch)
        self.assertEqual((plan["again"], plan["done"]), (0, 0), plan)
        self.assertEqual(launch.finish(), 0, launch.said())

        after = self.final(launch, "second")
        for cell, row in after.items():
            self.assertEqual(row["task"], before[cell]["task"])
            self.assertEqual(row["valid.loss"], before[cell]["valid.loss"])
            self.assertEqual(row["test.count"], 6 * CLASSES)
            self.assertNotEqual(row["test.loss"], before[cell]["test.loss"])
        self.assertTrue(set(rows) < set(launch.metrics()), "earlier rows stay")
        trained = [ended for ended in launch.records(9, 2) if ended.get(6, [0])[0]]
        self.assertEqual(trained, [], "no image was trained on")
        self.assertEqual(self.images_trained(launch), images)

        launch.study.write_text(STUDY.format(test="test-a.bin"))
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.attempts(3), [], "both sets have been measured")

    def test_without_its_network_a_task_trains_again_under_its_id(self):
        launch = self.launch("gone")
        self.assertEqual(launch.finish(), 0, launch.said())
        before = self.final(launch, "second")
        for checkpoint in launch.records(8):
            if checkpoint[3] == [1]:
                (launch.out / "artifacts" / (checkpoint[5][0].decode() + ".safetensors")).unlink(missing_ok=True)

        launch.study.write_text(STUDY.format(test="test-b.bin"))
        self.assertEqual(launch.finish(), 0, launch.said())

        for cell, row in self.final(launch, "second").items():
            self.assertEqual(row["task"], before[cell]["task"])
            self.assertEqual(row["valid.loss"], before[cell]["valid.loss"])
            self.assertEqual(row["test.count"], 6 * CLASSES)


if __name__ == "__main__":
    unittest.main()
