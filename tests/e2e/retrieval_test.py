"""Images looked up by real runs: map@10 is what NumPy gives on the features that PyTorch computes from the kept networks."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors import safe_open

from draws import training_rows
from launches import BIN, Launch

STUDY = """
[study]
name = "retrieval"
seed = 4

[data.toy]
format = "made"
classes = 8
per_class = 60
channels = 3
height = 16
width = 16
noise = 250
order = "file"
valid = { per_class = 8 }
test = { per_class = 6 }

[data.other]
format = "made"
classes = 8
per_class = 60
channels = 3
height = 16
width = 16
noise = 250
order = "file"
mean = [0.4, 0.5, 0.6]
std = [0.3, 0.4, 0.5]
valid = { per_class = 8 }
test = { per_class = 6 }

[source.six]
data = "toy"
classes = [0, 1, 2, 3, 4, 5]
train = { epochs = 2 }

[target.some]
data = "other"
classes = [5, 1, 3, 6]

[network]
name = "cifar7"

[train]
batch = 8
epochs = 2
rates = [{ units = "rest", start = 0.005 }]

[[experiment]]
name = "tune"
axes = { frozen = [0, 6] }

[[experiment]]
name = "found"
kind = "retrieval"
start = { experiment = "tune", same = ["source", "target", "frozen"] }
axes = { frozen = [0, 6], features = [3, 6] }

[[experiment]]
name = "untuned"
kind = "retrieval"
"""


def average_precision(query, gallery, relevant):
    """Of one query, by its definition: precisions at the relevant ranks among the first ten."""
    cosine = gallery @ query / np.linalg.norm(gallery, axis=1) / np.linalg.norm(query)
    hits = relevant[np.argsort(-cosine, kind="stable")[:10]]
    precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return (precisions * hits).sum() / min(10, relevant.sum())


class Retrieval(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.launch = Launch(cls.folder.name, "retrieval")
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
        for file in (self.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == kind:
                    yield opened.metadata(), {name: opened.get_tensor(name) for name in opened.keys()}

    def networks(self):
        """The source's network, and by task those of runs."""
        all_of = {meta["task"]: (int(meta["classes"]), tensors) for meta, tensors in self.artifacts("espalier network 1")}
        return next(tensors for classes, tensors in all_of.values() if classes == 6), all_of

    def images(self):
        """As the source's training sees them, as the target's does, and their finest labels."""
        (file,) = Path(self.launch.environment["ESPALIER_CACHE"]).glob("*.safetensors")
        with safe_open(file, "pt") as pack:
            pixels, labels = pack.get_tensor("images"), pack.get_tensor("labels")
        pixels = pixels.float() / 255
        seen = pixels[training_rows(labels, "", 8 + 6, order="file")]
        mean, std = seen.mean((0, 2, 3), keepdim=True), seen.std((0, 2, 3), keepdim=True, correction=0)
        others = [torch.tensor(numbers).view(1, 3, 1, 1) for numbers in ((0.4, 0.5, 0.6), (0.3, 0.4, 0.5))]
        return (pixels - mean) / std, (pixels - others[0]) / others[1], labels.numpy()

    @staticmethod
    def features(tensors, images, units):
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

    def held_out(self, finest, classes):
        """Rows of validation and of test images: in file order each class's last six are for tests, eight before them for validation."""
        of_class = [np.flatnonzero(finest == each) for each in classes]
        return np.concatenate([rows[-14:-6] for rows in of_class]), np.concatenate([rows[-6:] for rows in of_class])

    def test_map_is_numpy_s_on_pytorch_s_features(self):
        as_source, as_target, finest = self.images()
        source, runs = self.networks()
        tune = {row["frozen"]: row for row in self.rows("tune")}
        gallery_rows, _ = self.held_out(finest, range(6))
        rows = self.rows("found") + self.rows("untuned")
        self.assertEqual(len(rows), 5)
        for row in rows:
            units = int(row["features"])
            network = source  # of which six units are all that a run with six frozen has
            if row["experiment"] == b"found" and row["frozen"] == b"0":
                network = runs[tune[b"0"]["task"].decode()][1]
            gallery = self.features(source, as_source[gallery_rows], units)
            images = as_source if row["experiment"] == b"untuned" else as_target  # as its network was trained
            for subset, asked in zip(("valid", "test"), self.held_out(finest, (5, 1, 3))):  # class 6 is not in the gallery
                queries = self.features(network, images[asked], units)
                wanted = np.mean([average_precision(query, gallery, finest[gallery_rows] == finest[i])
                                  for i, query in zip(asked, queries)])
                self.assertAlmostEqual(row[f"{subset}.map@10"], wanted, delta=1e-3, msg=f"{subset} of {row}")
            self.assertTrue(np.isnan(row["test.top1"]))
        self.assertGreater(len({round(row["test.map@10"], 6) for row in rows}), 2, "tuning and depth change what is found")

    def test_the_verbs_tell_what_a_retrieval_does(self):
        told = self.launch.ask("explain", "found:frozen=0,features=3")
        self.assertIn("a probe: nothing is trained", told)
        self.assertRegex(told, r"(?m)^subset.* mean average precision at 10 \(%\) +images$")
        self.assertRegex(told, r"(?m)^test .* 18$", "queries of a class that the gallery lacks are not counted")
        shown = subprocess.run([BIN / "espalier", "show", self.launch.study, "found:frozen=0,features=3"], check=True,
                               capture_output=True, text=True, env=self.launch.environment).stdout
        self.assertIn("looks up  features of unit 3, the nearest 10 by cosine", shown)
        self.launch.ask("report")
        self.assertIn("found: test.map@10", (self.launch.out / "report" / "index.html").read_text())


if __name__ == "__main__":
    unittest.main()
