"""plan and show, as a user calls them, on the study of the paper's own size and without its images."""
import json
import os
import subprocess
import tempfile
import unittest

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
STUDY = os.path.join(os.environ["ESPALIER_SOURCE"], "jobs", "plested-imagenet.toml")
SIZES = [10, 25, 50, 100, 250, 500, "all"]
N, E, K = [6, 6, 6, 6, 6, 6, 5], [10, 5, 3, 3, 3, 0, 30], [6, 5, 5, 1, 1, 0, 0]  # Table 2


def espalier(*arguments):
    return subprocess.run([ESPALIER, *arguments], capture_output=True, text=True)


def plan(*arguments):
    done = espalier("plan", STUDY, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def published_selections():
    for size, n, e, k in zip(SIZES, N, E, K):
        taken = {"transferred": n, "decay_epoch": e}
        yield {"experiment": "frozen", "per": {"per_class": size}, "values": taken}
        yield {"experiment": "optimum", "per": {"per_class": size}, "values": {**taken, "high_units": 1, "frozen": k}}


class PlanVerb(unittest.TestCase):
    def test_counts_without_selections(self):
        counted = plan()
        self.assertEqual((counted["runs"], counted["later"], counted["done"]), (1036, 224, 0))
        self.assertEqual(counted["tasks"]["pretrain"], 4)
        self.assertEqual(counted["excluded"], {"frozen beyond transferred": 0})
        self.assertTrue(counted["provisional"])
        self.assertGreater(counted["device_hours"], 0)
        self.assertGreater(counted["disk_bytes"], 0)
        merge = counted["passes"][1]
        self.assertEqual(merge["name"], "merge")
        self.assertGreater(merge["tasks_before"], merge["tasks_after"])
        self.assertGreater(merge["epoch_images_before"], merge["epoch_images_after"])

    def test_counts_with_the_papers_selections(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as given:
            json.dump(list(published_selections()), given)
            given.flush()
            counted = plan("--given", given.name)
        self.assertEqual((counted["runs"], counted["later"]), (1032, 0))
        self.assertEqual(counted["excluded"], {"frozen beyond transferred": 4})

    def test_only_counts_the_tasks_of_a_part(self):
        self.assertEqual(plan("--only", "experiment == 'transferred' and split == 1")["tasks"], {"pretrain": 1, "train": 28})

    def test_more_splits_are_more_runs(self):
        self.assertEqual(plan("--set", "split.count=6")["runs"], 1036 * 6 // 4)

    def test_show_tells_each_units_rate_at_every_change(self):
        shown = espalier("show", STUDY, "transferred-by-decay:transferred=4,decay_epoch=5,per_class=10,split=1")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("rate from epoch 5", shown.stdout)
        rows = [line.split() for line in shown.stdout.splitlines()]
        top = next(row for row in rows if row[:1] == ["8"] and "new" in row)
        self.assertEqual(top[-4:], ["0.01", "0.001", "0.0001", "1e-05"])  # from 0, 5, 30, 60
        below = next(row for row in rows if row[:1] == ["5"] and "new" in row)
        self.assertEqual(below[-4:], ["0.001", "0.001", "0.0001", "1e-05"])
        self.assertIn("default", shown.stdout)

    def test_show_refuses_what_is_no_run(self):
        refused = espalier("show", STUDY, "nothing:transferred=4")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no run is", refused.stderr)


if __name__ == "__main__":
    unittest.main()
