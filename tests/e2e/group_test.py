"""Groups of workers over real MPI ranks: k = 1, 2 and 4 agree to rounding after three epochs on drawings of Omniglot and
reach the same accuracy; a member that is killed or hangs ends the attempt, and the study ends in the bits of an
undisturbed one. Prints one JSON object."""
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import numpy
import safetensors.numpy

from launches import Launch

BIN = Path(os.environ["ESPALIER_BIN"])
SOURCE = Path(os.environ["ESPALIER_SOURCE"])
STUDY = """
[study]
name = "groups"
seed = 8

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
train = { epochs = 6 }

[target.other]
data = "omniglot"
classes = "split.target"

[network]
name = "cifar7"

[train]
batch = 10
epochs = 8
momentum = 0.9
rates = [
  { units = "top", start = 0.01, factor = 0.1, first = 6 },
  { units = "rest", start = 0.002, factor = 0.1, first = 6 },
]

[[experiment]]
name = "sizes"
axes = { transferred = [0, 3, 6], per_class = [1, 2, 4], replicate = [1, 2, 3, 4] }
fixed = { high_units = 1 }
"""
RULE = """
[[resources]]
workers = {k}
"""
T_71_90 = 1.667    # Student's quantile for 72 runs


def rows(out):
    with h5py.File(out / "results.h5") as view:
        table, tasks = view["metrics"][:], view["tasks"][:]
    found = {(r["task"], int(r["epoch"]), r["subset"]): r for r in table}
    return found, tasks


def last_test_rates(found):
    last = max(epoch for _, epoch, _ in found)
    return {task: 100 * r["top1"] for (task, epoch, subset), r in found.items()
            if subset == b"test" and epoch == last}


class Groups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.single, tasks = rows(cls.run_with(1))
        assert set(tasks["workers"]) == {1}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_with(cls, k, *more):
        study = Path(cls.folder.name) / f"groups-{k}.toml"
        study.write_text(STUDY + (RULE.format(k=k) if k > 1 else ""))
        out = Path(cls.folder.name) / f"k{k}"
        done = subprocess.run([BIN / "espalier", "run", study, "--out", out, "--data-root", SOURCE / "jobs",
                               "--workers", str(max(2, k)), *more], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return out

    def check_first_epochs(self, k, found, tasks):
        """Of trainings from equal states: others begin from sources that differ by six epochs' rounding. The median counts, since
        a ReLU or a maximum that rounding decides makes a training another one, on each kind of CPU at another place."""
        fresh = {task["task"] for task in tasks if not task["source"]}
        found_by_epoch = {}
        for key, row in found.items():
            if key[0] in fresh:
                difference = abs(row["loss"] / self.single[key]["loss"] - 1)
                found_by_epoch.setdefault(key[1], []).append(float(difference))
        median = {epoch: statistics.median(found) for epoch, found in found_by_epoch.items()}
        print(json.dumps({"workers": k, "trainings": len(fresh), "median_relative_loss_difference_by_epoch": median,
                          "largest_of_the_first": max(found_by_epoch[1])}), flush=True)
        self.assertGreaterEqual(len(fresh), 3)
        self.assertLess(median[1], 2e-6)
        self.assertLess(median[3], 1e-2)

    def test_two_workers(self):
        found, tasks = rows(self.run_with(2))
        self.assertEqual(set(found), set(self.single))
        self.assertEqual(set(tasks["workers"]), {2})
        self.assertTrue(all(b"a group of 2 through agents" in device for device in tasks["device"]))
        self.check_first_epochs(2, found, tasks)
        ours, theirs = last_test_rates(found), last_test_rates(self.single)
        differences = [ours[task] - theirs[task] for task in theirs]
        mean = statistics.fmean(differences)
        half = T_71_90 * statistics.stdev(differences) / len(differences) ** 0.5
        print(json.dumps({"runs": len(differences), "mean_paired_difference_top1_points": mean,
                          "half_width_90": half}), flush=True)
        self.assertGreaterEqual(len(differences), 72)
        self.assertLess(abs(mean) + half, 1)

    def test_four_workers(self):
        found, tasks = rows(self.run_with(4, "--only", "per_class == 4 and replicate == 1"))
        self.assertIn(4, set(tasks["workers"]))
        self.check_first_epochs(4, found, tasks)


class Faults(unittest.TestCase):
    """Groups of two beside single tasks, on three workers."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.undisturbed = cls.launch("undisturbed")
        assert cls.undisturbed.finish() == 0, cls.undisturbed.said()
        cls.expected = cls.undisturbed.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def launch(cls, name, **more):
        launch = Launch(cls.folder.name, name, workers=3, **more)
        launch.study.write_text(launch.study.read_text() + '\n[[resources]]\nwhen = "images >= 16"\nworkers = 2\n')
        return launch

    def test_groups_and_single_tasks_lived_side_by_side(self):
        with h5py.File(self.undisturbed.out / "results.h5") as view:
            self.assertEqual(set(view["tasks"][:]["workers"]), {1, 2})

    def test_groups_keep_a_probability_for_each_test_image_that_fits_their_loss(self):
        """A loss is at least what its right images' probabilities say, and what wrong ones leave for the right class."""
        with h5py.File(self.undisturbed.out / "results.h5") as view:
            tasks, metrics = view["tasks"][:], view["metrics"][:]
        checked = 0
        for task in tasks:
            if task["workers"] != 2 or not task["predictions"]:
                continue
            file = self.undisturbed.out / "artifacts" / f"{task['predictions'].decode()}.safetensors"
            told = safetensors.numpy.load_file(file)
            probability, right = told["probability"].astype(float), told["predicted"] == told["label"]
            self.assertEqual(len(probability), len(told["row"]))
            self.assertEqual(len(set(told["row"].tolist())), len(told["row"]))
            self.assertTrue(((probability > 0) & (probability < 1 + 1e-6)).all())
            row = max((one for one in metrics if one["task"] == task["task"] and one["subset"] == b"test"),
                      key=lambda one: one["epoch"])
            self.assertAlmostEqual(row["top1"], right.mean(), places=6)
            least = -numpy.log(numpy.where(right, probability, 1 - probability)).mean()
            self.assertGreaterEqual(row["loss"], least - 1e-5)
            self.assertLess(-numpy.log(probability).mean(), row["loss"] + 1e-5)
            checked += 1
        self.assertGreater(checked, 0)

    def test_numbers_that_travel_between_agents_give_the_same_bits(self):
        launch = self.launch("apart", environment={"ESPALIER_APART": "1"})
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_killed_members_cost_their_attempts_and_nothing_else(self):
        launch = self.launch("member").start()
        launch.wait_for_rows(4)
        for _ in range(2):
            launch.kill("trainer")
            time.sleep(0.3)
        self.assertEqual(launch.wait(), 0, launch.said())
        self.assertEqual(launch.segments(), [1])
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()

    def test_a_member_that_hangs_ends_the_attempt(self):
        marker = os.path.join(self.folder.name, "hung")
        launch = self.launch("hang", more=["--hang-s", "6"], environment={"ESPALIER_FAULT": "hang_at=:3:1",
                                                                        "ESPALIER_FAULT_MARKER": marker})
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertTrue(os.path.exists(marker))
        self.assertGreaterEqual(len(launch.records(10)), 1)    # more where the machine is busy: others fall silent, too
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_stop_saves_and_the_next_launch_goes_on(self):
        launch = self.launch("stop").start()
        launch.wait_for_rows(4)
        launch.process.send_signal(signal.SIGTERM)
        self.assertEqual(launch.wait(), 75, launch.said())
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
