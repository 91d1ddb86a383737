"""A plan that one trainer carries out by itself, without agents, MPI and the journal, comes to the files that `run` comes
to, whatever moves the folder to another place."""
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from launches import BIN, STUDY

HEAD, TRANSFERRED, FROZEN, FALLS = STUDY.format(epochs=3).split("[[experiment]]")    # FROZEN takes what is best


def call(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)


def networks(folder):
    """Names of finished networks and predictions: each is the hash of its bytes."""
    return {file.name for file in Path(folder).glob("artifacts/*.safetensors")}


class Bundles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.study = self.folder / "study.toml"
        self.write(HEAD, TRANSFERRED, FALLS)

    def write(self, *parts):
        self.study.write_text("[[experiment]]".join(parts))

    def plan(self, *more):
        return call(BIN / "espalier", "plan", self.study, "--bundles", self.folder / "planned", *more)

    def test_a_trainer_alone_makes_the_files_of_a_run(self):
        ran = call(BIN / "espalier", "run", self.study, "--out", self.folder / "out", "--workers", 2)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        planned = self.plan()
        self.assertEqual(planned.returncode, 0, planned.stderr)
        away = shutil.move(self.folder / "planned", self.folder / "away")
        cache = {**os.environ, "ESPALIER_CACHE": str(self.folder / "none")}
        done = call(BIN / "espalier-trainer", "--bundles", away, env=cache)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stderr, r"^espalier-trainer: \d+ tasks done, 0 not, in ")
        self.assertEqual(networks(away), networks(self.folder / "out"))
        self.assertGreater(len(networks(away)), 10)

    def test_what_one_trainer_cannot_do_is_refused(self):
        self.write(HEAD, TRANSFERRED, FROZEN)
        planned = self.plan()
        self.assertEqual(planned.returncode, 2)
        self.assertIn("still to be made", planned.stderr)
        self.assertIn("--given", planned.stderr)
        (self.folder / "planned").mkdir(exist_ok=True)
        (self.folder / "planned" / "mine").write_text("kept")
        self.write(HEAD, TRANSFERRED)
        planned = self.plan()
        self.assertEqual(planned.returncode, 2)
        self.assertIn("is not empty", planned.stderr)
        self.assertEqual(os.listdir(self.folder / "planned"), ["mine"])


if __name__ == "__main__":
    unittest.main()
