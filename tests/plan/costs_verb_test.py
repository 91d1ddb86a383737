"""calibrate, plan with a calibration, and simulate, as a user calls them."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import launches

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
SOURCE = Path(os.environ["ESPALIER_SOURCE"])


def espalier(*arguments):
    return subprocess.run([ESPALIER, *map(str, arguments)], capture_output=True, text=True)


def answer(*arguments):
    done = espalier(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Costs(unittest.TestCase):
    def test_a_calibration_makes_the_plans_figures_its_own(self):
        with tempfile.TemporaryDirectory() as folder:
            launch = launches.Launch(folder, "calibrated", epochs=3)
            launch.study.write_text(launches.STUDY.format(epochs=3))
            os.environ["ESPALIER_CACHE"] = launch.environment["ESPALIER_CACHE"]
            before = answer("plan", launch.study, "--out", launch.out, "--json")
            done = espalier("calibrate", launch.study, "--out", launch.out, "--seconds", "0.02", "--workers", "2")
            self.assertEqual(done.returncode, 0, done.stderr)
            after = answer("plan", launch.study, "--out", launch.out, "--json")
            self.assertEqual((before["calibrated"], after["calibrated"]), (False, True))
            self.assertNotEqual(before["device_hours"], after["device_hours"])
            self.assertEqual(launch.finish(), 0, launch.said())  # a calibrated directory is no journal yet
            (launch.out / "calibration.json").write_text("{")
            self.assertIn("calibration.json", espalier("plan", launch.study, "--out", launch.out).stderr)

    def test_simulations_keep_close_to_their_bound(self):
        study = SOURCE / "jobs" / "plested-imagenet.toml"
        for workers in (8, 64, 512):
            seen = answer("simulate", study, "--workers", workers, "--json", "--without", "groups")
            self.assertGreaterEqual(seen["makespan_s"], 0.999 * seen["lower_bound_s"])
            self.assertLess(seen["makespan_s"], 1.05 * seen["lower_bound_s"], workers)
            self.assertGreater(seen["tasks"], 600)  # selections were made, and what they added was run
        grouped = answer("simulate", study, "--workers", 512, "--json")  # here chains are longer than all the rest
        self.assertLess(grouped["makespan_s"], 0.6 * seen["makespan_s"])
        self.assertLess(grouped["makespan_s"], 1.1 * grouped["lower_bound_s"])
        failing = answer("simulate", study, "--workers", 64, "--mtbf", 24, "--json")
        self.assertGreater(failing["failures"], 100)

    def test_an_unknown_pass_is_refused(self):
        done = espalier("plan", SOURCE / "jobs" / "plested-imagenet.toml", "--without", "feature")
        self.assertEqual(done.returncode, 2)
        self.assertIn("features", done.stderr)


if __name__ == "__main__":
    unittest.main()
