"""Derived data sets, as `espalier-trainer data resolve` packs them: their pixels are those of the definitions in docs/data.md by
NumPy and SciPy (tests/support/shifts.py), their labels and order those of their origin."""
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

import numpy
import safetensors.numpy

import shifts

TRAINER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"

# Every transform, and for those that draw something a fixed and a drawn form. Equal but where exact halves may be rounded.
GREY = [
    {"kind": "blur", "sigma": 0.7}, {"kind": "blur", "sigma": 6}, {"kind": "blur", "sigma": 0},
    {"kind": "noise", "sigma": 30.5, "seed": 4},
    {"kind": "occlude", "height": 4, "width": 4}, {"kind": "occlude", "height": 3, "value": 200, "seed": 1},
    {"kind": "occlude", "height": 2, "width": 5, "top": 0, "left": 7},
    {"kind": "affine", "rotation": [-40, 40], "scale": [0.6, 1.3], "shear": [-20, 20], "shift_x": [-0.2, 0.2],
     "shift_y": [-0.1, 0.3], "seed": 9},
    {"kind": "affine", "rotation": 33.3, "scale": 0.8, "shear": 15, "shift_x": 0.11, "fill": 90},
    {"kind": "rotate", "angle": 25}, {"kind": "rotate", "angle": [-90, 90], "fill": 255, "seed": 2},
    *[{"kind": "scale", "factor": factor, "pad": pad} for factor in (0.5, 0.23, 1.7) for pad in ("symmetric", "stretch", "zero")],
    {"kind": "resize", "size": 7}, {"kind": "resize", "size": 31},
    {"kind": "colour", "to": "invert"},
    {"kind": "grey_to_rgb"},
    {"kind": "blend", "with": "photos"}, {"kind": "blend", "with": "photos", "images": 3, "seed": 5},
]
COLOURED = [{"kind": "colour", "to": to} for to in ("yuv", "hsv", "grey", "invert")] + [
    {"kind": "blur", "sigma": 1.2}, {"kind": "noise", "sigma": 12}, {"kind": "occlude", "width": 6},
    {"kind": "rotate", "angle": -60}, {"kind": "scale", "factor": 0.6, "pad": "symmetric"}, {"kind": "resize", "size": 9},
    {"kind": "blend", "with": "photos"},
]


def write_idx(path, array):
    kinds = {"uint8": 8, "int16": 11}
    head = struct.pack(">HBB", 0, kinds[array.dtype.name], array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    path.write_bytes(head + array.astype(array.dtype.newbyteorder(">")).tobytes())


def read_pack(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        metadata = json.loads(file.read(size))["__metadata__"]
    return safetensors.numpy.load_file(path), metadata


class DerivedData(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        random = numpy.random.default_rng(5)
        self.images = {"grey": random.integers(0, 256, (20, 12, 15), dtype=numpy.uint8),
                       "colour": random.integers(0, 256, (12, 3, 11, 10), dtype=numpy.uint8),
                       "photos": random.integers(0, 256, (6, 3, 16, 19), dtype=numpy.uint8),
                       "test": random.integers(0, 256, (9, 12, 15), dtype=numpy.uint8)}
        self.images["grey"][3] = self.images["grey"][4] = 255  # flat images stay flat
        for name, images in self.images.items():
            write_idx(self.root / name, images)
            write_idx(self.root / f"{name}-labels", (numpy.arange(len(images)) % 3).astype(numpy.int16))

    def tearDown(self):
        self.folder.cleanup()

    def ask(self, verb, request, code=0):
        done = subprocess.run([TRAINER, "data", verb], input=json.dumps(request), capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout) if code == 0 else done.stderr

    def resolve(self, *data):
        return self.ask("resolve", {"root": str(self.root), "cache": str(self.root / "cache"), "want_images": True,
                                    "data": list(data)})

    def idx(self, name, test=None):
        files = lambda one: {"images": [one], "labels": f"{one}-labels"}
        return {"name": name, "format": "idx", "files": files(name), "test_files": files(test) if test else None}

    @staticmethod
    def made_of(origin, transforms, name="derived"):
        return {"name": name, "from": origin, "transforms": [shifts.request(one) for one in transforms]}

    def check_pixels(self, origin, transforms):
        answer = self.resolve(self.idx(origin), self.idx("photos"), self.made_of(origin, transforms))
        self.assertEqual(answer["errors"], [])
        source, packed = read_pack(answer["data"][origin]["pack_path"]), read_pack(answer["data"]["derived"]["pack_path"])
        wanted = shifts.derived(source[0]["images"], source[1]["digest"], transforms, {"photos": self.images["photos"]})
        found = packed[0]["images"]
        self.assertEqual(found.shape, wanted.shape)
        apart = numpy.abs(found.astype(int) - wanted)
        self.assertLessEqual(apart.max(), 1, transforms)
        self.assertLess((apart > 0).mean(), 0.005, f"{transforms}: more than exact halves are rounded otherwise")
        numpy.testing.assert_array_equal(packed[0]["labels"], source[0]["labels"])
        return found

    def test_every_transform_gives_the_pixels_of_its_definition(self):
        for origin, transforms in (("grey", GREY), ("colour", COLOURED)):
            for transform in transforms:
                with self.subTest(transform=transform):
                    before = self.images[origin].reshape(self.images[origin].shape[0], -1)
                    found = self.check_pixels(origin, [transform])
                    if transform != {"kind": "blur", "sigma": 0}:
                        self.assertFalse(numpy.array_equal(found.reshape(len(found), -1), before), "the images changed")

    def test_transforms_follow_one_another_and_each_draws_for_itself(self):
        self.check_pixels("grey", [{"kind": "noise", "sigma": 20}, {"kind": "grey_to_rgb"}, {"kind": "noise", "sigma": 20},
                                   {"kind": "occlude", "height": 5, "width": 5}, {"kind": "colour", "to": "hsv"}])

    def test_a_derived_pack_has_an_origin_and_a_digest_that_knows_it(self):
        blur, noise = [{"kind": "blur", "sigma": 0}], [{"kind": "noise", "sigma": 9}]
        answer = self.resolve(self.made_of("grey", blur), self.made_of("derived", noise, "twice"), self.idx("grey", "test"))
        origin, derived, twice = [answer["data"][name] for name in ("grey", "derived", "twice")]
        packed, metadata = read_pack(derived["pack_path"])
        self.assertEqual(metadata["origin"], origin["digest"])
        self.assertEqual(derived["origin"], origin["digest"])
        self.assertNotIn("origin", read_pack(origin["pack_path"])[1])
        shape = numpy.array(packed["images"].shape, "<i8").tobytes()
        text = b"espalier derived images 1" + origin["digest"].encode() + b"espalier images 1" + shape
        self.assertEqual(metadata["digest"],
                         hashlib.sha256(text + packed["images"].tobytes() + packed["labels"].tobytes()).hexdigest())
        numpy.testing.assert_array_equal(packed["images"][:, 0], self.images["grey"], "no blur changes nothing")
        self.assertNotEqual(derived["digest"], origin["digest"])
        numpy.testing.assert_allclose(derived["mean"], packed["images"].mean() / 255, rtol=1e-6)
        info = subprocess.run([TRAINER, "data", "info", derived["pack_path"]], capture_output=True, text=True).stdout
        self.assertIn(f"origin   {origin['digest']}\n", info)
        # derived twice: the draws know the set in between, the order only the images that were imported
        self.assertEqual(read_pack(twice["pack_path"])[1]["origin"], origin["digest"])
        numpy.testing.assert_array_equal(read_pack(twice["pack_path"])[0]["images"],
                                         shifts.derived(packed["images"], derived["digest"], noise))
        self.assertEqual(twice["class_counts"], origin["class_counts"])
        # its test images are those of the origin's files
        test_pack, test_facts = read_pack(twice["test_pack_path"])
        self.assertEqual(test_facts["origin"], origin["test_digest"])
        self.assertEqual(twice["test_counts"], [3, 3, 3])
        numpy.testing.assert_array_equal(test_pack["images"], shifts.derived(
            self.images["test"][:, None], derived["test_digest"], noise))

    def test_it_is_packed_once_and_found_again(self):
        sets = [self.idx("grey"), self.idx("photos"), self.made_of("grey", [{"kind": "blend", "with": "photos"}])]
        first = self.resolve(*sets)["data"]["derived"]
        written = os.stat(first["pack_path"]).st_mtime_ns
        self.assertEqual(self.resolve(*sets)["data"]["derived"], first)
        self.assertEqual(os.stat(first["pack_path"]).st_mtime_ns, written)
        spelt_out = self.made_of("grey", [{"kind": "blend", "with": "photos", "seed": 0}])
        self.assertEqual(self.resolve(*sets[:2], spelt_out)["data"]["derived"]["digest"], first["digest"])
        self.assertEqual(os.stat(first["pack_path"]).st_mtime_ns, written, "a default that is spelt out is the same")
        other = self.made_of("grey", [{"kind": "blend", "with": "photos", "seed": 1}])
        self.assertNotEqual(self.resolve(*sets[:2], other)["data"]["derived"]["digest"], first["digest"])

    def test_a_damaged_one_is_made_again(self):
        sets = [self.idx("grey"), self.made_of("grey", [{"kind": "noise", "sigma": 9}])]
        first = self.resolve(*sets)["data"]["derived"]
        pack = pathlib.Path(first["pack_path"])
        sound = pack.read_bytes()
        pack.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        again = self.resolve(*sets)["data"]["derived"]
        self.assertIn("is damaged", again["remarks"][0]["problem"])
        self.assertEqual((again["digest"], pack.read_bytes()), (first["digest"], sound))

    def test_data_check_derives_again_and_compares(self):
        sets = [self.idx("grey", "test"), self.idx("photos"), self.made_of("grey", [{"kind": "blend", "with": "photos"}])]
        facts = self.resolve(*sets)["data"]
        known = [one | {"digest": facts[one["name"]]["digest"], "test_digest": facts[one["name"]]["test_digest"]} for one in sets]
        request = {"root": str(self.root), "packs": [], "data": known}
        self.assertEqual(self.ask("check", request)["faults"], [])
        known[2]["transforms"][0]["numbers"]["seed"] = 8
        self.assertEqual(self.ask("check", request)["faults"],
                         ["the files of data set 'derived' give other images now than when the study began"])

    def test_what_cannot_be_transformed_is_one_error_of_that_data_set(self):
        cases = [("grey", {"kind": "occlude", "height": 13}, "a rectangle of 13 x 15 pixels is larger than the image"),
                 ("grey", {"kind": "occlude"}, "a rectangle of 12 x 15 pixels hides all of the image"),
                 ("grey", {"kind": "occlude", "height": 4, "top": 9}, "stands out of the image"),
                 ("grey", {"kind": "colour", "to": "yuv"}, "the images have 1 channel"),
                 ("colour", {"kind": "grey_to_rgb"}, "the images have 3 channels"),
                 ("grey", {"kind": "blur", "sigma": -1}, "sigma = -1 is out of range"),
                 ("grey", {"kind": "blur"}, "'sigma' is missing"),
                 ("grey", {"kind": "smear"}, "there is no transform 'smear'"),
                 ("grey", {"kind": "blend", "with": "photos", "images": 7}, "has fewer images than images = 7"),
                 ("photos", {"kind": "blend", "with": "grey"}, "are smaller than those they are blended with")]
        for origin, transform, words in cases:
            with self.subTest(words=words):
                sets = [self.idx("grey"), self.idx("colour"), self.idx("photos")]
                answer = self.resolve(*sets, self.made_of(origin, [transform]))
                self.assertEqual([(one["name"], words in one["problem"]) for one in answer["errors"]], [("derived", True)],
                                 answer["errors"])
                self.assertNotIn("derived", answer["data"])
        broken = self.idx("grey") | {"files": {"images": ["nowhere"], "labels": "grey-labels"}}
        answer = self.resolve(broken, self.made_of("grey", [{"kind": "blur", "sigma": 1}]))
        self.assertEqual([one["name"] for one in answer["errors"]], ["grey"], "said once, where it is")


if __name__ == "__main__":
    unittest.main()
