"""Coarse classes against their fine ones through the real processes: tables are what NumPy and SciPy make of the stored predictions,
and of the classes that the images have in their packs."""
import base64
import csv
import re
import struct
import subprocess
import tempfile
import unittest
import zlib
from pathlib import Path

import h5py
import numpy as np
from safetensors import safe_open
from scipy import stats
from sklearn.metrics import confusion_matrix

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

[target.pair]
data = "toy"
classes = [2, 5]

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

[[experiment]]
name = "pair"
fixed = { source = "whole", target = "pair", transferred = 3 }

[[experiment]]
name = "near"
kind = "neighbours"
fixed = { source = "half", target = "half", features = 3 }
axes = { per_class = [2, 4] }

[[table]]
kind = "coarse-fine"
experiment = "near"
coarse = "coarse"

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

[[table]]
kind = "classes"
experiment = "fine"

[[figure]]
kind = "coarse-fine"
experiment = "fine"
coarse = "coarse"
"""
SOME = np.array([0, 1, 0, 1, 0, 1, -1, 1, -1, -1])  # by fine class, of labels.some


def pixels_of(png):
    """[height, width, 3] of a PNG without filters, its checksums checked."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        assert zlib.crc32(png[at + 4:at + 8 + size]) == struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", png[at + 8:at + 18])
        data += png[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    assert (depth, colour) == (8, 2)
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, 1 + 3 * width)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


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
        cls.pixels = pixels.astype(np.uint8).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
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

        self.compare("near", COARSE, levels)
        self.compare("sources", SOME, ["even", "odd"])
        self.assertIn("images of a run are in no row", page)

        rows = self.compare("few", COARSE, levels)
        self.assertEqual([int(row["images_most"]) for row in rows if row["coarse_class"] == "all classes"], [5 * TESTS])
        self.assertIn("Of all classes", page)
        self.assertIn("Accuracy of coarse classes minus the mean of their fine classes", page)
        self.assertIn("coarse accuracy minus mean of its fine classes (points)", page)

    def test_the_table_of_classes_is_what_numpy_makes_of_the_stored_predictions(self):
        page = self.page()
        with (self.launch.out / "report" / "table-fine-classes.csv").open() as file:
            rows = list(csv.DictReader(file))
        expected = {}  # (per_class, class): accuracy of each run that has the class; "" for the mean of a run's classes
        for (size, _), predicted, right in self.runs("fine"):
            each = {str(one): np.mean(predicted[right == one] == one) for one in np.unique(right)}
            for name, value in {**each, "mean of the classes": np.mean(list(each.values()))}.items():
                expected.setdefault((size, name), []).append(value)
        found = {(row["per_class"], row["class"]): row for row in rows if row["splits"] != "0"}
        self.assertEqual(set(found), set(expected))
        for key, values in expected.items():
            self.assertEqual(int(found[key]["splits"]), len(values))
            self.assertAlmostEqual(float(found[key]["mean"]), np.mean(values), 12)
            if len(values) > 1:
                self.assertAlmostEqual(float(found[key]["sd"]), np.std(values, ddof=1), 12)
            if key[1] != "mean of the classes":
                self.assertEqual((found[key]["images_least"], found[key]["images_most"]), (str(TESTS), str(TESTS)))
        self.assertIn("fine: test.top1 of each class", page)
        self.assertIn("get this very class, in percent: mean over 3 overlapping splits, sd between splits", page)

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

    def test_the_page_has_matrix_mistakes_curves_and_a_fold_for_each_run(self):
        page = self.page()
        with h5py.File(self.launch.out / "results.h5") as view:
            runs = len(view["final"][:])
        self.assertEqual(page.count('<details class="run">'), runs)
        self.assertEqual(page.count("<svg class=\"chart\""), 2)  # 'fine' and 'pair' train
        part = page[page.index('<section id="predictions"'):]
        part = part[part.index("<h3>few</h3>"):]  # three runs of the same classes
        part = part[:part.index("<h3>", 5) if "<h3>" in part[5:] else part.index("</section>")]
        cells = [re.findall(r"<td[^>]*>(\d*)</td>", row) for row in part.split("<tr>")[2:]]
        ours = np.array([[int(cell or 0) for cell in row] for row in cells])
        theirs = sum(confusion_matrix(right, predicted, labels=np.arange(FINE)) for _, predicted, right in self.runs("few"))
        order = [7, 1, 3, 5, 8]  # the target's classes; columns are the source's outputs
        names = re.findall(r'<th scope="row">\d+ (\d+)</th>', part)
        np.testing.assert_array_equal(ours, theirs[[int(name) for name in names]])
        self.assertEqual(sorted(names), sorted(map(str, order)))
        self.surest_mistakes(part)

    def test_probabilities_of_two_classes_are_those_that_the_loss_is_made_of(self):
        with h5py.File(self.launch.out / "results.h5") as view:
            files = {text_of(task["task"]): text_of(task["predictions"]) for task in view["tasks"][:]}
            task = [text_of(run["task"]) for run in view["final"][:] if text_of(run["experiment"]) == "pair"][0]
            loss = [row["loss"] for row in view["metrics"][:] if text_of(row["task"]) == task and row["subset"] == b"test"][-1]
        with safe_open(self.launch.out / "artifacts" / f"{files[task]}.safetensors", "np") as file:
            predicted, label, share = (file.get_tensor(name) for name in ("predicted", "label", "probability"))
        self.assertTrue((share >= 0.5).all())
        right = np.where(predicted == label, share.astype(float), 1 - share.astype(float))
        self.assertAlmostEqual(-np.log(right).mean(), float(loss), 5)

    def surest_mistakes(self, part):
        with h5py.File(self.launch.out / "results.h5") as view:
            files = {text_of(task["task"]): text_of(task["predictions"]) for task in view["tasks"][:]}
            task, = [text_of(run["task"]) for run in view["final"][:]
                     if text_of(run["experiment"]) == "few" and text_of(run["split"]) == "1"]
        with safe_open(self.launch.out / "artifacts" / f"{files[task]}.safetensors", "np") as file:
            predicted, label, row, share = (file.get_tensor(name) for name in ("predicted", "label", "row", "probability"))
        wrong = np.flatnonzero(predicted != label)
        wrong = wrong[np.argsort(-share[wrong], kind="stable")][:12]
        shown = re.findall(r'src="data:image/png;base64,([^"]+)"/><b>(\d+)</b> taken for <b>(\d+)</b>, ([\d.]+) %<small>([^<]*)', part)
        self.assertEqual([(b, c, d, e) for _, b, c, d, e in shown],
                         [(str(label[i]), str(predicted[i]), f"{100 * float(share[i]):.1f}", f"image {row[i]}") for i in wrong])
        for (png, *_), image in zip(shown, row[wrong]):
            np.testing.assert_array_equal(pixels_of(base64.b64decode(png)), self.pixels[image])

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
