"""Images with several labels, through the real processes: read from IDX files and from a folder with a table, trained by binary
cross-entropies, measured by average precision as scikit-learn does on the stored scores; groups; bad inputs."""
import gzip
import json
import os
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file
from sklearn.metrics import average_precision_score, log_loss

BIN = Path(os.environ["ESPALIER_BIN"])
TRAINER = BIN / "espalier-trainer"
LABELS = 5
STUDY = """
[study]
name = "several"
seed = 2

[data.squares]
format = "idx"
images = "images.gz"
labels = "labels.gz"
multi_label = true
valid = {{ images = 40 }}
test = {{ images = 60 }}
{data}
[data.blurred]
from = "squares"
transform = [{{ kind = "blur", sigma = 0.5 }}]

[data.plain]
format = "made"
classes = 4
per_class = 30
channels = 3
height = 16
width = 16
valid = {{ per_class = 5 }}
test = {{ per_class = 5 }}

[source.all]
data = "squares"
[source.plain]
data = "plain"
[target.squares]
data = "squares"
{target}
[target.some]
data = "squares"
classes = [4, 1]
outputs_of = "source"
[target.blurred]
data = "blurred"
[target.plain]
data = "plain"

[network]
name = "mnist4"

[train]
batch = 16
epochs = 3
rates = [{{ units = "rest", start = 0.01 }}]
{train}
[[experiment]]
name = "trained"
axes = {{ source = ["plain"], target = ["squares", "blurred"], transferred = [0, 3], frozen = [0, 3], per_class = [20, "all"] }}
exclude = [{{ name = "more frozen", when = "frozen > transferred" }}]
[[experiment]]
name = "some"
axes = {{ source = ["all"], target = ["some"] }}
fixed = {{ transferred = 4 }}
[[experiment]]
name = "stops"
axes = {{ target = ["squares"] }}
fixed = {{ transferred = 0, train.stop.metric = "valid.ap", train.stop.patience = 1, train.epochs = 6 }}
[[experiment]]
name = "measured"
kind = "evaluate"
start = {{ experiment = "trained", same = ["target", "transferred", "frozen", "per_class", "source"] }}
axes = {{ target = ["squares"], transferred = [3], frozen = [3], per_class = [20], source = ["plain"] }}
[[experiment]]
name = "one label"
axes = {{ source = ["all"], target = ["plain"] }}
fixed = {{ transferred = 2 }}
[[experiment]]
name = "apart"
kind = "distance"
axes = {{ source = ["all"], target = ["blurred"], features = [2] }}
[[table]]
kind = "raw"
experiment = "one label"
y = "test.mean_class"
[[figure]]
experiment = "trained"
x = "per_class"
series = "frozen"
{more}
"""


def write_idx(path, array, code=8):
    data = struct.pack(">BBBB", 0, 0, code, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()
    with gzip.open(path, "wb") as file:
        file.write(data)


def made(images=300, seed=0):
    """A square of a channel's own place for each label that an image has; a tenth of the labels is difficult."""
    draws = np.random.default_rng(seed)
    labels = (draws.random((images, LABELS)) < 0.3).astype(np.uint8)
    pixels = draws.integers(0, 130, (images, 3, 16, 16)).astype(np.uint8)
    for k in range(LABELS):
        y, x = divmod(k, 3)
        pixels[labels[:, k] == 1, k % 3, 5 * y:5 * y + 5, 5 * x:5 * x + 5] += 90
    labels[draws.random(labels.shape) < 0.1] = 255
    return pixels, labels


def study(folder, name="study.toml", data="", target="", train="", more=""):
    path = Path(folder) / name
    path.write_text(STUDY.format(data=data, target=target, train=train, more=more))
    return path


def espalier(*words, code=0, **more):
    done = subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True, **more)
    assert done.returncode == code, (done.returncode, done.stdout[-3000:], done.stderr[-3000:])
    return done


def tables(out):
    with h5py.File(out / "results.h5") as view:
        return view["metrics"][:], view["tasks"][:], view["runs"][:]


def score_files(out):
    found = {}
    for path in (out / "artifacts").glob("*.safetensors"):
        with safe_open(path, "numpy") as file:
            about = file.metadata()
        if about.get("kind") == "espalier scores 1":
            found[about["task"]] = (load_file(path), about)
    return found


def expected(scores, labels):
    counted = labels >= 0
    with_positive = [k for k in range(labels.shape[1]) if (labels[:, k] == 1).any()]
    ap = np.mean([average_precision_score(labels[counted[:, k], k], scores[counted[:, k], k]) for k in with_positive])
    probability = 1 / (1 + np.exp(-scores[counted].astype(float)))
    return ap, log_loss(labels[counted], probability)


class Several(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = Path(cls.folder.name)
        pixels, labels = made()
        write_idx(cls.root / "images.gz", pixels)
        write_idx(cls.root / "labels.gz", labels)
        cls.labels = labels
        cls.out = cls.root / "out"
        cls.ran = espalier("run", study(cls.root), "--out", cls.out, "--workers", 1)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_stored_values_are_scikit_learns_on_the_stored_scores(self):
        rows, _, _ = tables(self.out)
        files = score_files(self.out)
        self.assertGreaterEqual(len(files), 10)
        compared = 0
        for task, (tensors, about) in files.items():
            here = [row for row in rows if row["task"].decode() == task and row["subset"] == b"test"
                    and (row["epoch"], row["step"]) == (int(about["epoch"]), int(about["step"]))]
            if not here:
                continue
            self.assertTrue(set(np.unique(tensors["label"])) <= {-1, 0, 1})
            ap, loss = expected(tensors["score"], tensors["label"])
            self.assertAlmostEqual(float(here[0]["ap"]), ap, places=10)
            self.assertAlmostEqual(float(here[0]["loss"]), loss, places=5)
            self.assertTrue(np.isnan(here[0]["top1"]))
            compared += 1
        self.assertGreaterEqual(compared, 10)

    def test_labels_are_those_of_the_file_and_a_fifth_of_the_images_is_measured(self):
        whole = [tensors for tensors, _ in score_files(self.out).values() if (tensors["label"] >= 0).any(0).all()]
        self.assertTrue(whole)
        for tensors in whole:
            self.assertEqual(len(set(tensors["row"])), 60)
            wanted = self.labels[tensors["row"]].astype(int)
            np.testing.assert_array_equal(tensors["label"], np.where(wanted == 255, -1, wanted))

    def test_it_learns(self):
        rows, _, _ = tables(self.out)
        best = max(float(row["ap"]) for row in rows if row["subset"] == b"test")
        self.assertGreater(best, 0.6)   # chance is the share of positives: 0.3

    def test_a_finished_network_is_measured_alike(self):
        rows, tasks, runs = tables(self.out)
        probe = [run for run in runs if run["experiment"] == b"measured"][0]
        trained = [run for run in runs if run["experiment"] == b"trained" and run["target"] == b"squares"
                   and run["frozen"] == b"3" and run["per_class"] == b"20"]
        last = lambda task: [float(row["ap"]) for row in rows if row["task"] == task and row["subset"] == b"test"][-1]  # noqa: E731
        self.assertEqual(last(probe["task"]), last(trained[0]["task"]))

    def test_outputs_of_a_source_that_a_target_lacks_do_not_count(self):
        rows, _, runs = tables(self.out)
        task = [run["task"] for run in runs if run["experiment"] == b"some"][0].decode()
        tensors, _ = score_files(self.out)[task]
        self.assertEqual(tensors["score"].shape[1], LABELS)
        self.assertTrue((tensors["label"][:, [0, 2, 3]] == -1).all())
        self.assertTrue((tensors["label"][:, [1, 4]] >= 0).any())

    def test_mean_class_is_measured_where_it_is_asked_for(self):
        rows, _, runs = tables(self.out)
        asked = {run["task"] for run in runs if run["experiment"] == b"one label"}
        for row in rows:
            self.assertEqual(np.isnan(row["mean_class"]), row["task"] not in asked or row["subset"] == b"train")
        single = [row for row in rows if row["task"] in asked and row["subset"] == b"test"]
        self.assertAlmostEqual(float(single[-1]["mean_class"]), float(single[-1]["top1"]), places=12)   # equal classes

    def test_a_group_of_two_gives_the_same(self):
        out = self.root / "group"
        espalier("run", study(self.root, "group.toml", more="[[resources]]\nworkers = 2\n"), "--out", out, "--workers", 2)
        ours, tasks, _ = tables(out)
        self.assertIn(2, set(tasks["workers"]))
        theirs, _, _ = tables(self.out)
        by_key = lambda rows: {(r["task"], int(r["epoch"]), int(r["step"]), r["subset"], r["set"] if "set" in r.dtype.names else b""): r  # noqa: E731
                               for r in rows}
        ours, theirs = by_key(ours), by_key(theirs)
        first = [key for key in theirs if key[1] == 1 and key[3] != b"train" and not np.isnan(theirs[key]["ap"])]
        self.assertGreater(len(first), 5)
        for key in first:
            self.assertAlmostEqual(float(ours[key]["loss"]), float(theirs[key]["loss"]), places=3)
            self.assertAlmostEqual(float(ours[key]["ap"]), float(theirs[key]["ap"]), delta=0.02)

    def test_verbs_say_what_it_is(self):
        self.assertIn("no replicas of a batched network", espalier("plan", self.root / "study.toml", "--explain").stdout)
        page = espalier("report", self.out)
        self.assertIn("mean average precision", page.stdout + "".join(p.read_text() for p in self.out.rglob("*.html")))
        info = subprocess.run([TRAINER, "data", "info", "--format", "idx", "--images", self.root / "images.gz", "--labels",
                               self.root / "labels.gz", "--multi-label"], capture_output=True, text=True, check=True).stdout
        self.assertIn(f"0: {(self.labels[:, 0] == 1).sum()} positive, {(self.labels[:, 0] == 255).sum()} difficult", info)


class Inputs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.pixels, self.labels = made(220)
        write_idx(self.root / "images.gz", self.pixels)

    def refused(self, words, **more):
        toml = study(self.root, **more)
        out = self.root / "out"
        said = espalier("run", toml, "--out", out, code=2).stderr
        self.assertEqual(said.count("error:"), 1, said)
        for word in words:
            self.assertIn(word, said)
        self.assertFalse(out.exists())

    def test_a_matrix_of_another_height(self):
        write_idx(self.root / "labels.gz", self.labels[:-1])
        self.refused(["220 images", "219 rows of labels", "every image needs a row"])

    def test_a_label_that_is_never_1(self):
        self.labels[:, 2] = 0
        write_idx(self.root / "labels.gz", self.labels)
        self.refused(["label '2' of", "is never 1"])

    def test_a_value_that_is_none(self):
        self.labels[7, 3] = 2
        write_idx(self.root / "labels.gz", self.labels)
        self.refused(["has the value 2 for image 7 and label 3"])

    def test_labels_of_one_dimension(self):
        write_idx(self.root / "labels.gz", self.labels[:, 0])
        self.refused(["several labels an image are 2 dimensions"])

    def test_all_images_are_held_out(self):
        write_idx(self.root / "images.gz", self.pixels[:60])
        write_idx(self.root / "labels.gz", self.labels[:60])
        toml = study(self.root)
        toml.write_text(toml.read_text().replace("[target.blurred]\ndata = \"blurred\"", "[target.blurred]\ndata = \"squares\""))
        said = espalier("run", toml, "--out", self.root / "out", code=2).stderr
        self.assertEqual(said.count("error:"), 1, said)
        self.assertIn("data 'squares' has no image to train on", said)

    def test_top1(self):
        write_idx(self.root / "labels.gz", self.labels)
        self.refused(["'test.top1' is not recorded", "may have several labels"],
                     more='[[figure]]\nexperiment = "trained"\nx = "per_class"\ny = "test.top1"\n')

    def test_average_precision_of_one_label(self):
        write_idx(self.root / "labels.gz", self.labels)
        self.refused(["'test.ap' is not recorded", "data.plain has one label an image"],
                     more='[[figure]]\nexperiment = "one label"\nx = "per_class"\ny = "test.ap"\n')

    def test_a_softmax(self):
        write_idx(self.root / "labels.gz", self.labels)
        self.refused(["train.loss = \"cross-entropy\" on data 'squares'"], target='train = { loss = "cross-entropy" }')

    def test_a_folder_with_a_table_gives_the_pack_of_the_files(self):
        write_idx(self.root / "labels.gz", self.labels)
        words = {0: "0", 1: "1", 255: "difficult"}
        lines = ["file," + ",".join(str(k) for k in range(LABELS))]
        for i, pixels in enumerate(self.pixels):
            name = f"{'ab'[i % 2]}/{i}.ppm"
            (self.root / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / "pictures" / name).write_bytes(b"P6\n16 16\n255\n" + pixels.transpose(1, 2, 0).tobytes())
            lines.append(name + "," + ",".join(words[int(v)] for v in self.labels[i]))
        table = self.root / "pictures" / "labels.csv"
        table.write_text("\n".join(lines) + "\n")

        def info(*words, code=0):
            done = subprocess.run([TRAINER, "data", "import", "--json", "--multi-label", "--out", self.root / "pack", *words],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, code, done.stderr)
            return json.loads(done.stdout) if code == 0 else done.stderr

        of_idx = info("--format", "idx", "--images", self.root / "images.gz", "--labels", self.root / "labels.gz")
        folder = ["--format", "folder", "--images", self.root / "pictures", "--labels", table]
        self.assertEqual(info(*folder)["digest"], of_idx["digest"])
        self.assertEqual(of_idx["positives"], (self.labels == 1).sum(0).tolist())
        pack = load_file(self.root / "pack")
        np.testing.assert_array_equal(pack["labels"], self.labels)
        np.testing.assert_array_equal(pack["images"], self.pixels)
        self.assertEqual(pack["files"].tobytes().decode().split("\0"), [line.split(",")[0] for line in lines[1:]] + [""])
        info("--format", "idx", "--images", self.root / "images.gz", "--labels", self.root / "labels.gz")
        self.assertNotIn("files", load_file(self.root / "pack"))  # no folder, no names, and the same digest
        table.write_text("\n".join(lines[:-1]) + "\n")
        self.assertIn("1 image without labels", info(*folder, code=2))
        table.write_text("\n".join([*lines, "a/none.ppm,0,0,0,0,0"]) + "\n")
        self.assertIn("names 'a/none.ppm'", info(*folder, code=2))
        table.write_text("\n".join(lines).replace("difficult", "maybe"))
        self.assertIn("0, 1 or \"difficult\"", info(*folder, code=2))

    def test_labels_without_a_positive_test_image_are_left_out_and_told(self):
        write_idx(self.root / "labels.gz", self.labels)
        pixels, labels = made(50, seed=9)
        labels[:, 3] = np.where(labels[:, 3] == 1, 0, labels[:, 3])
        write_idx(self.root / "test-images.gz", pixels)
        write_idx(self.root / "test-labels.gz", labels)
        toml = self.root / "small.toml"
        toml.write_text('''[study]
name = "left-out"
[data.squares]
format = "idx"
images = "images.gz"
labels = "labels.gz"
multi_label = true
test = { images = "test-images.gz", labels = "test-labels.gz" }
[target.squares]
data = "squares"
[network]
name = "mnist4"
[train]
batch = 16
epochs = 1
rates = [{ units = "rest", start = 0.01 }]
[[experiment]]
name = "a"
fixed = { transferred = 0 }
axes = { per_class = ["all"] }
[[table]]
kind = "raw"
experiment = "a"
''')
        out = self.root / "out"
        espalier("run", toml, "--out", out, "--workers", 1)
        rows, tasks, runs = tables(out)
        (tensors, _), = score_files(out).values()
        kept = [k for k in range(LABELS) if k != 3]
        counted = tensors["label"] >= 0
        wanted = np.mean([average_precision_score(tensors["label"][counted[:, k], k], tensors["score"][counted[:, k], k]) for k in kept])
        self.assertAlmostEqual(float([row for row in rows if row["subset"] == b"test"][-1]["ap"]), wanted, places=10)
        remark = "test images: 1 of 5 labels have no positive image"
        self.assertIn(remark, espalier("explain", out, runs[0]["run"].decode()).stdout)
        espalier("report", out)
        self.assertTrue(any(remark in page.read_text() for page in out.rglob("*.html")))


if __name__ == "__main__":
    unittest.main(verbosity=2)
