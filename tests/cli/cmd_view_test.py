"""`espalier view --follow` reads only what was appended, and writes a view only when told to."""
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


class Follows(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = Path(self.folder.name)
        subprocess.run([BIN / "test_store", "[.sample]"], check=True, capture_output=True,
                       env=dict(os.environ, ESPALIER_SAMPLE=self.folder.name))
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
