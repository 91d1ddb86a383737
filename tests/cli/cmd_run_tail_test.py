"""A journal whose last record was cut off: `run` goes on, says so, and keeps what earlier launches left for one launch."""
import os
import pathlib
import subprocess
import tempfile
import unittest

ESPALIER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier"
STUDY = pathlib.Path(__file__).resolve().parents[1] / "store" / "golden" / "format-1" / "study.toml"


class TornTail(unittest.TestCase):
    def tell(self, *arguments, code=0):
        environment = {**os.environ, "ESPALIER_CACHE": str(self.root / "cache")}
        done = subprocess.run([ESPALIER, *arguments], capture_output=True, text=True, timeout=240, env=environment)
        self.assertEqual(done.returncode, code, done)
        return done

    def test_a_torn_tail_is_said_by_run_and_status_and_nothing_is_deleted_by_the_launch_that_cuts_it(self):
        with tempfile.TemporaryDirectory() as folder:
            self.root = pathlib.Path(folder)
            out = self.root / "out"
            run = ("run", STUDY, "--out", out, "--workers", "1")
            self.assertNotIn("journal", self.tell(*run).stderr)  # what it warns of is the study's length
            segment = out / "journal" / "000001.log"
            whole = segment.read_bytes()
            segment.write_bytes(whole + whole[:40])  # half a record
            left = out / "tmp" / "000001" / "worker-1" / ("a" * 64 + ".safetensors")
            left.parent.mkdir(parents=True, exist_ok=True)
            left.write_bytes(b"a file whose record may have been the last one")

            told = self.tell(*run).stderr

            self.assertIn("segment 1 ends with", told)
            self.assertIn("deletes nothing", told)
            self.assertTrue(left.exists())
            self.assertIn("segment 1 ends with", self.tell("status", out).stdout)
            self.assertIn("all agree", self.tell("verify", out).stdout)
            self.tell(*run)
            self.assertFalse(left.exists())


if __name__ == "__main__":
    unittest.main()
