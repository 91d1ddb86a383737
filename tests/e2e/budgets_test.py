"""Sources with budgets, label sets as an axis, redrawn sources and features of random weights, through all processes: classes are drawn
as a port in Python draws them, and neighbours by random weights are scikit-learn's on PyTorch's features."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors import safe_open
from sklearn.neighbors import NearestNeighbors

from draws import permutation, seed_of, training_rows
from launches import BIN, Launch

SEED, FINE, IMAGES, TESTS, VALID = 5, 10, 14, 4, 3
COARSE = [2, 0, 1, 1, 0, 2, 2, 0, 1, 1]  # by fine class
STUDY = f"""
[study]
name = "budgets"
seed = {SEED}

[data.toy]
format = "cifar"
images = "train.bin"
valid = {{ per_class = {VALID} }}
test = {{ per_class = {TESTS} }}

[tree.levels]
data = "toy"
levels = "coarse"

[labels.coarse]
tree = "levels"
cut = {{ kind = "clamp", depth = 1 }}

[labels.fine]
tree = "levels"

[source.all]
data = "toy"
labels = "fine"
redraw = "replicate"

[source.random]
data = "toy"
labels = "fine"
train = {{ epochs = 0 }}

[target.toy]
data = "toy"
labels = "fine"

[network]
name = "cifar7"
width = 0.125

[train]
batch = 5
epochs = 1
keep = "last"

[[experiment]]
name = "budget"
axes = {{ source.per_class = [2, 4], replicate = 2 }}
fixed = {{ source = "all", "source.class_count" = 6, per_class = 4 }}

[[experiment]]
name = "labels"
axes = {{ source.labels = ["fine", "coarse"] }}
fixed = {{ source = "all", per_class = 4 }}

[[experiment]]
name = "neighbours"
kind = "neighbours"
fixed = {{ source = "random", features = 6 }}

[[experiment]]
name = "linear"
kind = "linear"
fixed = {{ source = "random", features = 6 }}

[[experiment]]
name = "measured"
kind = "evaluate"
fixed = {{ source = "random" }}

[[experiment]]
name = "distance"
kind = "distance"
fixed = {{ source = "random" }}

[[experiment]]
name = "copied"
fixed = {{ source = "random", transferred = 6, frozen = 6, per_class = 4 }}
"""


class Budgets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        rng = np.random.default_rng(3)
        fine = np.repeat(np.arange(FINE), IMAGES + TESTS)
        rng.shuffle(fine)
        pixels = rng.integers(0, 120, (len(fine), 3072)) + 12 * fine[:, None]
        records = np.concatenate([np.array(COARSE)[fine][:, None], fine[:, None], pixels], axis=1)
        (cls.folder / "train.bin").write_bytes(records.astype(np.uint8).tobytes())
        cls.launch = cls.started("budgets", STUDY)
        assert cls.launch.finish() == 0, cls.launch.said()
        with h5py.File(cls.launch.out / "results.h5") as view:
            cls.final, cls.metrics = view["final"][:], view["metrics"][:]

    @classmethod
    def started(cls, name, text):
        launch = Launch(cls.folder, name, workers=1)
        launch.study.write_text(text)
        return launch

    def answer(self, *words):
        return subprocess.run([BIN / "espalier", *words], check=True, capture_output=True, text=True,
                              env=self.launch.environment).stdout

    def networks(self):
        """{task: (metadata, tensors)} of the networks that were kept."""
        found = {}
        for file in (self.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == "espalier network 1":
                    found[opened.metadata()["task"]] = (opened.metadata(),
                                                        {name: opened.get_tensor(name) for name in opened.keys()})
        return found

    def untrained(self):
        """The one network of no epoch, and its task."""
        (found,) = [(task, tensors) for task, (meta, tensors) in self.networks().items()
                    if (meta["epoch"], meta["step"]) == ("0", "0")]
        return found

    def features(self, tensors):
        """Outputs of unit 6 for all images of the pack, computed by PyTorch, and the finest labels."""
        (file,) = Path(self.launch.environment["ESPALIER_CACHE"]).glob("*.safetensors")
        with safe_open(file, "pt") as pack:
            pixels, labels = pack.get_tensor("images").float() / 255, pack.get_tensor("labels").numpy()
            key = pack.metadata().get("order_key") or pack.metadata()["digest"]
        seen = pixels[training_rows(labels, key, TESTS + VALID)]
        outputs = (pixels - seen.mean((0, 2, 3), keepdim=True)) / seen.std((0, 2, 3), keepdim=True, correction=0)
        for unit in range(1, 7):
            name = f"conv{unit}.conv" if unit < 6 else f"fc{unit}.linear"
            weight, bias = tensors[name + ".weight"], tensors[name + ".bias"]
            if weight.dim() == 4:
                outputs = torch.relu(torch.nn.functional.conv2d(outputs, weight, bias, padding=1))
                if unit in (1, 2, 5):
                    outputs = torch.nn.functional.max_pool2d(outputs, 2)
            else:
                outputs = torch.relu(outputs.flatten(1) @ weight.T + bias)
        return outputs.flatten(1).double().numpy(), labels

    def test_classes_are_drawn_as_the_port_draws_them_anew_for_each_replicate(self):
        drawn = []
        for replicate in (1, 2):
            shown = self.answer("show", self.launch.study, f"budget:source.per_class=2,replicate={replicate}")
            (text,) = [line.split(None, 1)[1] for line in shown.splitlines() if line.startswith("classes")][1:]
            order = permutation(FINE, seed_of(SEED, "source classes", 1, replicate))
            drawn.append(sorted(order[:6]))
            self.assertEqual(text, f"6 ({', '.join(map(str, drawn[-1]))})")
        self.assertNotEqual(*drawn)

    def test_replicates_of_a_redrawn_source_are_counted(self):
        plan = json.loads(self.answer("plan", self.launch.study, "--json"))
        # two sizes in two replicates, two label sets, random weights
        self.assertEqual(plan["tasks"]["pretraining"], 2 * 2 + 2 + 1)
        told = json.loads(self.launch.ask("aggregate", "--experiment", "budget", "--by", "source.per_class", "--json"))
        self.assertEqual(told["unit"], "source_network")
        rows = {int(row["source.per_class"]): [] for row in self.final if row["experiment"] == b"budget"}
        for row in self.final:
            if row["experiment"] == b"budget":
                rows[int(row["source.per_class"])].append(row["test.top1"])
        for cell in told["cells"]:
            values = rows[int(cell["axes"]["source.per_class"])]
            self.assertEqual(cell["value"]["source_networks"], 2)
            self.assertAlmostEqual(cell["value"]["mean"], np.mean(values))
            self.assertAlmostEqual(cell["value"]["sd"], np.std(values, ddof=1))
        self.launch.ask("report")
        page = (self.launch.out / "report" / "index.html").read_text()
        self.assertIn("Pretrained anew for each replicate: source &#39;all&#39;; the classes and images that its budget draws, ",
                      page)
        explained = self.answer("plan", self.launch.study, "--explain")
        self.assertIn("other labels (2 label maps)", explained)

    def test_a_source_of_no_epoch_has_one_moment_and_keeps_what_was_drawn(self):
        task, tensors = self.untrained()
        rows = [row for row in self.metrics if row["task"].decode() == task]
        self.assertEqual({(int(row["epoch"]), int(row["step"])) for row in rows}, {(0, 0)})
        self.assertEqual(sorted(row["subset"].decode() for row in rows), ["test", "valid"])
        (copied,) = [row for row in self.final if row["experiment"] == b"copied"]
        _, taken = self.networks()[copied["task"].decode()]
        for name, tensor in tensors.items():
            if not name.startswith("fc7") and name in taken and name.rpartition(".")[2] in ("weight", "bias"):
                self.assertTrue(torch.equal(tensor, taken[name]), name)
        (measured,) = [row for row in self.final if row["experiment"] == b"measured"]
        (valid,) = [row for row in rows if row["subset"] == b"valid"]
        self.assertAlmostEqual(measured["valid.top1"], valid["top1"])

    def test_neighbours_by_random_weights_are_scikit_learn_s_on_pytorch_s_features(self):
        features, finest = self.features(self.untrained()[1])
        (row,) = [row for row in self.final if row["experiment"] == b"neighbours"]
        (told,) = [tensors for tensors in self.predictions(row["task"].decode())]
        tested = told["row"].numpy()
        held = set(tested) | set(self.held_for_validation())
        among = np.array([i for i in range(len(finest)) if i not in held])
        search = NearestNeighbors(n_neighbors=1, algorithm="brute", metric="cosine").fit(features[among])
        found = search.kneighbors(features[tested], return_distance=False)[:, 0]
        self.assertEqual(len(among), FINE * (IMAGES - VALID))
        self.assertGreaterEqual((finest[among][found] == told["predicted"].numpy()).mean(), 0.995)
        for experiment in (b"linear", b"distance"):
            (other,) = [row for row in self.final if row["experiment"] == experiment]
            self.assertTrue(np.isfinite(other["test.top1" if experiment == b"linear" else "test.distance"]))

    def predictions(self, task):
        for file in (self.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == "espalier predictions 1" and opened.metadata()["task"] == task:
                    yield {name: opened.get_tensor(name) for name in opened.keys()}

    def held_for_validation(self):
        """Of each class the images before its test images, in its order."""
        (file,) = Path(self.launch.environment["ESPALIER_CACHE"]).glob("*.safetensors")
        with safe_open(file, "pt") as pack:
            labels, key = pack.get_tensor("labels").numpy(), pack.metadata()
        order_key = key.get("order_key") or key["digest"]
        held = []
        for index in range(FINE):
            rows = np.flatnonzero(labels == index)
            order = rows[permutation(len(rows), seed_of(0, "image order", order_key, index))]
            held += list(order[len(order) - TESTS - VALID:len(order) - TESTS])
        return held

    def test_what_cannot_be_drawn_is_refused_before_anything_is_written(self):
        for was, now, words in (
                ("source.per_class = [2, 4]", "source.per_class = [12]",
                 "source 'all' asks for 12 images of each of 6 classes, and there are at most 11"),
                ('"source.class_count" = 6', '"source.class_count" = 11', "source 'all' asks for 11 classes, and there are 10"),
                ("source.per_class = [2, 4], replicate = 2", "source.images = [40]", "The nearest that do are 36 and 42."),
                ('"source.class_count" = 6', '"source.class_count" = 6, "source.images" = 13', "the first two make 12"),
                ("frozen = 6, per_class = 4", "frozen = 6, per_class = 4, train.epochs = 0",
                 "a training on target 'toy' has 0 epochs")):
            self.assertIn(was, STUDY)
            launch = self.started("refused", STUDY.replace(was, now))
            self.assertEqual(launch.finish(), 2, launch.said())
            self.assertEqual(launch.said().count("error:"), 1, launch.said())
            self.assertIn(words, launch.said())
            self.assertFalse(launch.out.exists())


if __name__ == "__main__":
    unittest.main()
