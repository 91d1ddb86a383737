"""`espalier view` writes a view that is missing or wrong; with --follow it reads only what was appended, when told to."""
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py

BIN = Path(os.environ["ESPALIER_BIN"])
PATIENCE_S = 30


def make_sample(folder):
    subprocess.run([BIN / "test_store", "[.sample]"], check=True, capture_output=True, env=dict(os.environ, ESPALIER_SAMPLE=folder))


def espalier(*words):
    return subprocess.run([BIN / "espalier", *words], capture_output=True, text=True)


class Writes(unittest.TestCase):
    """What a user does with a folder whose journal is whole and whose results.h5 is not."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = Path(self.folder.name)
        make_sample(self.folder.name)
        self.view = self.out / "results.h5"
        self.whole = self.view.read_bytes()

    def assert_verify_names_view(self, what):
        told = espalier("verify", self.out)
        self.assertRegex(told.stdout, f"{what}.*Run 'espalier view {self.out}'")
        self.assertNotIn("repair", told.stdout)

    def renew(self, warned=""):
        told = espalier("view", self.out)
        self.assertEqual(told.returncode, 0)
        self.assertRegex(told.stderr, f"^{warned}$")
        self.assertRegex(told.stdout, r"^results\.h5 holds 4 runs, \d+ tasks, from \d+ records of \d+ segments\n$")

    def test_help_lists_it(self):
        self.assertRegex(espalier("--help").stdout, r"\n  view +write results\.h5 anew")

    def test_a_view_that_cannot_be_read_is_told_and_written_anew(self):
        self.view.write_bytes(self.whole[:1000])
        self.assert_verify_names_view("results.h5 cannot be read")

        self.renew("espalier: warning: .* is no view: it is kept as '.*results.h5.kept-1'\n")

        self.assertEqual((self.out / "results.h5.kept-1").read_bytes(), self.whole[:1000])

        self.assertEqual(self.view.read_bytes(), self.whole)

    def test_a_view_that_differs_is_told_and_written_anew(self):
        with h5py.File(self.view, "r+") as file:
            rows = file["runs"][:]
            rows["experiment"][0] = b"another"
            file["runs"][:] = rows
        self.assert_verify_names_view("results.h5 differs from the journal")

        self.renew()

        self.assertEqual(self.view.read_bytes(), self.whole)

    def test_a_view_that_is_missing_is_written(self):
        self.view.unlink()

        self.renew()

        self.assertEqual(self.view.read_bytes(), self.whole)

    def test_a_folder_without_results_is_refused(self):
        with tempfile.TemporaryDirectory() as empty:
            told = espalier("view", empty)
        self.assertEqual(told.returncode, 2)
        self.assertIn("has no results", told.stderr)


class Follows(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = Path(self.folder.name)
        make_sample(self.folder.name)
        self.view = self.out / "results.h5"
        self.view.unlink()
        self.writer = subprocess.Popen([BIN / "espalier", "view", self.out, "--follow"], stdin=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)

    def tearDown(self):
        self.writer.kill()
        self.writer.communicate()
        self.folder.cleanup()

    def tell(self, words):
        self.writer.stdin.write(words)
        self.writer.stdin.flush()

    def wait_for_view(self):
        end = time.monotonic() + PATIENCE_S
        while not self.view.exists():
            self.assertLess(time.monotonic(), end, "no view came")
            self.assertIsNone(self.writer.poll(), "the writer has ended")
            time.sleep(0.01)

    def runs(self):
        with h5py.File(self.view) as file:
            return len(file["runs"])

    def test_only_what_was_appended_is_read_again(self):
        self.tell("write\n")
        self.wait_for_view()
        self.assertEqual(self.runs(), 4)
        self.view.unlink()
        segment = next((self.out / "journal").glob("*.log"))
        data = bytearray(segment.read_bytes())
        data[len(data) // 4] ^= 1  # who reads from the beginning stops here
        segment.write_bytes(data)

        self.tell("write\nfinish\n")

        self.assertEqual(self.writer.wait(PATIENCE_S), 0)
        with h5py.File(self.view) as file:
            records = file["provenance"].attrs["records"]
        subprocess.run([BIN / "espalier", "view", self.out], check=True, capture_output=True)
        with h5py.File(self.view) as file:
            self.assertLess(file["provenance"].attrs["records"], records)

    def test_nothing_is_written_where_rank_0_is_gone(self):
        self.writer.stdin.close()

        self.assertEqual(self.writer.wait(PATIENCE_S), 0)
        self.assertFalse(self.view.exists())
        self.writer.stdin = None

    def test_a_word_that_is_not_understood_is_refused(self):
        self.tell("dance\n")

        self.assertEqual(self.writer.wait(PATIENCE_S), 2)
        self.assertIn("'dance' is not understood", self.writer.stderr.read())
        self.writer.stdin = None

    def test_a_view_that_cannot_be_written_shows_in_the_exit_code(self):
        (self.view / "in-the-way").mkdir(parents=True)
        self.tell("finish\n")

        self.assertEqual(self.writer.wait(PATIENCE_S), 77)
        self.writer.stdin = None


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
