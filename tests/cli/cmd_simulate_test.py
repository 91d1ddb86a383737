"""simulate, as a user calls it: on the study of the paper's own size, and on one whose networks are also measured."""
import json
import os
import subprocess
import tempfile
import unittest

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
STUDY = os.path.join(os.environ["ESPALIER_SOURCE"], "jobs", "plested-imagenet.toml")


TRAINED = """
study.name = "measured"
data.d = { format = "made", valid = { per_class = 3 }, test = { per_class = 3 } }
target.t = { data = "d" }
network.name = "mnist4"
train.epochs = 2

[[experiment]]
name = "first"
axes = { per_class = [2, 4], replicate = 2 }
fixed = { transferred = 0 }
"""
# A probe for each run of "first"; a selection takes two of them.
PROBED = TRAINED + """
[[experiment]]
name = "measured"
kind = "evaluate"
axes = { per_class = [2, 4], replicate = 2 }
start = { experiment = "first", same = ["per_class", "replicate"] }

[[experiment]]
name = "chosen"
kind = "evaluate"
axes = { replicate = 2 }
take = [{ values = ["per_class"], from = ["first"], best = "valid.top1", mean_over = ["split", "replicate"] }]
start = { experiment = "first", same = ["per_class", "replicate"] }
"""


def simulate(workers, *arguments, study=STUDY):
    done = subprocess.run([ESPALIER, "simulate", study, "--workers", str(workers), "--json", *arguments],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Simulate(unittest.TestCase):
    def test_simulations_keep_close_to_their_bound(self):
        for workers in (8, 64, 512):
            seen = simulate(workers, "--without", "groups")
            self.assertGreaterEqual(seen["makespan_s"], 0.999 * seen["lower_bound_s"])
            self.assertLess(seen["makespan_s"], 1.05 * seen["lower_bound_s"], workers)
            self.assertGreater(seen["tasks"], 600)  # selections were made, and what they added was run
        grouped = simulate(512)  # here chains are longer than all the rest
        self.assertLess(grouped["makespan_s"], 0.6 * seen["makespan_s"])
        self.assertLess(grouped["makespan_s"], 1.1 * grouped["lower_bound_s"])
        failing = simulate(64, "--mtbf", "24")
        self.assertGreater(failing["failures"], 100)

    def simulate_text(self, text, *arguments):
        with tempfile.NamedTemporaryFile("w", suffix=".toml") as study:
            study.write(text)
            study.flush()
            return simulate(2, *arguments, study=study.name)

    def test_probes_are_simulated_behind_the_trainings_that_they_measure(self):
        trained, probed = self.simulate_text(TRAINED), self.simulate_text(PROBED)

        self.assertEqual((trained["tasks"], probed["tasks"]), (4, 8))  # the chosen networks are among those measured
        self.assertGreater(probed["critical_path_s"], trained["critical_path_s"])
        self.assertGreater(probed["work_s"], trained["work_s"])
        self.assertGreaterEqual(probed["makespan_s"], 0.999 * probed["lower_bound_s"])
        self.assertEqual(self.simulate_text(PROBED, "--mtbf", "1000")["tasks"], probed["tasks"])


if __name__ == "__main__":
    unittest.main()
