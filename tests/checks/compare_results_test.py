"""scripts/compare_results.py sees one changed bit, a missing run and a missing metric, and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ["ESPALIER_SOURCE"])
REFERENCE = ROOT / "results/quickstart/final.csv"


class CompareResults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def compared_with(self, text):
        other = Path(self.folder.name) / "other.csv"
        other.write_text(text)
        return subprocess.run([sys.executable, ROOT / "scripts/compare_results.py", REFERENCE, other],
                              capture_output=True, text=True)

    def test_equal_results_are_equal_in_any_order(self):
        head, *rows = REFERENCE.read_text().splitlines(keepends=True)
        done = self.compared_with(head + "".join(reversed(rows)))
        self.assertEqual((done.returncode, done.stdout), (0, f"{len(rows)} runs in both, 0 differences\n"))

    def test_one_bit_is_seen(self):
        text = REFERENCE.read_text()
        at = text.index("p-1", text.index("\n"))
        changed = text[:at - 1] + ("1" if text[at - 1] == "0" else "0") + text[at:]
        done = self.compared_with(changed)
        self.assertEqual(done.returncode, 1)
        self.assertIn("train.loss differs", done.stdout)

    def test_a_run_and_a_metric_that_are_missing_are_seen(self):
        lines = REFERENCE.read_text().splitlines(keepends=True)
        self.assertIn("only in", self.compared_with("".join(lines[:-1])).stdout)
        without = "".join(line.rpartition(",")[0] + "\n" for line in lines)
        self.assertIn("test.count is in one of them", self.compared_with(without).stdout)


if __name__ == "__main__":
    unittest.main()
