"""Linear classifiers on features and distances, through the real processes: the features are those that PyTorch computes with the
source's network, classifiers choose as scikit-learn's do on them, and a trained small network is a distance."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors import safe_open
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from draws import permutation, seed_of, training_rows
from launches import BIN, Launch

STUDY = """
[study]
name = "features"
seed = 4

[data.toy]
format = "made"
classes = 8
per_class = 100
channels = 3
height = 16
width = 16
noise = 200
test = { per_class = 50 }

[split]
kind = "random"
source = 4
target = 4

[source.half]
data = "toy"
classes = "split.source"
train = { epochs = 3 }

[target.other]
data = "toy"
classes = "split.target"

[network]
name = "cifar7"

[train]
batch = 8
epochs = 2
rates = [{ units = "rest", start = 0.005 }]

[[experiment]]
name = "trained"
axes = { frozen = [6] }

[[experiment]]
name = "linear"
kind = "linear"
axes = { classifier = ["svm", "logistic"], features = [3, 6], standardise = [false, true] }
fixed = { C = 0.1 }

[[experiment]]
name = "neighbours"
kind = "neighbours"
axes = { nearest_by = ["cosine", "euclidean"], features = [3, 6] }

[[experiment]]
name = "distances"
kind = "distance"
axes = { method = ["cosine", "mmd", "svm", "cnn"], replicate = 2 }
cnn = { network = "cifar7", train = { epochs = 3, rates = [{ units = "rest", start = 0.002 }] } }
"""


def drawn_over_all(rows, outputs, count, seed):
    """`count` of an image set's rows, listed output by output in the order in which they were drawn."""
    places = permutation(len(rows), seed_of(seed, "sample over all"))[:count]
    return [rows[place] for output in range(outputs.max() + 1) for place in places if outputs[place] == output]


def told_apart(a, b):
    """Share of held-out images that a linear SVM puts right: fitted to the first halves, then to the second."""
    half, right = len(a) // 2, 0
    for fitted, asked in ((slice(0, half), slice(half, 2 * half)), (slice(half, 2 * half), slice(0, half))):
        scaler = StandardScaler().fit(np.concatenate([a[fitted], b[fitted]]))
        labels = np.repeat([0, 1], half)
        machine = LinearSVC(C=1, dual=False, tol=1e-8, max_iter=100_000)
        machine.fit(scaler.transform(np.concatenate([a[fitted], b[fitted]])), labels)
        right += (machine.predict(scaler.transform(np.concatenate([a[asked], b[asked]]))) == labels).sum()
    return right / (4 * half)


def distance(method, a, b):
    mean_a, mean_b = a.mean(0), b.mean(0)
    if method == "svm":
        return told_apart(a, b)
    if method == "mmd":
        return np.linalg.norm(mean_a - mean_b)
    return 1 - mean_a @ mean_b / np.linalg.norm(mean_a) / np.linalg.norm(mean_b)


class Features(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.launch = Launch(cls.folder.name, "features")
        cls.launch.study.write_text(STUDY)
        assert cls.launch.finish() == 0, cls.launch.said()
        with h5py.File(cls.launch.out / "results.h5") as view:
            cls.final = view["final"][:]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, experiment):
        return [row for row in self.final if row["experiment"] == experiment.encode()]

    def artifacts(self, kind):
        """(metadata, tensors) of each file of a kind."""
        for file in (self.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == kind:
                    yield opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}

    def images(self):
        """The pack's images as the network sees them, and the finest labels."""
        (file,) = Path(self.launch.environment["ESPALIER_CACHE"]).glob("*.safetensors")
        with safe_open(file, "pt") as pack:
            pixels, labels, digest = pack.get_tensor("images"), pack.get_tensor("labels"), pack.metadata()["digest"]
        pixels = pixels.float() / 255
        seen = pixels[training_rows(labels, digest, 50)]
        mean, std = seen.mean((0, 2, 3), keepdim=True), seen.std((0, 2, 3), keepdim=True, correction=0)
        return (pixels - mean) / std, labels.numpy()

    def features(self, images, units):
        """Outputs of the source's first units, computed by PyTorch from the kept network's tensors."""
        (_, tensors), = self.artifacts("espalier network 1")
        outputs = images
        for unit in range(1, units + 1):
            name = f"conv{unit}.conv" if unit < 6 else f"fc{unit}.linear"
            weight, bias = tensors[name + ".weight"], tensors[name + ".bias"]
            if weight.dim() == 4:
                outputs = torch.relu(torch.nn.functional.conv2d(outputs, weight, bias, padding=1))
                if unit in (1, 2, 5):
                    outputs = torch.nn.functional.max_pool2d(outputs, 2)
            else:
                outputs = torch.relu(outputs.flatten(1) @ weight.T + bias)
        return outputs.flatten(1).double().numpy()

    def test_classifiers_choose_as_scikit_learn_s_do_on_pytorch_s_features(self):
        images, finest = self.images()
        predictions = {meta["task"]: tensors for meta, tensors in self.artifacts("espalier predictions 1")}
        rows = self.rows("linear")
        self.assertEqual(len(rows), 8)
        for row in rows:
            told = predictions[row["task"].decode()]
            tested, labels = told["row"].numpy(), told["label"].numpy()
            output_of = dict(zip(finest[tested], labels))  # finest class -> output
            fitted = np.array([i for i, label in enumerate(finest) if label in output_of and i not in set(tested)])
            features = self.features(images, int(row["features"]))
            seen = features[fitted]
            asked = features[tested]
            if row["standardise"] == b"true":
                scaler = StandardScaler().fit(seen)
                seen, asked = scaler.transform(seen), scaler.transform(asked)
            wanted = np.array([output_of[finest[i]] for i in fitted])
            if row["classifier"] == b"svm":
                theirs = LinearSVC(C=0.1, dual=False, tol=1e-8, max_iter=100_000).fit(seen, wanted).predict(asked)
                self.assertTrue(np.isnan(row["test.loss"]))
            else:
                machine = LogisticRegression(C=0.1, tol=1e-8, max_iter=100_000).fit(seen, wanted)
                theirs = machine.predict(asked)
                loss = -np.log(machine.predict_proba(asked)[np.arange(len(labels)), labels]).mean()
                self.assertAlmostEqual(row["test.loss"], loss, delta=1e-3 * max(1, loss))
            self.assertEqual(len(fitted), 4 * 50)
            self.assertGreaterEqual((told["predicted"].numpy() == theirs).mean(), 0.995, row)
            self.assertAlmostEqual(row["test.top1"], (told["predicted"].numpy() == labels).mean(), places=9)
            self.assertGreater(row["test.top1"], 0.3)

    def test_neighbours_are_scikit_learn_s_on_pytorch_s_features(self):
        """The source was never taught the target's classes: what is measured is induction accuracy."""
        images, finest = self.images()
        predictions = {meta["task"]: tensors for meta, tensors in self.artifacts("espalier predictions 1")}
        rows = self.rows("neighbours")
        self.assertEqual(len(rows), 4)
        for row in rows:
            told = predictions[row["task"].decode()]
            tested, labels = told["row"].numpy(), told["label"].numpy()
            output_of = dict(zip(finest[tested], labels))
            among = np.array([i for i, label in enumerate(finest) if label in output_of and i not in set(tested)])
            features = self.features(images, int(row["features"]))
            search = NearestNeighbors(n_neighbors=5, algorithm="brute", metric=row["nearest_by"].decode()).fit(features[among])
            found = search.kneighbors(features[tested], return_distance=False)
            theirs = np.array([output_of[label] for label in finest[among]])[found]
            self.assertEqual(len(among), 4 * 50)
            self.assertGreaterEqual((told["predicted"].numpy() == theirs[:, 0]).mean(), 0.99, row)
            self.assertAlmostEqual(row["test.top1"], (told["predicted"].numpy() == labels).mean(), places=9)
            self.assertAlmostEqual(row["test.top5"], (theirs == labels[:, None]).any(1).mean(), delta=0.006)
            self.assertTrue(np.isnan(row["test.loss"]))
            self.assertGreater(row["test.top1"], 0.3)

    def test_distances_are_those_of_pytorch_s_features_by_numpy_and_scikit_learn(self):
        """The images are drawn again here, by the keys that name the draws."""
        predictions = {meta["task"]: tensors for meta, tensors in self.artifacts("espalier predictions 1")}
        (network, _), = self.artifacts("espalier network 1")
        source = predictions[network["task"]]
        target = predictions[self.rows("trained")[0]["task"].decode()]
        images, _ = self.images()
        features = self.features(images, 6)
        count = 100  # half of the source's 200 test images; the target has 200
        for row in self.rows("distances"):
            method = row["method"].decode()
            if method == "cnn":
                continue
            seed = seed_of(4, "distance", 1, int(row["replicate"]))
            mixed = lambda some: features[[some[place] for place in permutation(len(some), seed_of(seed, "halves"))]]
            ours = mixed(drawn_over_all(source["row"].tolist(), source["label"].numpy(), 2 * count, seed))
            theirs = mixed(drawn_over_all(target["row"].tolist(), target["label"].numpy(), count, seed))
            for name, a, b in (("distance", ours[:count], theirs), ("floor", ours[:count], ours[count:])):
                wanted = distance(method, a, b)
                self.assertAlmostEqual(row["test." + name], wanted, delta=1e-5 * max(1, wanted), msg=f"{method} {name}")

    def test_distances_have_values_and_floors(self):
        rows = self.rows("distances")
        self.assertEqual(len(rows), 8)
        for row in rows:
            method, distance, floor = row["method"].decode(), row["test.distance"], row["test.floor"]
            self.assertTrue(np.isfinite(distance))
            self.assertTrue(np.isnan(row["test.top1"]), "a distance has no accuracy of its own")
            if method == "cnn":
                self.assertTrue(np.isnan(floor))
            else:
                self.assertGreater(distance, floor, row)
            if method in ("svm", "cnn"):
                self.assertGreater(distance, 0.5)
                self.assertLessEqual(distance, 1)

    def test_a_source_s_file_keeps_the_mean_features_of_its_test_images(self):
        (meta, tensors), = self.artifacts("espalier network 1")
        predictions = {told["task"]: kept for told, kept in self.artifacts("espalier predictions 1")}
        tested = predictions[meta["task"]]["row"].numpy()
        images, _ = self.images()
        self.assertEqual(json.loads(meta["feature_means"])["images"], len(tested) // 2)
        for unit in range(1, 7):
            features = self.features(images[tested], unit)
            kept = tensors["feature_mean." + (f"conv{unit}" if unit < 6 else "fc6")].double().numpy()
            for half in (0, 1):
                np.testing.assert_allclose(kept[half], features[half::2].mean(0), rtol=1e-4, atol=1e-6)

    def test_reports_and_tables_show_them(self):
        self.assertRegex(self.launch.ask("aggregate", "--experiment", "distances", "--by", "method", "--metric",
                                         "test.distance"), r"mmd +\d")
        self.launch.ask("report")
        page = (self.launch.out / "report" / "index.html").read_text()
        self.assertIn("distances: test.distance", page)
        self.assertIn("linear: test.top1", page)

    def test_a_probe_of_features_is_explained(self):
        told = self.launch.ask("explain", "linear:classifier=svm,features=3,standardise=false")
        self.assertIn("a probe: nothing is trained", told)
        self.assertNotIn("distance", told)
        told = self.launch.ask("explain", "distances:method=mmd,replicate=1")
        self.assertRegex(told, r"(?m)^subset.* distance +distance within the source +images$")

    def test_a_plan_says_how_much_memory_features_need(self):
        said = subprocess.run([BIN / "espalier", "plan", self.launch.study], check=True, capture_output=True, text=True,
                              env=self.launch.environment).stdout
        self.assertRegex(said, r"a worker needs up to [\d.]+ MB of memory for features")


if __name__ == "__main__":
    unittest.main()
