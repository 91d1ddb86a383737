"""The data verbs of espalier-trainer, judged by independent readers: numpy, zlib, hashlib and Python's safetensors."""
import gzip
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zlib

import numpy
import safetensors.numpy

import draws

TRAINER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"
SOURCE = pathlib.Path(os.environ["ESPALIER_SOURCE"])
SHARED = pathlib.Path(os.environ.get("ESPALIER_SHARED_DATA", SOURCE.parent / "shared" / "data"))


def trainer(*arguments, stdin=None, code=0):
    done = subprocess.run([TRAINER, *map(str, arguments)], input=stdin, capture_output=True, text=True)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def write_idx(path, array):
    kinds = {"uint8": 8, "int16": 11, "int32": 12}
    head = struct.pack(">HBB", 0, kinds[array.dtype.name], array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    raw = head + array.astype(array.dtype.newbyteorder(">")).tobytes()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)


def write_png(path, pixels):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = pixels.shape[:2]
    colour = {2: 0, 3: 2}[pixels.ndim] if pixels.ndim == 2 or pixels.shape[2] == 3 else 6
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def digest(images, labels):
    shape = numpy.array(images.shape, "<i8").tobytes()
    return hashlib.sha256(b"espalier images 1" + shape + images.tobytes() + labels.astype("<i4").tobytes()).hexdigest()


def read_pack(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        metadata = json.loads(file.read(size))["__metadata__"]
    return safetensors.numpy.load_file(path), metadata


class DataVerbs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        random = numpy.random.default_rng(3)
        self.images = random.integers(0, 256, (12, 5, 4), dtype=numpy.uint8)
        self.labels = numpy.arange(12, dtype=numpy.int16) % 3
        write_idx(self.root / "images.gz", self.images)
        write_idx(self.root / "labels", self.labels)

    def tearDown(self):
        self.folder.cleanup()

    def resolve(self, *data):
        request = {"root": str(self.root), "cache": str(self.root / "cache"), "want_images": True, "data": list(data)}
        return json.loads(trainer("data", "resolve", stdin=json.dumps(request)).stdout)

    def idx(self, name="a", **more):
        return {"name": name, "format": "idx", "files": {"images": ["images.gz"], "labels": "labels"}, "test_files": None,
                "resize": 0, "grey": False, "made": {}, **more}

    def test_a_pack_holds_the_images_that_numpy_wrote_and_safetensors_reads_it(self):
        answer = self.resolve(self.idx())["data"]["a"]
        tensors, metadata = read_pack(answer["pack_path"])

        stored = self.images[:, None]
        self.assertTrue(numpy.array_equal(tensors["images"], stored))
        self.assertTrue(numpy.array_equal(tensors["labels"], self.labels))
        self.assertEqual(answer["digest"], digest(stored, self.labels))
        self.assertEqual(metadata["digest"], answer["digest"])
        self.assertEqual(answer["shape"], [1, 5, 4])
        self.assertEqual(answer["class_names"], ["0", "1", "2"])
        self.assertEqual(answer["class_counts"], [4, 4, 4])
        self.assertAlmostEqual(answer["mean"][0], self.images.mean() / 255, places=6)
        self.assertAlmostEqual(answer["std"][0], self.images.std() / 255, places=6)
        self.assertEqual((answer["test_digest"], answer["test_counts"], answer["test_pack_path"]), ("", [], ""))

    def test_mean_and_std_are_of_the_images_that_are_not_held_out(self):
        whole = self.resolve(self.idx())["data"]["a"]
        answer = self.resolve(self.idx("front", held_out=1, order="file"), self.idx("back", held_out=3, order="file"),
                              self.idx("drawn", held_out=1, order="shuffled"), self.idx("none", held_out=4))["data"]
        orders = [draws.permutation(4, draws.seed_of(0, "image order", whole["digest"], kind)) for kind in range(3)]
        left = {"front": range(9), "back": range(3), "none": range(12),  # image i is of class i % 3
                "drawn": [3 * place + kind for kind in range(3) for place in orders[kind][:3]]}
        for name, rows in left.items():
            wanted = self.images[list(rows)] / 255
            self.assertAlmostEqual(answer[name]["mean"][0], wanted.mean(), places=6, msg=name)
            self.assertAlmostEqual(answer[name]["std"][0], wanted.std(), places=6, msg=name)
            self.assertEqual({**answer[name], "mean": 0, "std": 0}, {**whole, "mean": 0, "std": 0})
        again = self.resolve(self.idx("front", held_out=1, order="file"))["data"]["front"]
        self.assertEqual(again, answer["front"])

    def test_a_pack_that_is_there_is_not_made_again_and_changed_files_make_another(self):
        first = self.resolve(self.idx())["data"]["a"]
        before = os.stat(first["pack_path"]).st_ino
        again = self.resolve(self.idx(), self.idx("b"))["data"]
        self.assertEqual(again["a"], first)
        self.assertEqual(again["b"], first)
        self.assertEqual(os.stat(first["pack_path"]).st_ino, before)

        os.truncate(first["pack_path"], 100)
        made_again = self.resolve(self.idx())["data"]["a"]
        self.assertEqual(len(made_again["remarks"]), 1)
        self.assertEqual({**made_again, "remarks": []}, first)
        self.assertEqual(digest(*(read_pack(first["pack_path"])[0][key] for key in ("images", "labels"))), first["digest"])
        self.images[0, 0, 0] ^= 1
        write_idx(self.root / "images.gz", self.images)
        self.assertNotEqual(self.resolve(self.idx())["data"]["a"]["digest"], first["digest"])

    def test_files_are_remembered_by_their_times_once_they_are_settled(self):
        self.resolve(self.idx())
        memory = self.root / "cache" / "stat"
        self.assertFalse(memory.exists(), "a file changed a moment ago may change again within one tick")
        time.sleep(4)
        first = self.resolve(self.idx())
        self.assertEqual(len(list(memory.iterdir())), 2)
        self.assertEqual(self.resolve(self.idx()), first)
        self.images[0, 0, 0] ^= 1
        write_idx(self.root / "images.gz", self.images)
        self.assertNotEqual(self.resolve(self.idx()), first)

    def test_test_files_of_their_own_take_the_classes_of_the_training_images(self):
        write_idx(self.root / "test", self.images[:4])
        write_idx(self.root / "test-labels", numpy.array([1, 1, 0, 1], numpy.uint8))
        answer = self.resolve(self.idx(test_files={"images": ["test"], "labels": "test-labels"}))
        self.assertEqual(answer["errors"], [])
        self.assertEqual(answer["data"]["a"]["test_counts"], [1, 3, 0])

        write_idx(self.root / "test-labels", numpy.array([1, 1, 0, 5], numpy.uint8))
        error, = self.resolve(self.idx(test_files={"images": ["test"], "labels": "test-labels"}))["errors"]
        self.assertIn("other classes", error["problem"])

    def test_every_data_set_with_a_problem_is_reported_and_the_others_resolved(self):
        write_idx(self.root / "short", self.labels[:5])
        answer = self.resolve(self.idx("good"), self.idx("bad", files={"images": ["images.gz"], "labels": "short"}),
                              self.idx("absent", files={"images": ["nowhere"], "labels": "labels"}))
        self.assertEqual(list(answer["data"]), ["good"])
        errors = {error["name"]: error for error in answer["errors"]}
        self.assertIn("12 images", errors["bad"]["problem"])
        self.assertIn("5 labels", errors["bad"]["problem"])
        self.assertIn("nowhere", errors["absent"]["problem"])
        self.assertTrue(all(error["why"] and error["suggestion"] for error in answer["errors"]))

    def test_a_malformed_request_exits_with_2(self):
        for request in ("", "{", "[]", '{"root": 1}', '{"root": "/", "cache": "x", "data": [{}]}'):
            self.assertIn("malformed", trainer("data", "resolve", stdin=request, code=2).stderr)

    def test_a_folder_of_png_is_read_as_written_grey_colour_and_with_alpha(self):
        random = numpy.random.default_rng(1)
        rgb = random.integers(0, 256, (6, 6, 3), dtype=numpy.uint8)
        grey = random.integers(0, 256, (6, 6), dtype=numpy.uint8)
        alpha = numpy.concatenate([rgb, numpy.full((6, 6, 1), 100, numpy.uint8)], axis=2)
        for name, pixels in (("z/1.png", rgb), ("a/2.png", grey), ("a/1.png", alpha)):
            (self.root / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
            write_png(self.root / "pictures" / name, pixels)
        info = json.loads(trainer("data", "import", "--format", "folder", "--images", self.root / "pictures", "--out",
                                  self.root / "p.safetensors", "--json").stdout)
        tensors, _ = read_pack(self.root / "p.safetensors")
        wanted = numpy.stack([rgb, numpy.repeat(grey[:, :, None], 3, 2), rgb]).transpose(0, 3, 1, 2)
        self.assertTrue(numpy.array_equal(tensors["images"], wanted))
        self.assertEqual(info["class_names"], ["a", "z"])
        self.assertEqual(info["class_counts"], [2, 1])

        trainer("data", "import", "--format", "folder", "--images", self.root / "pictures", "--grey", "--out", self.root / "g.safetensors")
        luma = (rgb.astype(int) @ [19595, 38470, 7471] + 32768) >> 16
        self.assertTrue(numpy.array_equal(read_pack(self.root / "g.safetensors")[0]["images"][:, 0], numpy.stack([luma, grey, luma])))

        (self.root / "pictures/a/3.png").write_bytes((self.root / "pictures/a/1.png").read_bytes()[:70])
        error, = self.resolve(self.idx("f", format="folder", files={"images": ["pictures"], "labels": ""}))["errors"]
        self.assertIn("3.png", error["problem"])

    def pictures(self, name="f", **more):
        return {"name": name, "format": "folder", "files": {"images": ["pictures"], "labels": ""}, "test_files": None, **more}

    def put_pictures(self, *names):
        random = numpy.random.default_rng(5)
        for name in names:
            (self.root / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
            write_png(self.root / "pictures" / name, random.integers(0, 256, (6, 6), dtype=numpy.uint8))

    def test_an_empty_class_folder_is_seen_when_it_comes_and_when_it_goes(self):
        self.put_pictures("a/1.png", "a/deep/2.png", "b/1.png")
        first = self.resolve(self.pictures())["data"]["f"]
        self.assertEqual((first["class_names"], first["class_counts"]), (["a", "b"], [2, 1]))
        (self.root / "pictures" / "c").mkdir()
        second = self.resolve(self.pictures())["data"]["f"]
        self.assertEqual((second["class_names"], second["class_counts"]), (["a", "b", "c"], [2, 1, 0]))
        self.assertIn("holds no image", second["notes"][0]["problem"])
        (self.root / "pictures" / "c").rmdir()
        self.assertEqual(self.resolve(self.pictures())["data"]["f"], first)

    def test_what_an_import_passes_over_or_finds_odd_is_said_each_time(self):
        self.put_pictures("a/1.png", "b/1.png", "beside.png")
        (self.root / "pictures/a/2.png").write_bytes((self.root / "pictures/a/1.png").read_bytes())
        (self.root / "pictures/a/3.webp").write_bytes(b"RIFF")
        wanted = ("1 file is not read", "1 image is not read", "1 image equals another of the set")
        for _ in range(2):  # the second answer comes from the cache
            notes = [note["problem"] for note in self.resolve(self.pictures())["data"]["f"]["notes"]]
            for text in wanted:
                self.assertTrue(any(text in note for note in notes), (text, notes))
        printed = trainer("data", "import", "--format", "folder", "--images", self.root / "pictures", "--out", self.root / "o").stdout
        self.assertIn("note     1 file is not read (1 .webp). Images end in", printed)

    def test_test_images_that_are_training_images_and_a_single_class_are_told_of(self):
        write_idx(self.root / "test", self.images[3:6])
        write_idx(self.root / "test-labels", self.labels[3:6])
        both = self.idx(test_files={"images": ["test"], "labels": "test-labels"})
        for _ in range(2):
            note, = self.resolve(both)["data"]["a"]["notes"]
            self.assertEqual(note["problem"], "3 of 3 test images are training images, too")
            self.assertIn("test image 0 is training image 3", note["why"])
        write_idx(self.root / "labels", self.labels * 0)
        self.assertIn("one class", self.resolve(self.idx())["data"]["a"]["notes"][0]["problem"])
        write_idx(self.root / "labels", self.labels + numpy.int16(1))
        note, = self.resolve(self.idx())["data"]["a"]["notes"]
        self.assertIn("labels begin at 1", note["problem"])

    def test_made_images_are_the_same_each_time_and_info_tells_of_them(self):
        arguments = ["--classes", 3, "--per-class", 4, "--channels", 3, "--height", 8, "--width", 9, "--seed", 7, "--noise", 20]
        trainer("data", "make", *arguments, "--out", self.root / "m1")
        trainer("data", "make", *arguments, "--out", self.root / "m2")
        self.assertEqual((self.root / "m1").read_bytes(), (self.root / "m2").read_bytes())
        info = json.loads(trainer("data", "info", self.root / "m1", "--json").stdout)
        self.assertEqual((info["shape"], info["class_counts"]), ([3, 8, 9], [4, 4, 4]))
        made = {"classes": 3, "per_class": 4, "channels": 3, "height": 8, "width": 9, "seed": 7, "noise": 20}
        resolved = self.resolve(self.idx("m", format="made", files={"images": [], "labels": ""}, made=made),
                                self.idx("p", format="pack", files={"images": ["m1"], "labels": ""}))
        self.assertEqual({one["digest"] for one in resolved["data"].values()}, {info["digest"]})
        self.assertIn("classes  3, 4 images each", trainer("data", "info", self.root / "m1").stdout)

    def test_a_damaged_pack_is_refused(self):
        trainer("data", "make", "--out", self.root / "m")
        whole = bytearray((self.root / "m").read_bytes())
        whole[-1] ^= 1
        (self.root / "m").write_bytes(whole)
        self.assertIn("damaged", trainer("data", "info", self.root / "m", code=2).stderr)
        (self.root / "m").write_bytes(whole[:-1])
        self.assertIn("not a sound safetensors file", trainer("data", "info", self.root / "m", code=2).stderr)

    def test_a_pack_written_by_python_is_read(self):
        stored = numpy.ascontiguousarray(self.images[:, None])
        metadata = {"format": "espalier images 1", "digest": digest(stored, self.labels), "class_names": '["x","y","z"]',
                    "mean": "[0.5]", "std": "[0.25]"}
        safetensors.numpy.save_file({"images": stored, "labels": self.labels.astype("i4")}, self.root / "p", metadata)
        info = json.loads(trainer("data", "info", self.root / "p", "--json").stdout)
        self.assertEqual((info["class_names"], info["mean"]), (["x", "y", "z"], [0.5]))

    def test_coarse_labels_are_a_level_of_answers_and_packs(self):
        records = b"".join(bytes([coarse, fine]) + bytes(3072) for coarse, fine in ((2, 0), (0, 1), (2, 2), (0, 1)))
        (self.root / "c.bin").write_bytes(records)
        request = self.idx(format="cifar", files={"images": ["c.bin"]})
        for _ in range(2):  # imported, then found
            answer = self.resolve(request)["data"]["a"]
            self.assertEqual(answer["levels"], {"coarse": {"of": [2, 0, 2], "names": ["0", "1", "2"]}})
        self.assertEqual(json.loads(read_pack(answer["pack_path"])[1]["levels"]), answer["levels"])
        self.assertNotIn("levels", self.resolve(self.idx())["data"]["a"])

    def test_two_processes_may_pack_the_same_images_at_once(self):
        request = json.dumps({"root": str(self.root), "cache": str(self.root / "cache"), "want_images": True, "data": [self.idx()]})
        both = [subprocess.Popen([TRAINER, "data", "resolve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        answers = [json.loads(one.communicate(request)[0]) for one in both]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0]["errors"], [])

    def test_omniglot_as_shipped(self):
        shipped = SOURCE / "jobs" / "data" / "omniglot"
        images = shipped / "background-images-28x28-idx3-ubyte.gz"
        info = json.loads(trainer("data", "info", "--format", "idx", "--images", images, "--labels", shipped / "background-labels-idx1-int16.gz", "--json").stdout)
        raw = numpy.frombuffer(gzip.open(images).read()[16:], numpy.uint8)
        self.assertEqual((info["shape"], info["class_counts"]), ([1, 28, 28], [20] * 964))
        self.assertAlmostEqual(info["mean"][0], raw.mean() / 255, places=6)

    def test_cifar100_fine_and_coarse(self):
        if not (SHARED / "cifar100").exists():
            print("NOT RUN: no CIFAR-100 at", SHARED / "cifar100", "(set ESPALIER_SHARED_DATA)", file=sys.stderr)
            self.skipTest("no CIFAR-100")
        shard = SHARED / "cifar100" / "train_0.bin.gz"
        records = numpy.frombuffer(gzip.open(shard).read(), numpy.uint8).reshape(-1, 3074)
        info = json.loads(trainer("data", "info", "--format", "cifar", "--images", shard, "--json").stdout)
        images = numpy.ascontiguousarray(records[:, 2:]).reshape(-1, 3, 32, 32)
        self.assertEqual(info["digest"], digest(images, records[:, 1]))
        self.assertEqual(info["class_counts"], numpy.bincount(records[:, 1]).tolist())
        coarse = info["levels"]["coarse"]
        self.assertEqual(coarse["names"], [str(i) for i in range(20)])
        self.assertEqual([coarse["of"][fine] for fine in records[:, 1]], records[:, 0].tolist())


if __name__ == "__main__":
    unittest.main()
