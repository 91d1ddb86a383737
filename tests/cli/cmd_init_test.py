"""init: what it says of folders and networks, that its studies are valid, what it cuts, and that bad input writes nothing."""
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy
import safetensors.numpy

import image_folders

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])


class Init(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.environment = {**os.environ, "ESPALIER_CACHE": str(self.root / "cache")}

    def call(self, *words):
        return subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True, cwd=self.root,
                              env=self.environment)

    def said(self, *words):
        done = self.call(*words)
        self.assertEqual(done.returncode, 0, (words, done))
        return done.stdout

    def files(self):
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*")
                      if "cache" not in path.parts and path.is_file())

    def assert_refused(self, *words, because):
        before = self.files()
        done = self.call("init", *words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), (words, done))
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(because, done.stderr)
        self.assertEqual(self.files(), before)

    def folder(self, name="pictures", counts=None, **how):
        return image_folders.make_folder(self.root / name, counts or {"apple": 20, "bread": 20, "cheese": 20}, **how)

    def valid(self, study):
        self.said("validate", study)
        return (self.root / study).read_text()

    def network(self, name="cifar7", classes=4, their_names=None, described=True):
        """A checkpoint whose tensors are zero."""
        told = subprocess.run([BIN / "espalier-trainer", "model", "info", name, "--classes", str(classes), "--json"],
                              capture_output=True, text=True, check=True).stdout
        units = json.loads(told)["units"]
        tensors = {one["name"]: numpy.zeros(one["shape"], "float32") for unit in units for one in unit["tensors"]}
        if their_names:
            tensors = {their_names(key): value for key, value in tensors.items()}
        path = self.root / f"{name}.safetensors"
        safetensors.numpy.save_file(tensors, path)
        if described:
            own = self.root / f"{name}-own.safetensors"
            subprocess.run([BIN / "espalier-trainer", "model", "import", path, "--network", name, "--classes", str(classes),
                            "--out", own], check=True, capture_output=True)
            own.replace(path)
        return path

    def test_a_source_beside_a_class_that_is_too_small(self):
        self.folder(counts={"apple": 40, "bread": 40, "rare": 3})
        self.said("init", "pictures", "--source", self.network(), "--out", "my.toml")

        text = self.valid("my.toml")

        self.assertEqual(text.count("classes = [0, 1]"), 2)  # of the target, and of the source whose images these stand for
        self.assertIn("# mean = [0.485", text)

    def test_without_a_source_the_study_is_valid_and_says_how_to_name_one(self):
        self.folder()

        said = self.said("init", "pictures", "--out", "my.toml")

        self.assertIn("60 images of 3 classes, 20 each", said)
        self.assertIn("no source: --source NET.safetensors or --pretrain FOLDER", said)
        text = self.valid("my.toml")
        self.assertIn('images = "pictures"', text)
        self.assertIn("case.scratch", text)

    def test_without_out_the_study_is_printed_and_what_was_seen_goes_to_standard_error(self):
        self.folder()

        done = self.call("init", "pictures")

        self.assertEqual(done.returncode, 0, done)
        (self.root / "printed.toml").write_text(done.stdout)
        self.valid("printed.toml")
        self.assertIn("60 images of 3 classes", done.stderr)

    def test_sizes_greys_and_short_classes_are_told(self):
        self.folder(counts={"a": 30, "b": 30, "c": 3, "d": 25}, side=lambda i: (40 + i, 50), grey=True)
        (self.root / "pictures/a/notes.txt").write_text("x")

        said = self.said("init", "pictures", "--out", "my.toml")

        self.assertRegex(said, r"30 sizes, 40 x 50 to \d+ x 50 pixels")
        self.assertIn("all of them are grey", said)
        self.assertIn("too small a class, left out: c", said)
        self.assertIn("1 file is not read (1 .txt)", said)
        text = self.valid("my.toml")
        self.assertIn("classes = [0, 1, 3]", text)
        self.assertIn("grey = true", text)

    def test_a_described_network_is_a_source_as_it_is(self):
        self.folder()
        self.network()

        self.said("init", "pictures", "--source", "cifar7.safetensors", "--out", "my.toml")

        text = self.valid("my.toml")
        self.assertIn('checkpoint = "cifar7.safetensors"', text)
        self.assertRegex(text, r'name = "cifar7" +# the source\'s')
        self.assertIn("case.freeze = { transferred = 6, frozen = 6", text)

    def test_a_foreign_network_is_imported_beside_the_study(self):
        self.folder()
        self.network("mnist4", 5, their_names=lambda name: "module." + re.sub(r"\.\w+\.(\w+)$", r".\1", name), described=False)

        said = self.said("init", "pictures", "--source", "mnist4.safetensors", "--out", "my.toml")

        self.assertIn("wrote my-source.safetensors", said)
        self.assertIn('checkpoint = "my-source.safetensors"', self.valid("my.toml"))
        self.assert_refused("pictures", "--source", "mnist4.safetensors", because="Add --out")

    def test_a_source_is_trained_on_another_folder(self):
        self.folder()
        self.folder("others", {"x": 30, "y": 30}, seed=1)

        self.said("init", "pictures", "--pretrain", "others", "--out", "studies.toml")

        text = self.valid("studies.toml")
        self.assertIn("[source.pretrained]", text)
        self.assertIn('images = "others"', text)

    def test_paths_are_relative_to_the_study(self):
        self.folder()
        (self.root / "studies").mkdir()

        self.said("init", "pictures", "--out", "studies/my.toml")

        self.assertIn('images = "../pictures"', self.valid("studies/my.toml"))
        self.assertNotIn(str(self.root), (self.root / "studies/my.toml").read_text())

    def test_a_small_budget_cuts_and_says_what(self):
        self.folder(counts={"a": 200, "b": 200}, side=64)
        self.folder("others", {"x": 300, "y": 300}, side=64, seed=1)

        whole = self.said("init", "pictures", "--pretrain", "others", "--out", "whole.toml", "--budget", "10h")
        self.assertNotIn("cut to fit", whole)
        said = self.said("init", "pictures", "--pretrain", "others", "--out", "cut.toml", "--budget", "20s")

        self.assertIn("cut to fit --budget: epochs 60 ->", said)
        self.assertIn("# Cut to fit the budget: epochs 60 ->", self.valid("cut.toml"))
        self.assert_refused("pictures", "--budget", "1ms", because="is no time")
        self.assert_refused("pictures", "--budget", "0.001s", because="the smallest study takes about")

    def test_bad_folders_are_refused(self):
        (self.root / "empty").mkdir()
        self.assert_refused("empty", "--out", "my.toml", because="'" + str(self.root / "empty") + "' has no sub-folder")
        self.folder("one", {"only": 10})
        self.assert_refused("one", "--out", "my.toml", because="'one' has one class only")
        (self.root / "texts/a").mkdir(parents=True)
        (self.root / "texts/b").mkdir(parents=True)
        (self.root / "texts/a/x.txt").write_text("x")
        self.assert_refused("texts", "--out", "my.toml", because="has no image")
        (self.root / "texts/a/x.png").write_text("x")
        self.assert_refused("texts", "--out", "my.toml", because="cannot decode the image")
        (self.root / "file").write_text("x")
        self.assert_refused("file", "--out", "my.toml", because="'file' is a file")
        self.assert_refused("missing", "--out", "my.toml", because="'missing' is not there")
        self.folder("few", {"a": 3, "b": 3})
        self.assert_refused("few", "--out", "my.toml", because="'few' has fewer than two classes with 4 images (some are held out of each class for validation and tests; 'a' has 3, 'b' has 3)")

    def test_no_file_is_overwritten(self):
        self.folder()
        (self.root / "my.toml").write_text("mine")
        self.assert_refused("pictures", "--out", "my.toml", because="'my.toml' is there already")
        self.assert_refused("pictures", "--out", "no/such/my.toml", because="'no/such' is no folder")
        self.assertEqual((self.root / "my.toml").read_text(), "mine")

    def test_sources_that_do_not_fit_are_refused(self):
        self.folder()
        (self.root / "text.safetensors").write_text("this is text")
        self.assert_refused("pictures", "--source", "text.safetensors", "--out", "my.toml", because="text.safetensors")
        safetensors.numpy.save_file({"a": numpy.zeros((2, 2), "float32")}, self.root / "other.safetensors")
        self.assert_refused("pictures", "--source", "other.safetensors", "--out", "my.toml",
                            because="holds no network that espalier knows")
        self.assert_refused("pictures", "--source", "gone.safetensors", "--out", "my.toml", because="gone.safetensors")
        self.network()
        self.folder("others", {"x": 5, "y": 5})
        both = self.call("init", "pictures", "--source", "cifar7.safetensors", "--pretrain", "others")
        self.assertEqual((both.returncode, both.stdout), (2, ""))
        self.assertIn("excludes", both.stderr)


if __name__ == "__main__":
    unittest.main()
