"""Each pass, and all together, against the plan without it, on drawings of Omniglot: the same runs, the same numbers to
the bit (stages) or to rounding (features, replicas), and the same accuracy at the end. Prints one JSON object."""
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py

BIN = Path(os.environ["ESPALIER_BIN"])
SOURCE = Path(os.environ["ESPALIER_SOURCE"])
ALL = ("stages", "features", "replicas", "bundles", "groups")
STUDY = """
[study]
name = "equivalence"
seed = 5

[data.omniglot]
format = "idx"
images = "data/omniglot/background-images-28x28-idx3-ubyte.gz"
labels = "data/omniglot/background-labels-idx1-int16.gz"
valid = { per_class = 3 }
test = { per_class = 10 }

[split]
kind = "random"
count = 2
source = 16
target = 20

[source.half]
data = "omniglot"
classes = "split.source"

[target.other]
data = "omniglot"
classes = "split.target"

[network]
name = "cifar7"

[train]
batch = 10
epochs = 8
momentum = 0.9
evaluate = { every = 2 }
rates = [
  { units = "top", start = 0.01, factor = 0.1, first = 6 },
  { units = "rest", start = 0.002, factor = 0.1, first = 6 },
]

[[experiment]]
name = "freeze"
axes = { frozen = [0, 1, 3, 4, 5, 6], decay_epoch = [0, 3, 6], per_class = [1, 3] }
fixed = { transferred = 6, high_units = 1 }
"""


def rows(out):
    """{(task, epoch, step, subset): row} and the set of runs with what each is."""
    with h5py.File(out / "results.h5") as view:
        table, runs = view["metrics"][:], view["runs"][:]
    found = {(r["task"], int(r["epoch"]), int(r["step"]), r["subset"]): r for r in table}
    return found, sorted((r["run"], r["task"], r["state"]) for r in runs)


def bits(row):
    return tuple(row[name].tobytes() for name in ("loss", "top1", "top5", "count"))


def last_test_rates(found):
    """Test top-1 of each task's last test row, in points."""
    last = {}
    for (task, epoch, _, subset), row in sorted(found.items(), key=lambda one: one[0][:3]):
        if subset == b"test":
            last[task] = 100 * row["top1"]    # a rate
    return last


def interval_90(differences):
    """Mean and half width over runs: Student's, by the normal quantile (n is large)."""
    n = len(differences)
    return statistics.fmean(differences), 1.67 * statistics.stdev(differences) / math.sqrt(n)


class Passes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.study = Path(cls.folder.name) / "equivalence.toml"
        cls.study.write_text(STUDY)
        cls.report = {}
        cls.reference, cls.runs = rows(cls.run_without("reference", ALL))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()
        print(json.dumps(cls.report, indent=1), flush=True)

    @classmethod
    def run_without(cls, name, passes):
        out = Path(cls.folder.name) / name
        without = ["--without", ",".join(passes)] if passes else []
        subprocess.run([BIN / "espalier", "run", cls.study, "--out", out, "--data-root", SOURCE / "jobs", *without],
                       check=True, capture_output=True)
        return out

    def compare(self, name, off):
        found, runs = rows(self.run_without(name, off))
        self.assertEqual(runs, self.runs)
        self.assertGreaterEqual(len(runs), 60)
        self.assertEqual(set(found), set(self.reference))
        return found

    def check_rounding(self, name, found):
        first = [abs(row["loss"] / self.reference[key]["loss"] - 1) for key, row in found.items() if key[1] <= 2]
        ours, reference = last_test_rates(found), last_test_rates(self.reference)
        differences = [ours[task] - reference[task] for task in reference]
        mean, half = interval_90(differences)
        self.report[name] = {"runs": len(self.runs), "rows": len(found),
                             "rows_equal_to_the_bit": sum(bits(r) == bits(self.reference[k]) for k, r in found.items()),
                             "largest_relative_loss_difference_in_epochs_1_2": max(first),
                             "mean_paired_difference_top1_points": mean, "half_width_90": half}
        self.assertLess(max(first), 1e-5)
        self.assertLess(abs(mean) + half, 1.0)

    def test_stages_are_equal_to_the_bit(self):
        found = self.compare("stages", ("features", "replicas"))
        differing = [key for key, row in found.items() if bits(row) != bits(self.reference[key])]
        self.report["stages"] = {"runs": len(self.runs), "rows": len(found), "rows_that_differ": len(differing)}
        self.assertEqual(differing, [])

    def test_features(self):
        self.check_rounding("features", self.compare("features", ("stages", "replicas")))

    def test_replicas(self):
        self.check_rounding("features and replicas", self.compare("replicas", ("stages",)))

    def test_all(self):
        found = self.compare("all", ())
        self.check_rounding("all", found)
        with h5py.File(Path(self.folder.name) / "all" / "results.h5") as view:
            tasks = view["tasks"][:]
        self.assertTrue(any(tasks["fused"]) and any(tasks["cached_units"]))
        reference = h5py.File(Path(self.folder.name) / "reference" / "results.h5")["tasks"][:]
        executed = {"reference": int(reference["epoch_images"].sum()), "all": int(tasks["epoch_images"].sum())}
        self.report["epoch_images_executed"] = executed
        self.assertLess(executed["all"], executed["reference"])


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=sys.argv[:1])
