"""Tables of classes where an image has several labels: each label's average precision is scikit-learn's on the stored scores."""
import csv
import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from safetensors import safe_open
from sklearn.metrics import average_precision_score

BIN = Path(os.environ["ESPALIER_BIN"])
LABELS, RARE, REPLICATES = 4, 3, 2
STUDY = """
study.name = "each-label"
source.all = {{ data = "squares" }}
target.squares = {{ data = "squares" }}
network = {{ name = "mnist4" }}

[data.squares]
format = "idx"
images = "images"
labels = "labels"
multi_label = true
valid = {{ images = 20 }}
test = {{ images = "test-images", labels = "test-labels" }}

[train]
batch = 16
epochs = 2
rates = [{{ units = "rest", start = 0.01 }}]

[[experiment]]
name = "trained"
axes = {{ per_class = [20, "all"], replicate = [1, 2] }}
fixed = {{ transferred = 0 }}
{tables}
"""
TABLES = """
[[table]]
kind = "classes"
experiment = "trained"
[[table]]
kind = "classes"
experiment = "trained"
y = "test.ap.voc2007"
[[table]]
kind = "classes"
experiment = "trained"
y = "test.ap.voc2010"
"""


def write_idx(path, array):
    path.write_bytes(struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes())


def made(images, seed):
    draws = np.random.default_rng(seed)
    labels = (draws.random((images, LABELS)) < 0.4).astype(np.uint8)
    pixels = draws.integers(0, 130, (images, 1, 16, 16)).astype(np.uint8)
    for k in range(LABELS):
        pixels[labels[:, k] == 1, 0, 4 * k:4 * k + 4] += 70
    labels[draws.random(labels.shape) < 0.1] = 255
    return pixels, labels


def voc(label, score, recalls):
    """The area under the falling precision, or its mean at eleven recalls, as PASCAL VOC's devkits have it."""
    hits = label[np.argsort(-score, kind="stable")] == 1
    found, precision = np.cumsum(hits), np.cumsum(hits) / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    if not recalls:
        return falling[hits].mean()
    return np.mean([falling[np.argmax(10 * found >= step * hits.sum())] for step in range(11)])


class EachLabel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = Path(folder.name)
        pixels, labels = made(120, 1)
        write_idx(cls.root / "images", pixels)
        write_idx(cls.root / "labels", labels)
        pixels, labels = made(50, 2)
        labels[:, RARE] = np.where(labels[:, RARE] == 1, 0, labels[:, RARE])
        write_idx(cls.root / "test-images", pixels)
        write_idx(cls.root / "test-labels", labels)
        cls.study = cls.root / "study.toml"
        cls.study.write_text(STUDY.format(tables=TABLES))
        cls.out = cls.root / "out"
        cls.espalier("run", cls.study, "--out", cls.out, "--workers", 1)
        cls.espalier("report", cls.out)

    @classmethod
    def espalier(cls, *words, code=0):
        done = subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True)
        assert done.returncode == code, (done.returncode, done.stdout[-3000:], done.stderr[-3000:])
        return done.stdout + done.stderr

    def scores(self):
        """{per_class: [(scores, labels) of each replicate]}"""
        found = {}
        with h5py.File(self.out / "results.h5") as view:
            files = {task["task"]: task["predictions"].decode() for task in view["tasks"][:]}
            runs = view["runs"][:]
        for run in runs:
            with safe_open(self.out / "artifacts" / f"{files[run['task']]}.safetensors", "np") as file:
                found.setdefault(run["per_class"].decode(), []).append((file.get_tensor("score"), file.get_tensor("label")))
        return found

    def compare(self, name, precision):
        with (self.out / "report" / name).open() as file:
            rows = {(row["per_class"], row["class"]): row for row in csv.DictReader(file)}
        self.assertEqual(len(rows), 2 * (LABELS + 1))
        for size, replicates in self.scores().items():
            self.assertEqual(len(replicates), REPLICATES)
            each = np.full((REPLICATES, LABELS), np.nan)
            for r, (score, label) in enumerate(replicates):
                for k in range(LABELS):
                    counts = label[:, k] >= 0
                    if k != RARE:
                        each[r, k] = precision(label[counts, k], score[counts, k])
                    self.assertEqual(int(rows[size, str(k)]["images_most"]), counts.sum())
                    self.assertEqual(int(rows[size, str(k)]["positives_most"]), (label[:, k] == 1).sum())
            for k in range(LABELS):
                row = rows[size, str(k)]
                self.assertEqual(row["mean"] == "", k == RARE)
                if k != RARE:
                    self.assertAlmostEqual(float(row["mean"]), each[:, k].mean(), 12)
                    self.assertEqual(int(row["runs"]), REPLICATES)
                    self.assertAlmostEqual(float(row["sd_within"]), each[:, k].std(ddof=1), 12)
            whole = np.nanmean(each, axis=1).mean()
            self.assertAlmostEqual(float(rows[size, "mean of the classes"]["mean"]), whole, 12)

    def test_each_form_is_that_of_scikit_learn_or_of_the_devkit(self):
        self.compare("table-trained-classes.csv", average_precision_score)
        self.compare("table-trained-classes-2.csv", lambda label, score: voc(label, score, recalls=True))
        self.compare("table-trained-classes-3.csv", lambda label, score: voc(label, score, recalls=False))

    def test_a_label_without_a_positive_image_is_named(self):
        page = (self.out / "report/index.html").read_text()
        self.assertIn(f"Without a positive test image in some run, which the means leave out: &#39;{RARE}&#39;.", page)
        self.assertIn("<td>no positive</td>", page)
        self.assertIn("Average precision of each label (test.ap.voc2007) in percent", page)
        self.assertIn("sd between replicates", page)

    def test_what_cannot_be_told_by_class_is_refused(self):
        for y, because in (("test.loss", "cannot be told by class"), ("valid.ap", "cannot be told by class"),
                           ("test.top1", "is not recorded")):
            self.study.write_text(STUDY.format(tables=f'[[table]]\nkind = "classes"\nexperiment = "trained"\ny = "{y}"\n'))
            said = self.espalier("validate", self.study, code=2)
            self.assertIn(because, said)
            self.assertEqual(said.count("error:"), 1, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
