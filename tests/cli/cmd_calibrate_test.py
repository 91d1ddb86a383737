"""calibrate, and plan with a calibration, as a user calls them."""
import json
import os
import subprocess
import tempfile
import unittest

import launches

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")


def espalier(*arguments):
    return subprocess.run([ESPALIER, *map(str, arguments)], capture_output=True, text=True)


def answer(*arguments):
    done = espalier(*arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Calibrate(unittest.TestCase):
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


if __name__ == "__main__":
    unittest.main()
