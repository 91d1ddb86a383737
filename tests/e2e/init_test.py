"""From a folder of images to an answer: init, run, report and recommend, through all processes."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import image_folders
import torch
from safetensors.torch import save_file
from launches import BIN

MNIST4 = {"conv1.conv": (32, 1, 5, 5), "conv2.conv": (64, 32, 5, 5), "fc3.linear": (256, 64 * 7 * 7), "fc4.linear": (6, 256)}


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

    def test_with_a_network_that_keeps_mean_features(self):
        """Images that are not those of any study are compared with a network by what its file keeps of its own."""
        image_folders.make_folder(self.root / "others", {"x": 30, "y": 30, "z": 30}, side=28, grey=True, seed=4)
        self.said("init", "mine", "--pretrain", "others", "--out", "my.toml", "--budget", "5m")
        self.said("run", "my.toml", "--out", "out", "--workers", "2", "--set", "train.epochs=2")
        network, = (file for file in (self.root / "out/artifacts").glob("*.safetensors") if b"feature_means" in
                    file.read_bytes()[:20000])
        far, near = ([float(re.search(r"distance from the source: ([\d.]+) after fc6", told)[1])] for told in
                     (self.said("init", folder, "--source", network, "--out", folder + ".toml")
                      for folder in ("mine", "others")))

        asked, = self.answers("out", "--data", "mine", "--source", network)

        self.assertGreater(far, near)
        self.assertAlmostEqual(asked["distance"], far[0], places=3)
        self.assertRegex((self.root / "mine.toml").read_text(), r"# Distance: [\d.]+ after fc6 \(cosine of mean features")
        measured = self.answers("out")[0]["cells"][0]["distance"]
        # Other images of both sides, some dozens: near, not equal.
        self.assertLess(max(measured["value"], far[0]) / min(measured["value"], far[0]), 2)

    def test_a_network_without_mean_features_has_no_distance(self):
        import_from = self.root / "caffe.safetensors"
        tensors = {name + ".weight": torch.zeros(shape) for name, shape in MNIST4.items()}
        save_file(tensors | {name + ".bias": torch.zeros(shape[0]) for name, shape in MNIST4.items()}, import_from)
        told = self.said("init", "mine", "--source", import_from, "--out", "my.toml")
        self.assertIn("distance from the source: unknown", told)
        refused = subprocess.run([BIN / "espalier", "recommend", "--data", self.root / "mine", "--source", import_from],
                                 capture_output=True, text=True)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("keeps no mean features of the images", refused.stderr)

    def test_from_scratch(self):
        self.said("init", "mine", "--out", "my.toml", "--budget", "5m")

        self.finish("my.toml")

        answer, = self.answers("out")
        self.assertEqual({one["kind"] for one in answer["cells"][0]["protocols"]}, {"scratch"})


if __name__ == "__main__":
    unittest.main()
