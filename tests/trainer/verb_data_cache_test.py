"""A cache that can only be read, or not be used at all: what it holds is used, what it lacks is said in one sentence."""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
# Root may write everywhere, so that the trainer gives up that power.
HUMBLE = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []

STUDY = """study.name = "c"
source.s = { data = "d" }
target.t = { data = "d" }
network.name = "mnist4"
[data.d]
format = "idx"
images = "images"
labels = "labels"
test = { per_class = 1 }
[train]
batch = 2
epochs = 1
rates = [{ units = "rest", start = 0.1 }]
[[experiment]]
name = "e"
axes = { per_class = [1] }
"""


def idx(*sizes):
    return struct.pack(f">HBB{len(sizes)}I", 0, 8, len(sizes), *sizes)


class Caches(unittest.TestCase):
    def setUp(self):
        self.assertTrue(not HUMBLE or shutil.which("setpriv"), "as root this test needs setpriv (util-linux)")
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.root.chmod(0o755)
        self.cache = self.root / "cache"
        self.write("images", "labels", 12, seed=1)
        self.write("test", "test-labels", 6, seed=7)

    def tearDown(self):
        self.allow(True)
        self.folder.cleanup()

    def write(self, images, labels, count, seed):
        pixels = bytes((seed * 31 + i * i) % 251 for i in range(count * 28 * 28))
        (self.root / images).write_bytes(idx(count, 28, 28) + pixels)
        (self.root / labels).write_bytes(idx(count) + bytes(i % 3 for i in range(count)))
        for name in (images, labels):
            os.utime(self.root / name, (10**9, 10**9))

    def allow(self, written):
        for path in [self.cache, *self.cache.rglob("*")] if self.cache.is_dir() else []:
            path.chmod(0o777 if written and path.is_dir() else 0o555 if path.is_dir() else 0o444)

    def resolve(self, cache=None, humble=True):
        data = {"name": "a", "format": "idx", "files": {"images": ["images"], "labels": "labels"},
                "test_files": {"images": ["test"], "labels": "test-labels"}, "resize": 0, "grey": False, "made": {}}
        request = {"root": str(self.root), "cache": str(cache or self.cache), "want_images": True, "data": [data]}
        return subprocess.run([*(HUMBLE if humble else []), BIN / "espalier-trainer", "data", "resolve"],
                              input=json.dumps(request), capture_output=True, text=True)

    def answer(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["errors"], [])
        return answer["data"]["a"]

    def test_a_complete_cache_that_can_only_be_read_is_used(self):
        first = self.answer(self.resolve(humble=False))
        self.allow(False)
        self.assertEqual({**self.answer(self.resolve()), "remarks": []}, {**first, "remarks": []})

    def test_notes_that_it_lacks_are_a_warning(self):
        first = self.answer(self.resolve(humble=False))
        shutil.rmtree(self.cache / "stat", ignore_errors=True)
        for note in (self.cache / "index").iterdir():
            if isinstance(json.loads(note.read_text()), list):
                note.unlink()  # what both sets have in common
        for name in ("images", "labels", "test", "test-labels"):
            shutil.copy2(self.root / name, self.root / "copy")  # another inode: its hash is not known
            os.replace(self.root / "copy", self.root / name)
        subprocess.run(["sleep", "4"], check=True)  # until the times count as settled
        self.allow(False)
        again = self.answer(self.resolve())
        self.assertEqual({**again, "remarks": []}, {**first, "remarks": []})
        self.assertIn("cannot be written", again["remarks"][0]["problem"])

    def test_one_that_is_needed_and_cannot_be_written_is_named_with_its_variable(self):
        self.cache.mkdir()
        self.allow(False)
        (self.root / "file").write_text("x")
        (self.root / "closed").mkdir(mode=0o700)
        for cache in (self.cache, self.cache / "new", self.root / "file" / "cache", pathlib.Path("/proc/espalier-cache"),
                      *([self.root / "closed"] if HUMBLE else [])):
            with self.subTest(cache=cache):
                done = self.resolve(cache)
                self.assertEqual(done.returncode, 77, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertIn(f"'{cache}'", done.stderr)
                self.assertIn("ESPALIER_CACHE", done.stderr)

    def test_a_study_without_a_writable_home_says_the_same(self):
        (self.root / "s.toml").write_text(STUDY)
        environment = {key: value for key, value in os.environ.items() if key not in ("ESPALIER_CACHE", "XDG_CACHE_HOME")}
        done = subprocess.run([*HUMBLE, BIN / "espalier", "validate", self.root / "s.toml"], capture_output=True, text=True,
                              env={**environment, "HOME": "/proc/nobody"})
        self.assertEqual(done.returncode, 77, done.stderr + done.stdout)
        self.assertIn("ESPALIER_CACHE", done.stderr)
        self.assertNotIn("did not resolve", done.stderr)


if __name__ == "__main__":
    unittest.main()
