"""simulate, as a user calls it, on the study of the paper's own size."""
import json
import os
import subprocess
import unittest

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
STUDY = os.path.join(os.environ["ESPALIER_SOURCE"], "jobs", "plested-imagenet.toml")


def simulate(workers, *arguments):
    done = subprocess.run([ESPALIER, "simulate", STUDY, "--workers", str(workers), "--json", *arguments],
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


if __name__ == "__main__":
    unittest.main()
