"""A unit in front of a frozen network, by real runs: it starts as the identity, trains alone, and can be evaluated again."""
import tempfile
import unittest

import h5py
import torch
from safetensors import safe_open

from launches import Launch

STUDY = """
[study]
name = "front"
seed = 4

[data.toy]
format = "made"
classes = 4
per_class = 40
channels = 3
height = 16
width = 16
noise = 200
valid = { per_class = 6 }
test = { per_class = 10 }

[source.all]
data = "toy"
train = { epochs = 2 }

[target.same]
data = "toy"

[network.colour]
front = true
units = [[{ kind = "convolution", outputs = 8, kernel = 1 }, { kind = "relu" }, { kind = "convolution", kernel = 1 }]]

[network.u-shape]
front = true
units = [[
  { kind = "convolution", outputs = 4, kernel = 3, padding = 1 }, { kind = "relu" },
  { kind = "concatenate", branches = [[], [
    { kind = "convolution", outputs = 8, kernel = 4, stride = 2, padding = 1 }, { kind = "relu" },
    { kind = "resize", kernel = 16 }]] },
  { kind = "convolution", kernel = 3, padding = 1 }]]

[network.affine]
front = true
units = [[{ kind = "spatial_transformer", branches = [[
  { kind = "convolution", outputs = 4, kernel = 5, stride = 2 }, { kind = "relu" },
  { kind = "linear", outputs = 6 }]] }]]

[network.main]
name = "cifar7"

[train]
batch = 8
epochs = 3
keep = "last"
rates = [{ units = "rest", start = 0.005 }]

[[experiment]]
name = "untuned"
kind = "evaluate"

[[experiment]]
name = "still"
axes = { front = ["colour", "u-shape", "affine"] }
fixed = { units = "F(1-7)", train.rates.rest.start = 1e-30 }

[[experiment]]
name = "trained"
axes = { front = ["colour", "u-shape", "affine"] }
fixed = { units = "F(1-7)" }

[[experiment]]
name = "again"
kind = "evaluate"
start = { experiment = "trained", same = ["target", "front"] }
axes = { front = ["colour", "u-shape", "affine"] }
"""


class Front(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.launch = Launch(cls.folder.name, "front")
        cls.launch.study.write_text(STUDY)
        assert cls.launch.finish() == 0, cls.launch.said()
        with h5py.File(cls.launch.out / "results.h5") as view:
            cls.final = view["final"][:]

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, experiment):
        return {row["front"].decode(): row for row in self.final if row["experiment"] == experiment.encode()}

    def networks(self):
        found = {}
        for file in (self.launch.out / "artifacts").glob("*.safetensors"):
            with safe_open(file, "pt") as opened:
                if opened.metadata().get("kind") == "espalier network 1":
                    found[opened.metadata()["task"]] = {name: opened.get_tensor(name) for name in opened.keys()}
        return found

    def test_it_starts_as_the_identity(self):
        (untuned,) = self.rows("untuned").values()
        still = self.rows("still")
        self.assertEqual(set(still), {"colour", "u-shape", "affine"})
        for front, row in still.items():
            for column in ("valid.loss", "valid.top1", "test.loss", "test.top1"):
                if front == "affine":  # pixels are sampled where they are, to rounding
                    self.assertAlmostEqual(row[column], untuned[column], delta=1e-5)
                else:
                    self.assertEqual(row[column], untuned[column], column)

    def test_it_alone_is_trained_and_helps(self):
        networks = self.networks()
        (source,) = [tensors for tensors in networks.values() if not any(name.startswith("front.") for name in tensors)]
        (untuned,) = self.rows("untuned").values()
        for row in self.rows("trained").values():
            self.assertNotEqual(row["test.loss"], untuned["test.loss"])
            tensors = networks[row["task"].decode()]
            front = [name for name in tensors if name.startswith("front.")]
            self.assertGreaterEqual(len(front), 4)
            self.assertGreater(min(tensors[name].abs().sum().item() for name in front), 0)
            for name, value in source.items():
                if not name.startswith("feature_mean."):
                    self.assertTrue(torch.equal(tensors[name], value), name)

    def test_a_run_with_one_is_evaluated_as_it_was_measured(self):
        trained, again = self.rows("trained"), self.rows("again")
        self.assertEqual(set(again), set(trained))
        for front, row in again.items():
            self.assertEqual(row["test.loss"], trained[front]["test.loss"])
            self.assertEqual(row["valid.top1"], trained[front]["valid.top1"])


if __name__ == "__main__":
    unittest.main()
