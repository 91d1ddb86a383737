"""From a folder of images to an answer: init, run, report and recommend, through all processes."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import image_folders
from launches import BIN


class FromFolderToAnswer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        image_folders.make_folder(self.root / "mine", {"a": 14, "b": 14, "c": 12}, side=28, grey=True)

    def said(self, *words):
        done = subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True, cwd=self.root,
                              env={**os.environ, "ESPALIER_CACHE": str(self.root / "cache")})
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def answers(self, *words):
        return json.loads(self.said("recommend", *words, "--json"))["answers"]

    def finish(self, study):
        """Few steps are enough: what is asked is whether all of it runs."""
        self.said("validate", study)
        self.said("run", study, "--out", "out", "--workers", "2", "--set", "train.epochs=2")
        self.said("report", "out")
        return (self.root / "out/report/index.html").read_text()

    def test_with_a_source_that_is_trained_first(self):
        image_folders.make_folder(self.root / "others", {"x": 20, "y": 20, "z": 20}, side=28, grey=True, seed=4)
        self.said("init", "mine", "--pretrain", "others", "--out", "my.toml", "--budget", "5m")

        page = self.finish("my.toml")

        self.assertIn('<section id="advice"', page)
        answer, = self.answers("out")
        cell = answer["cells"][0]
        self.assertEqual((cell["source"], cell["target"]), ("pretrained", "images"))
        self.assertGreaterEqual(len(cell["protocols"]), 4)
        self.assertEqual({"freeze", "tune", "scratch"} - {one["kind"] for one in cell["protocols"]}, set())
        asked, = self.answers("out", "--data", "mine")
        self.assertEqual(asked["per_class"], 14)

    def test_from_scratch(self):
        self.said("init", "mine", "--out", "my.toml", "--budget", "5m")

        self.finish("my.toml")

        answer, = self.answers("out")
        self.assertEqual({one["kind"] for one in answer["cells"][0]["protocols"]}, {"scratch"})


if __name__ == "__main__":
    unittest.main()
