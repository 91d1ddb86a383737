"""Damaged packs: a flipped bit anywhere is found, and the pack made again of its images or refused."""
import hashlib
import json
import os
import pathlib
import random
import tempfile
import time
import unittest

import numpy
import safetensors.numpy

from verb_data_test import read_pack, trainer, write_idx

FLIPS = int(os.environ.get("ESPALIER_FLIPS", "12"))


def flip_bit(path, at, bit=0):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ (1 << bit)]))


class PackDamage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.cache = self.root / "cache"
        random_ = numpy.random.default_rng(4)
        self.images = random_.integers(0, 256, (1500, 40, 40), dtype=numpy.uint8)  # 2.4 MB: three blocks and labels
        self.labels = numpy.arange(1500, dtype=numpy.int16) % 3
        write_idx(self.root / "images", self.images)
        write_idx(self.root / "labels", self.labels)

    def tearDown(self):
        self.folder.cleanup()

    def resolve(self, check=True, **more):
        one = {"name": "a", "format": "idx", "files": {"images": ["images"], "labels": "labels"}, "test_files": None,
               "resize": 0, "grey": False, "made": {}, **more}
        request = {"root": str(self.root), "cache": str(self.cache), "want_images": check, "data": [one]}
        return json.loads(trainer("data", "resolve", stdin=json.dumps(request)).stdout)

    def facts(self, **more):
        answer = self.resolve(**more)
        self.assertEqual(answer["errors"], [])
        remarks = answer["data"]["a"].pop("remarks")
        return answer["data"]["a"], remarks

    def error(self, **more):
        errors = self.resolve(**more)["errors"]
        self.assertEqual(len(errors), 1, errors)
        return " ".join(errors[0][key] for key in ("problem", "why", "suggestion"))

    def aside(self):
        return sorted(self.cache.glob("*.damaged-*"))

    def test_a_flipped_bit_at_any_place_is_found_and_the_pack_made_again(self):
        first, remarks = self.facts()
        self.assertEqual(remarks, [])
        pack = pathlib.Path(first["pack_path"])
        sound = pack.read_bytes()
        seed = random.randrange(1 << 30)
        draw = random.Random(seed)
        places = [0, 9, len(sound) - 1] + [draw.randrange(len(sound)) for _ in range(FLIPS)] + \
                 [draw.randrange(1024) for _ in range(FLIPS)]
        for count, at in enumerate(places, 1):
            with self.subTest(seed=seed, at=at):
                flip_bit(pack, at, draw.randrange(8))
                damaged = pack.read_bytes()
                again, remarks = self.facts()
                self.assertEqual(again, first)
                self.assertEqual(pack.read_bytes(), sound)
                self.assertEqual(len(remarks), 1)
                self.assertIn("is damaged", remarks[0]["problem"])
                self.assertEqual(len(self.aside()), count, "the damaged file is kept")
                self.assertEqual((self.cache / f"{pack.name}.damaged-{count}").read_bytes(), damaged)
        self.assertEqual(self.facts()[1], [])

    def test_a_flipped_bit_in_the_index_changes_no_fact(self):
        first, _ = self.facts()
        note, = (self.cache / "index").iterdir()
        text = note.read_bytes()
        for at in range(0, len(text), max(1, len(text) // FLIPS)):
            with self.subTest(at=at):
                flip_bit(note, at)
                for check in (True, False):
                    self.assertEqual(self.facts(check=check)[0], first)
                self.assertEqual(note.read_bytes(), text)

    def test_a_pack_of_an_earlier_version_is_compared_by_its_digest_and_gets_checksums(self):
        first, _ = self.facts()
        pack = pathlib.Path(first["pack_path"])
        self.forget_sums(pack)
        self.assertNotIn("block_sums", read_pack(pack)[1])
        self.assertEqual(self.facts(), (first, []))
        self.assertIn("block_sums", read_pack(pack)[1])
        self.assertEqual(self.aside(), [])

        self.forget_sums(pack)
        flip_bit(pack, pack.stat().st_size - 1000)
        again, remarks = self.facts()
        self.assertEqual(again, first)
        self.assertIn("digest", remarks[0]["why"])
        self.assertEqual(len(self.aside()), 1)

    def forget_sums(self, pack):
        """As an earlier version wrote the pack and its note."""
        tensors, metadata = read_pack(pack)
        for key in ("block_sums", "metadata_sum"):
            metadata.pop(key, None)
        order = {"labels": tensors["labels"], "images": tensors["images"]}
        safetensors.numpy.save_file(order, pack, metadata)
        note, = (self.cache / "index").iterdir()
        said = json.loads(note.read_text())
        said.pop("crc32c", None)
        said["bytes"] = pack.stat().st_size
        note.write_text(json.dumps(said))

    def test_without_its_images_a_damaged_pack_is_refused(self):
        first, _ = self.facts()
        flip_bit(first["pack_path"], 5000)
        (self.root / "images").rename(self.root / "away")
        self.assertIn("cannot read", self.error())

        (self.root / "away").rename(self.root / "images")
        self.assertEqual(self.facts()[0], first)

    def test_images_that_give_another_pack_than_before_are_refused(self):
        time.sleep(4)  # only files that are settled are remembered
        first, _ = self.facts()
        raw = hashlib.sha256((self.root / "images").read_bytes()).hexdigest()
        self.images[7, 3, 3] ^= 1
        write_idx(self.root / "images", self.images)
        time.sleep(4)
        other, _ = self.facts()
        self.assertNotEqual(other["digest"], first["digest"])
        # As if the bit had flipped on the disk, where no time tells of it: the file is remembered by its old hash.
        now = hashlib.sha256((self.root / "images").read_bytes()).hexdigest()
        note, = (note for note in (self.cache / "stat").iterdir() if note.read_text() == now)
        note.write_text(raw)
        self.assertEqual(self.facts()[0], first, "a sound pack is used")

        flip_bit(first["pack_path"], 5000)
        for _ in range(2):
            self.assertIn("do not give the pack that they gave before", self.error())
        self.assertEqual(len(self.aside()), 1)

    def test_a_damaged_pack_that_the_user_names_is_refused(self):
        pack = self.root / "mine.safetensors"
        trainer("data", "import", "--format", "idx", "--images", self.root / "images", "--labels", self.root / "labels",
                "--out", pack)
        given = {"format": "pack", "files": {"images": ["mine.safetensors"], "labels": ""}}
        first, _ = self.facts(**given)
        for at in (40, 30000, pack.stat().st_size - 1):
            flip_bit(pack, at)
            said = self.error(**given)
            self.assertIn("mine.safetensors", said)
            self.assertRegex(said, "is damaged|not a sound safetensors file")
            flip_bit(pack, at)
        self.assertEqual(self.facts(**given)[0], first)

    def test_check_names_each_fault(self):
        first, _ = self.facts()
        pack = {"digest": first["digest"], "path": first["pack_path"]}
        data = {"name": "a", "format": "idx", "files": {"images": ["images"], "labels": "labels"}, "test_files": None,
                "digest": first["digest"], "test_digest": ""}

        def faults(packs=(pack,)):
            request = {"root": str(self.root), "packs": list(packs), "data": [data]}
            return json.loads(trainer("data", "check", stdin=json.dumps(request)).stdout)["faults"]

        self.assertEqual(faults(), [])
        self.assertIn("is not there", faults([{**pack, "path": "/nowhere"}])[0])
        self.assertIn("holds other images", faults([{**pack, "digest": "0" * 64}])[0])
        flip_bit(pack["path"], 5000)
        self.assertIn("is damaged: 1 of its", faults()[0])
        flip_bit(pack["path"], 5000)
        flip_bit(self.root / "images", 5000)
        self.assertIn("give other images now", faults()[0])
        (self.root / "images").unlink()
        self.assertIn("cannot read", faults()[0])


if __name__ == "__main__":
    unittest.main()
