"""show, as a user calls it, on the study of the paper's own size and without its images."""
import os
import re
import subprocess
import unittest

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
STUDY = os.path.join(os.environ["ESPALIER_SOURCE"], "jobs", "plested-imagenet.toml")


def show(run):
    return subprocess.run([ESPALIER, "show", STUDY, run], capture_output=True, text=True)


class Show(unittest.TestCase):
    def test_it_tells_each_units_rate_at_every_change(self):
        shown = show("transferred-by-decay:transferred=4,decay_epoch=5,per_class=10,split=1")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("rate from epoch 5", shown.stdout)
        rows = [line.split() for line in shown.stdout.splitlines()]
        top = next(row for row in rows if row[:1] == ["8"] and "new" in row)
        self.assertEqual(top[-4:], ["0.01", "0.001", "0.0001", "1e-05"])  # from 0, 5, 30, 60
        below = next(row for row in rows if row[:1] == ["5"] and "new" in row)
        self.assertEqual(below[-4:], ["0.001", "0.001", "0.0001", "1e-05"])
        self.assertIn("default", shown.stdout)

    def test_a_source_is_shown_in_the_first_run_that_needs_it(self):
        whole = show("transferred-by-decay:transferred=4,decay_epoch=5,per_class=10,split=1").stdout
        source = re.search(r"source: task (\w+)", whole).group(1)
        shown = show(source)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn(f"source: task {source}", shown.stdout)
        self.assertRegex(shown.stdout, r"the first of \d+ runs that fit")

    def test_it_refuses_what_is_no_run(self):
        refused = show("nothing:transferred=4")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no run is", refused.stderr)


if __name__ == "__main__":
    unittest.main()
