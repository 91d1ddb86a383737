"""Coarse classes against their fine ones through the real processes: tables are what NumPy and SciPy make of the stored predictions,
and of the classes that the images have in their packs."""
import csv
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from safetensors import safe_open
from scipy import stats

from launches import BIN, Launch

FINE, IMAGES, TESTS, SPLITS = 10, 14, 8, 3
COARSE = np.array([2, 0, 1, 1, 0, 2, 2, 0, 1, 1])  # by fine class
STUDY = """
[study]
name = "coarse-and-fine"
seed = 5

[data.toy]
format = "cifar"
images = "train.bin"
valid = { per_class = 2 }
test = { per_class = 8 }

[tree.levels]
data = "toy"
levels = "coarse"

[labels.coarse]
tree = "levels"
cut = { kind = "clamp", depth = 1 }

[labels.some]
data = "toy"
cut = { kind = "listed", groups = { even = [0, 2, 4], odd = [1, 3, 5, 7] } }

[split]
kind = "random"
count = 3
source = 6
target = 4

[source.half]
data = "toy"
classes = "split.source"

[source.whole]
data = "toy"

[target.half]
data = "toy"
classes = "split.target"

[target.own]
data = "toy"
classes = "split.source"

[target.few]
data = "toy"
classes = [7, 1, 3, 5, 8]
outputs_of = "source"

[network]
name = "cifar7"
width = 0.125

[train]
batch = 5
epochs = 3
rates = [{ units = "rest", start = 0.01 }]

[[experiment]]
name = "fine"
axes = { per_class = [2, 4] }
fixed = { source = "half", target = "half", transferred = 3 }

[[experiment]]
name = "sources"
kind = "evaluate"
fixed = { source = "half", target = "own" }

[[experiment]]
name = "few"
kind = "evaluate"
fixed = { source = "whole", target = "few" }
axes = { replicate = 1 }

[[table]]
kind = "coarse-fine"
experiment = "fine"
coarse = "coarse"

[[table]]
kind = "coarse-fine"
experiment = "sources"
coarse = "some"

[[table]]
kind = "coarse-fine"
experiment = "few"
coarse = "coarse"
title = "Of all classes"

[[figure]]
kind = "coarse-fine"
experiment = "fine"
coarse = "coarse"
"""
SOME = np.array([0, 1, 0, 1, 0, 1, -1, 1, -1, -1])  # by fine class, of labels.some


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def summary(values):
    """Mean and Student's 95 % interval as the CSV has them."""
    mean = np.mean(values)
    if len(values) < 3:
        return mean, None, None
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return mean, mean - half, mean + half


class CoarseFine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        rng = np.random.default_rng(3)
        fine = np.repeat(np.arange(FINE), IMAGES + TESTS)
        rng.shuffle(fine)
        pixels = rng.integers(0, 160, (len(fine), 3072)) + 5 * fine[:, None] + 20 * COARSE[fine][:, None]
        records = np.concatenate([COARSE[fine][:, None], fine[:, None], pixels], axis=1)
        (cls.folder / "train.bin").write_bytes(records.astype(np.uint8).tobytes())
        cls.fine = fine
        cls.launch = Launch(cls.folder, "out", workers=1)
        cls.launch.study.write_text(STUDY)
        assert cls.launch.finish() == 0, cls.launch.said()

    def page(self):
        self.printed = self.launch.ask("report")
        return (self.launch.out / "report" / "index.html").read_text()

    def runs(self, experiment):
        """Of each run: (per_class, split), predicted and right fine classes of its test images."""
        with h5py.File(self.launch.out / "results.h5") as view:
            final, tasks = view["final"][:], view["tasks"][:]
        files = {text_of(task["task"]): text_of(task["predictions"]) for task in tasks}
        for run in final:
            if text_of(run["experiment"]) != experiment:
                continue
            with safe_open(self.launch.out / "artifacts" / f"{files[text_of(run['task'])]}.safetensors", "np") as file:
                self.assertEqual(file.metadata()["kind"], "espalier predictions 1")
                predicted, label, row = (file.get_tensor(name) for name in ("predicted", "label", "row"))
            right = self.fine[row]  # the pack has the images of the one file in its order
            self.assertEqual(len(right), TESTS * len(np.unique(label)))
            fine_of = np.arange(FINE) if experiment == "few" else np.array(
                [right[label == output][0] for output in range(label.max() + 1)])
            np.testing.assert_array_equal(fine_of[label], right)
            yield (text_of(run["per_class"]), text_of(run["split"])), fine_of[predicted], right

    def expected(self, experiment, coarse):
        """{(per_class, class): three lists over runs}, the class -1 for all."""
        values = {}
        for (size, _), predicted, right in self.runs(experiment):
            used = coarse[right] >= 0
            for one in [*np.unique(coarse[right[used]]), -1]:
                here = used & ((coarse[right] == one) | (one == -1))
                whole = np.mean(coarse[predicted[here]] == coarse[right[here]])
                parts = np.mean([np.mean(predicted[right == fine] == fine) for fine in np.unique(right[here])])
                for column, value in zip(values.setdefault((size, one), ([], [], [])), (whole, parts, whole - parts)):
                    column.append(value)
        return values

    def compare(self, experiment, coarse, names):
        """Numbers to the last digits, and the order of rows."""
        with (self.launch.out / "report" / f"table-{experiment}-coarse-fine.csv").open() as file:
            rows = list(csv.DictReader(file))
        expected = self.expected(experiment, coarse)
        self.assertEqual(len(rows), len(expected))
        previous = {}
        for row in rows:
            size = row.get("per_class", "")
            one = -1 if row["coarse_class"] == "all classes" else names.index(row["coarse_class"])
            columns = expected[(size, one)]
            self.assertEqual(int(row["splits"]), len(columns[0]))
            for name, column in zip(("coarse", "fine", "difference"), columns):
                for end, value in zip(("", "_low", "_high"), summary(column)):
                    self.assertEqual(row[name + end] == "", value is None, (row, name))
                    if value is not None:
                        self.assertAlmostEqual(float(row[name + end]), value, 12)
            if one >= 0:
                self.assertGreaterEqual(previous.get(size, np.inf), float(row["difference"]))
            previous[size] = float(row["difference"]) if one >= 0 else -np.inf
        return rows

    def test_tables_are_what_numpy_makes_of_the_stored_predictions(self):
        page = self.page()
        levels = [f"coarse {i}" for i in range(3)]
        rows = self.compare("fine", COARSE, levels)
        self.assertGreater(max(int(row["fine_classes_most"]) for row in rows if row["coarse_class"] in levels), 1)
        self.assertIn("fine: coarse classes of 'coarse' against their fine ones: per_class = 2", self.printed)
        self.assertIn("over 3 overlapping splits", page)

        self.compare("sources", SOME, ["even", "odd"])
        self.assertIn("images of a run are in no row", page)

        rows = self.compare("few", COARSE, levels)
        self.assertEqual([int(row["images_most"]) for row in rows if row["coarse_class"] == "all classes"], [5 * TESTS])
        self.assertIn("Of all classes", page)
        self.assertIn("Accuracy of coarse classes minus the mean of their fine classes", page)
        self.assertIn("coarse accuracy minus mean of its fine classes (points)", page)

    def test_sources_stand_with_what_they_were_taught(self):
        page = self.page()
        sources = page[page.index('<section id="sources"'):]
        sources = sources[:sources.index("</section>")]
        rows = [re.findall(r"<t[dh][^>]*>([^<]*)<", row) for row in sources.split("<tr>")[1:]]
        self.assertEqual(rows[0][:8], ["source", "split", "data", "labels", "outputs", "images", "epochs", "steps"])
        each, images, steps = IMAGES - 2, 6 * (IMAGES - 2), 3 * -(-6 * (IMAGES - 2) // 5)  # 3 epochs in batches of 5
        self.assertEqual([row[:8] for row in rows[1:4]],
                         [["half", str(split), "toy", "split.source", "6", str(images), "3", str(steps)] for split in (1, 2, 3)])
        self.assertEqual(rows[4][2:8], ["toy", "all", "10", str(10 * each), "3", str(3 * 10 * each // 5)])  # only measured
        self.assertEqual(len(rows), 7)

    def test_damaged_and_missing_predictions_are_counted_and_said(self):
        with h5py.File(self.launch.out / "results.h5") as view:
            files = {text_of(task["task"]): text_of(task["predictions"]) for task in view["tasks"][:]}
            of = {name: [files[text_of(run["task"])] for run in view["final"][:] if text_of(run["experiment"]) == name]
                  for name in ("fine", "few")}
        kept = {}
        for digest in {*of["fine"][:1], *of["few"]}:
            path = self.launch.out / "artifacts" / f"{digest}.safetensors"
            kept[path] = path.read_bytes()
        self.addCleanup(lambda: [path.write_bytes(data) for path, data in kept.items()])
        first = self.launch.out / "artifacts" / f"{of['fine'][0]}.safetensors"
        first.write_bytes(kept[first][:-1] + bytes([kept[first][-1] ^ 1]))
        for digest in of["few"]:
            (self.launch.out / "artifacts" / f"{digest}.safetensors").unlink()

        page = self.page()

        self.assertIn("5 of 6 runs count. 1 of 6 finished runs has no predictions that can be used: predictions are damaged, ", page)
        self.assertIn("This table cannot be made: no run of &#39;few&#39; has predictions", page)
        self.assertIn("predictions are missing", page)

    def validated(self, was="", now=""):
        study = self.folder / "changed.toml"
        self.assertTrue(not was or STUDY.count(was) == 1)
        study.write_text(STUDY.replace(was, now) if was else STUDY)
        return subprocess.run([BIN / "espalier", "validate", study], capture_output=True, text=True,
                              env=self.launch.environment)

    def test_what_cannot_be_compared_is_said_by_validate(self):
        told = self.validated()
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertRegex(told.stdout + told.stderr, "labels 'some' leave out [0-9] of the 6 classes of target 'own'")

        told = self.validated('depth = 1 }', 'depth = 2 }')
        self.assertEqual(told.returncode, 2)
        self.assertIn("each coarse class has a single one of them", told.stdout + told.stderr)

        told = self.validated("even = [0, 2, 4]", "even = [0, 22]")
        self.assertEqual(told.returncode, 2)
        self.assertIn("there is no class 22", told.stdout + told.stderr)


if __name__ == "__main__":
    unittest.main()
