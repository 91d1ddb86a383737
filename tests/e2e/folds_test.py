"""Folds through the real processes: which images each run trains on and is validated on, and what is made of their results."""
import json
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

from launches import BIN, Launch

CLASSES, IMAGES, TESTS, FOLDS = 4, 12, 3, 4
T_OF_3 = 3.182446305283709  # Student's quantile at 0.975 with FOLDS - 1 degrees
STUDY = """
[study]
name = "folded"
seed = 5

[data.toy]
format = "made"
classes = {classes}
per_class = {per_class}
height = 20
width = 20
test = {{ per_class = {tests} }}
{split}
[target.toy]
data = "toy"

[network]
name = "mnist4"

[train]
batch = 4
epochs = 1
train_eval = true
keep = "last"

# Rates that change no weight: all runs measure the network that their split and replicate draw.
[[experiment]]
name = "still"
axes = {{ per_class = [8, "all"] }}
fixed = {{ transferred = 0, train.rates.top.start = 1e-30 }}
{more}
"""
MORE = """
[[experiment]]
name = "trained"
axes = { per_class = [8], frozen = [0, 1] }
fixed = { transferred = 1 }
start = { experiment = "still", same = ["per_class", "fold"] }

[[experiment]]
name = "measured"
kind = "evaluate"
axes = { per_class = [8], frozen = [0, 1] }
start = { experiment = "trained", same = ["per_class", "frozen", "fold"] }

[[experiment]]
name = "chosen"
axes = { per_class = [8] }
fixed = { transferred = 1 }
start = { experiment = "still", same = ["per_class", "fold"] }
take = { values = ["frozen"], from = ["trained"], best = "valid.top1" }
"""


def study(folds, more=""):
    return STUDY.format(classes=CLASSES, per_class=IMAGES + TESTS, tests=TESTS, more=more,
                        split=f"[split]\nfolds = {folds}\n" if folds else "")


class Folds(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def run_of(self, name, text):
        launch = Launch(self.folder.name, name)
        launch.study.write_text(text)
        self.assertEqual(launch.finish(), 0, launch.said())
        return launch

    @staticmethod
    def final(launch, experiment):
        """Rows of /final, as dictionaries."""
        with h5py.File(launch.out / "results.h5") as view:
            table = view["final"][:]
        rows = [dict(zip(table.dtype.names, row)) for row in table if row["experiment"] == experiment.encode()]
        return [{name: value.decode() if isinstance(value, bytes) else value for name, value in row.items()}
                for row in rows]

    def test_each_training_image_is_validated_once_and_the_test_images_are_the_same(self):
        folded, whole = self.run_of("folded", study(FOLDS, MORE)), self.run_of("whole", study(0))

        totals = {row["per_class"]: row["fit.loss"] * row["fit.count"]
                  for row in self.final(whole, "still")}
        rows = self.final(folded, "still")
        self.assertEqual(len(rows), 2 * FOLDS)
        for size, images in (("8", 8), ("all", IMAGES)):
            of_size = [row for row in rows if row["per_class"] == size]
            validated = sum(row["valid.loss"] * row["valid.count"] for row in of_size)
            self.assertAlmostEqual(validated / totals[size], 1, delta=1e-6)
            for row in of_size:
                self.assertEqual(row["valid.count"], CLASSES * images // FOLDS)
                self.assertEqual(row["fit.count"], CLASSES * images * (FOLDS - 1) // FOLDS)
                outside = row["fit.loss"] * row["fit.count"]
                self.assertAlmostEqual((outside + row["valid.loss"] * row["valid.count"]) / totals[size], 1, delta=1e-6)
            self.assertEqual(len({row["valid.loss"] for row in of_size}), FOLDS, "folds differ")
        self.assertEqual(len({row["test.loss"] for row in rows}), 1)
        self.assertEqual({row["test.count"] for row in rows}, {CLASSES * TESTS})
        self.check_linked(folded)
        self.check_looked_at(folded)

    def check_linked(self, launch):
        """A run goes on from the run of its fold, and is measured on the images of its fold."""
        trained = {(row["fold"], row["frozen"]): row for row in self.final(launch, "trained")}
        measured = {(row["fold"], row["frozen"]): row for row in self.final(launch, "measured")}
        self.assertEqual(len(trained), 2 * FOLDS)
        self.assertEqual(trained.keys(), measured.keys())
        for at, row in measured.items():
            for name in ("valid.loss", "valid.count", "test.loss"):
                self.assertEqual(row[name], trained[at][name], at)
        self.assertEqual(len(self.final(launch, "chosen")), FOLDS)
        self.assertEqual({row["frozen"] for row in self.final(launch, "chosen")} - {"0", "1"}, set())

    def check_looked_at(self, launch):
        told = json.loads(launch.ask("aggregate", "--experiment", "trained", "--metric", "valid.loss", "--json"))
        for cell in told["cells"]:
            value = cell["value"]
            self.assertEqual((value["splits"], value["folds"], value["runs"]["measured"]), (1, FOLDS, FOLDS))
            losses = np.array([row["valid.loss"] for row in self.final(launch, "trained")
                               if row["frozen"] == cell["axes"]["frozen"]])
            half = T_OF_3 * np.sqrt((1 / FOLDS + 1 / (FOLDS - 1)) * losses.var(ddof=1))  # Nadeau and Bengio (2003)
            self.assertAlmostEqual(value["mean"], losses.mean(), 12)
            np.testing.assert_allclose(value["interval"], [losses.mean() - half, losses.mean() + half], rtol=1e-9)
        text = launch.ask("aggregate", "--experiment", "trained", "--metric", "valid.loss")
        self.assertIn(f"1 ({FOLDS} folds)", text)
        self.assertIn("Nadeau and Bengio (2003)", text)
        self.assertRegex(launch.ask("explain", "still:per_class=8,fold=1"), r"1 epochs, 24 epoch-images of 24 images")
        page = launch.out / "report" / "index.html"
        launch.ask("report")
        self.assertIn("Nadeau and Bengio (2003)", page.read_text())

    def verb(self, launch, *words):
        return subprocess.run([BIN / "espalier", *words], capture_output=True, text=True, env=launch.environment)

    def test_the_plan_says_what_is_trained_on_and_proposes_folds(self):
        launch = Launch(self.folder.name, "planned")
        launch.study.write_text(study(FOLDS))
        plan = self.verb(launch, "plan", launch.study)
        self.assertEqual(plan.returncode, 0, plan.stderr)
        self.assertIn("a fold of target 'toy' trains on 24 images at per_class 8", plan.stdout)
        self.assertIn("a fold of target 'toy' trains on 36 images at per_class all", plan.stdout)
        self.assertNotIn("note", plan.stderr)
        shown = self.verb(launch, "show", launch.study, "still:per_class=8,fold=2").stdout
        self.assertIn("the first 8 of those, without fold 2 of 4: 24", shown)

        launch.study.write_text(study(0))
        plan = self.verb(launch, "plan", launch.study)
        self.assertIn("note: target 'toy' trains on at most 48 images and has no validation images", plan.stderr)

    def test_more_folds_than_images_are_refused_and_nothing_is_written(self):
        launch = Launch(self.folder.name, "refused")
        launch.study.write_text(study(9))
        self.assertEqual(launch.finish(), 2)
        self.assertIn("split.folds = 9 is greater than the 8 training images", launch.said())
        self.assertFalse(launch.out.exists())


if __name__ == "__main__":
    unittest.main()
