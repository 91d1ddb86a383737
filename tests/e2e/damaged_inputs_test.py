"""Files that are not what they were: packs with a flipped bit, and checkpoints that are none. Through the real `espalier run`."""
import io
import json
import os
import pickle
import random
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

import h5py
import numpy
import safetensors.numpy

BIN = Path(os.environ["ESPALIER_BIN"])

STUDY = """
[study]
name = "damaged"
seed = 5

[data.some]
format = "cifar"
images = ["train.bin"]
valid = { per_class = 2 }
test = { per_class = 2 }

[source.net]
data = "some"
checkpoint = "net.safetensors"

[target.other]
data = "some"

[network]
name = "mnist4"

[train]
batch = 4
epochs = 1
rates = [{ units = "rest", start = 0.002 }]

[[experiment]]
name = "few"
axes = { transferred = [2], per_class = [2] }
"""


class DamagedInputs(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = Path(self.scratch.name)
        self.study = self.folder / "study.toml"
        self.study.write_text(STUDY)
        draw = numpy.random.default_rng(1)
        records = draw.integers(0, 256, (4 * 12, 3073), dtype=numpy.uint8)
        records[:, 0] = numpy.arange(len(records)) % 4
        (self.folder / "train.bin").write_bytes(records.tobytes())
        self.cache = self.folder / "cache"
        self.checkpoint = self.folder / "net.safetensors"
        self.tensors = self.network(draw)
        safetensors.numpy.save_file(self.tensors, self.checkpoint)
        self.outs = 0

    def tearDown(self):
        self.scratch.cleanup()

    def network(self, draw):
        told = subprocess.run([BIN / "espalier", "model", "info", "mnist4", "--input", "3,32,32", "--classes", "4", "--json"],
                              capture_output=True, text=True, check=True)
        return {tensor["name"]: draw.normal(0, 0.05, tensor["shape"]).astype(numpy.float32)
                for unit in json.loads(told.stdout)["units"] for tensor in unit["tensors"]}

    def espalier(self, *words):
        done = subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True,
                              env={**os.environ, "ESPALIER_CACHE": str(self.cache)})
        return done.returncode, done.stdout + done.stderr

    def run_study(self):
        """The exit code, what was said, and OUT."""
        self.outs += 1
        out = self.folder / f"out{self.outs}"
        return *self.espalier("run", self.study, "--out", out, "--workers", 1), out

    def metrics(self, out):
        with h5py.File(out / "results.h5") as view:
            table = view["metrics"][:]
        names = [name for name in table.dtype.names if name not in ("attempt", "segment", "worker")]
        return sorted(tuple(row[name].tobytes() for name in names) for row in table)

    def pack(self):
        pack, = self.cache.glob("*.safetensors")
        return pack

    def flip(self, path, at, bit=0):
        data = bytearray(path.read_bytes())
        data[at] ^= 1 << bit
        path.write_bytes(data)

    def test_a_flipped_bit_in_the_cache_leaves_the_numbers_as_they_are(self):
        code, said, out = self.run_study()
        self.assertEqual(code, 0, said)
        numbers = self.metrics(out)
        seed = random.randrange(1 << 30)
        draw = random.Random(seed)
        size = self.pack().stat().st_size
        for count, at in enumerate([draw.randrange(size), draw.randrange(size), draw.randrange(900)], 1):
            with self.subTest(seed=seed, at=at):
                self.flip(self.pack(), at, draw.randrange(8))
                code, said, out = self.run_study()
                self.assertEqual(code, 0, said)
                self.assertIn("is damaged", said)
                self.assertIn(f".damaged-{count}", said)
                self.assertEqual(self.metrics(out), numbers)
                self.assertEqual(len(list(self.cache.glob("*.damaged-*"))), count)

    def test_without_the_images_a_damaged_pack_is_refused_in_one_sentence(self):
        code, said, _ = self.run_study()
        self.assertEqual(code, 0, said)
        self.flip(self.pack(), 3000)
        (self.folder / "train.bin").unlink()
        code, said, out = self.run_study()
        self.assertEqual(code, 2)
        self.assertIn("train.bin", said)
        self.assertFalse((out / "journal").exists())

    def test_verify_looks_at_packs_images_and_checkpoints_where_asked(self):
        code, said, out = self.run_study()
        self.assertEqual(code, 0, said)
        code, said = self.espalier("verify", out, "--data")
        self.assertEqual((code, said.splitlines()[-1]), (0, "all agree"), said)

        for file, words in ((self.pack(), "1 of its"), (self.folder / "train.bin", "give other images now"),
                            (self.checkpoint, "holds other bytes")):
            self.flip(file, file.stat().st_size - 9)
            self.assertEqual(self.espalier("verify", out)[0], 0, "without --data only OUT is looked at")
            code, said = self.espalier("verify", out, "--data")
            self.assertEqual(code, 1)
            self.assertIn(words, said)
            self.flip(file, file.stat().st_size - 9)

    def test_checkpoints_that_are_none_are_refused_before_anything_is_trained(self):
        sound = self.checkpoint.read_bytes()
        zipped = io.BytesIO()
        with zipfile.ZipFile(zipped, "w") as archive:
            archive.writestr("archive/data.pkl", b"x")
        foreign = {f"features.{name}": value for name, value in self.tensors.items()}
        dull = {**self.tensors, "conv1.conv.bias": self.tensors["conv1.conv.bias"] * numpy.float32("nan")}
        wide = {**self.tensors, "conv1.conv.weight": numpy.zeros((5, 3, 5, 5), numpy.float32)}
        cases = {
            b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 9\n": ("Git LFS pointer", "git lfs pull"),
            zipped.getvalue(): ("zip archive, as torch.save writes", "save_file"),
            pickle.dumps({"a": 1}, protocol=2): ("Python pickle", "save_file"),
            b"<!DOCTYPE html>\n<html></html>": ("HTML page", "Download it again"),
            sound[:-100]: ("it is cut", "again"),
            sound[:30]: ("it is cut", "again"),
            sound + b"x": ("its tensors take", "again"),
            sound.replace(b'"F32"', b'"F99"', 1): ("unknown dtype 'F99'", "again"),
            safetensors.numpy.save(dull): ("NaN or infinite", "'conv1.conv.bias'"),
            b"": ("it is empty", "again"),
            bytes(4096): ("never written", "again"),
            safetensors.numpy.save(foreign): ("no 'conv1.conv.bias'", "model import net.safetensors"),
            safetensors.numpy.save(wide): ("'conv1.conv.weight' is 5x3x5x5", "of this network"),
        }
        for content, words in cases.items():
            with self.subTest(words=words):
                self.checkpoint.write_bytes(content)
                for code, said in (self.espalier("validate", self.study), self.espalier("plan", self.study), self.run_study()[:2]):
                    self.assertEqual(code, 2, said)
                    self.assertIn("'net.safetensors'", said)
                    for word in words:
                        self.assertIn(word, said)
                self.assertFalse((self.folder / f"out{self.outs}" / "journal").exists())

    def test_only_units_that_are_copied_have_to_be_there(self):
        without_head = {name: value for name, value in self.tensors.items() if not name.startswith("fc4.")}
        safetensors.numpy.save_file(without_head, self.checkpoint)
        self.assertEqual(self.espalier("validate", self.study)[0], 0)

    def test_import_says_what_a_file_is(self):
        self.checkpoint.write_bytes(pickle.dumps({}, protocol=2))
        code, said = self.espalier("model", "import", self.checkpoint, "--network", "mnist4", "--out", self.folder / "x")
        self.assertEqual(code, 2)
        self.assertIn("it is a Python pickle", said)


if __name__ == "__main__":
    unittest.main()
