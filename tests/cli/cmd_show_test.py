"""show, as a user calls it, on the study of the paper's own size and without its images."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy
import safetensors.numpy

import draws

ESPALIER = os.path.join(os.environ["ESPALIER_BIN"], "espalier")
STUDY = os.path.join(os.environ["ESPALIER_SOURCE"], "jobs", "plested-imagenet.toml")

MADE = """[study]
name = "made"
[data.d]
format = "made"
classes = 4
per_class = 20
HELD_OUT
SPLIT
[target.t]
data = "d"
USES
[network]
name = "mnist4"
[[experiment]]
name = "once"
axes = { per_class = [4] }
fixed = { transferred = 0 }
"""
IMAGES = """[split]
kind = "images"
parts = { source = 0.5, target = 0.5 }
"""


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

    def test_pixels_are_normalised_by_the_training_images_alone(self):
        def shown(held_out, split=""):
            with tempfile.TemporaryDirectory() as folder:
                study = pathlib.Path(folder) / "study.toml"
                study.write_text(MADE.replace("HELD_OUT", held_out).replace("SPLIT", split)
                                 .replace("USES", 'images = "split.target"' if split else ""))
                done = subprocess.run([ESPALIER, "show", study, "once:per_class=4"], capture_output=True, text=True,
                                      env={**os.environ, "ESPALIER_CACHE": str(pathlib.Path(folder) / "cache")})
                self.assertEqual(done.returncode, 0, done.stderr)
                pack, = (pathlib.Path(folder) / "cache").glob("*.safetensors")
                tensors = safetensors.numpy.load_file(pack)
                with open(pack, "rb") as file:
                    digest = json.loads(file.read(int.from_bytes(file.read(8), "little")))["__metadata__"]["digest"]
                moments = re.search(r"less \((.+)\) over \((.+)\), computed", done.stdout)
            return tensors, digest, [float(number) for number in moments.groups()]

        for held_out, split, left in (("test = { per_class = 5 }", "", 15), ("valid = { per_class = 3 }\ntest = { per_class = 5 }", "", 12),
                                      ("test = { per_class = 2 }", IMAGES, 20)):
            tensors, digest, (mean, std) = shown(held_out, split)
            rows = [row for kind in range(4)
                    for row in numpy.flatnonzero(tensors["labels"] == kind)[
                        draws.permutation(20, draws.seed_of(0, "image order", digest, kind))][:left]]
            pixels = tensors["images"][rows] / 255
            self.assertAlmostEqual(mean, pixels.mean(), places=5)
            self.assertAlmostEqual(std, pixels.std(), places=5)

    def test_it_refuses_what_is_no_run(self):
        refused = show("nothing:transferred=4")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("no run is", refused.stderr)


if __name__ == "__main__":
    unittest.main()
