"""plan, as a user calls them, on the study of the paper's own size and without its images."""
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


class Plan(unittest.TestCase):
    def test_counts_without_selections(self):
        counted = plan()
        self.assertEqual((counted["runs"], counted["later"], counted["done"]), (1036, 224, 0))
        self.assertEqual(counted["tasks"]["pretraining"], 4)
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

    def test_the_time_is_told_for_the_workers_that_are_asked_for(self):
        for workers in (1, 64):
            text = espalier("plan", STUDY, "--workers", str(workers)).stdout
            self.assertIn(f" on {workers} worker", text)
        self.assertRegex(text, r"device-hours to do, about .+ on 64 workers \(uncalibrated\)")

    def test_shards_add_up_to_the_plan(self):
        counted = plan("--shards", "3")
        shards = counted["shards"]
        self.assertEqual(len(shards), 4)
        self.assertEqual(sum(shard["runs"] for shard in shards), counted["runs"] - counted["later"])
        self.assertEqual(sum(shard["tasks"] for shard in shards), sum(counted["tasks"].values()))
        hours = [shard["device_hours"] for shard in shards]
        self.assertLess(max(hours[1:]), 1.2 * min(hours[1:]))
        self.assertEqual(plan("--shards", "1")["shards"][0], {"runs": 0, "tasks": 0, "device_hours": 0})
        self.assertNotIn("shards", plan())
        said = espalier("plan", STUDY, "--shards", "3").stdout
        self.assertRegex(said, r"0, for several +0 +2 +\d")
        self.assertIn("for several shards: 2 pretrainings", said)
        self.assertIn("224 runs are in no shard: they wait for selections", said)

    def test_what_is_no_file_of_selections_is_refused_and_never_waited_on(self):
        with tempfile.TemporaryDirectory() as folder:
            fifo = os.path.join(folder, "given.json")
            os.mkfifo(fifo)
            for given, why in ((fifo, "it is no file"), (folder, "it is no file"), (fifo + "x", "no such file"),
                               (STUDY, "no list of selections")):
                done = subprocess.run([ESPALIER, "plan", STUDY, "--given", given], capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 2)
                self.assertIn(why, done.stderr)

    def test_only_counts_the_tasks_of_a_part(self):
        self.assertEqual(plan("--only", "experiment == 'transferred' and split == 1")["tasks"], {"pretraining": 1, "training": 28})

    def test_more_splits_are_more_runs(self):
        self.assertEqual(plan("--set", "split.count=6")["runs"], 1036 * 6 // 4)

    def test_an_unknown_pass_is_refused(self):
        done = espalier("plan", STUDY, "--without", "feature")
        self.assertEqual(done.returncode, 2)
        self.assertIn("features", done.stderr)


if __name__ == "__main__":
    unittest.main()
