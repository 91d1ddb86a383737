"""merge on real stores: parts of a study that were run apart, joined, killed while they are joined, and finished."""
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import h5py

import journal
import looking
from launches import BIN, Launch


def merge(*words):
    return subprocess.run([BIN / "espalier", "merge", *words], capture_output=True, text=True)


def content(folder):
    return {file.relative_to(folder): file.read_bytes() for file in sorted(Path(folder).rglob("*")) if file.is_file()}


def exported(out, what="final"):
    """The lines of a table, in an order of their own: runs stand in the order in which they were listed."""
    said = subprocess.run([BIN / "espalier", "export", out, "--format", "csv", "--what", what], check=True,
                          capture_output=True, text=True)
    return sorted(said.stdout.splitlines())


def verify(out):
    return subprocess.run([BIN / "espalier", "verify", out], capture_output=True, text=True)


def with_another_value(out):
    """Changes the last value of the last record of rows, and its checksum."""
    segment = sorted((out / "journal").iterdir())[-1]
    data = bytearray(segment.read_bytes())
    at, found = 0, None
    while at < len(data):
        _, _, kind, _, _, size, _, _ = journal.HEADER.unpack_from(data, at)
        if kind == 7:
            found = at, size
        at += journal.HEADER.size + size
    at, size = found
    end = at + journal.HEADER.size + size
    value, = struct.unpack_from("<d", data, end - 8)
    struct.pack_into("<d", data, end - 8, value + 1)
    checked = bytes(data[at:at + 24]) + bytes(data[at + journal.HEADER.size:end])
    struct.pack_into("<I", data, at + 24, looking.crc32c(checked))
    segment.write_bytes(data)
    (out / "results.h5").unlink()


class Merging(unittest.TestCase):
    """Split 1 and split 2 of one study are run apart; their selections need both."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        cls.whole = cls.launch("whole")
        cls.parts = [cls.launch(f"part-{split}", "--only", f"split == {split}") for split in (1, 2)]

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def launch(cls, name, *words):
        launch = Launch(cls.folder, name, epochs=2)
        assert launch.finish(*words) == 0, launch.said()
        return launch

    def setUp(self):
        self.outs = [part.out for part in self.parts]
        self.target = self.folder / self.id().split(".")[-1]

    def merged(self, *sources, out=None, code=0):
        done = merge(*(sources or self.outs), "--out", out or self.target)
        self.assertEqual(done.returncode, code, done)
        return done

    def test_parts_are_joined_and_the_rest_is_run(self):
        before = [content(out) for out in self.outs]
        said = self.merged().stdout
        self.assertIn("tasks with their records", said)
        self.assertEqual([content(out) for out in self.outs], before)
        finals = set().union(*(exported(out) for out in self.outs))
        self.assertGreater(len(finals), 10)
        self.assertEqual(set(exported(self.target)), finals)
        with h5py.File(self.target / "results.h5") as view:
            self.assertEqual(len(view["final"][:]), len(finals) - 1)
        checked = verify(self.target)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        for out in self.outs:
            self.assertIn(f"merged from '{out}'", checked.stdout)
        self.go_on(finals)

    def go_on(self, finals):
        launch = Launch(self.folder, self.target.name, epochs=2)
        segments = launch.segments()
        done = {task for segment in segments for task in launch.done(segment)}
        status = launch.status()
        self.assertEqual(status["launch"], "stopped with work left; the same 'espalier run' goes on", status)
        self.assertEqual(launch.finish(), 0, launch.said())
        for segment in set(launch.segments()) - set(segments):
            self.assertFalse(done & set(launch.attempts(segment)), "trained again")
            self.assertTrue(launch.attempts(segment), "selections waited for the merge")
        self.assertTrue(finals <= set(exported(self.target)))
        self.assertEqual(exported(self.target), exported(self.whole.out))
        self.assertEqual(launch.metrics(), self.whole.metrics())
        self.assertEqual(launch.selections(), self.whole.selections())
        self.assertEqual(verify(self.target).returncode, 0)
        explained = launch.ask("explain", sorted(finals)[0].split(",")[0])
        self.assertIn("merged    from", explained)

    def test_a_second_merge_writes_nothing(self):
        self.merged()
        before = content(self.target)
        self.assertEqual(self.merged().stdout.count("nothing new"), 2)
        self.assertEqual(content(self.target).keys(), before.keys())
        changed = [str(file) for file, data in content(self.target).items() if before[file] != data]
        self.assertIn(changed, ([], ["lock"]))

    def test_killed_at_any_moment_it_ends_in_the_same_store(self):
        reference = self.folder / "reference"
        started = time.monotonic()
        self.merged(out=reference)
        took = time.monotonic() - started
        before = [content(out) for out in self.outs]
        generator = random.Random(7)
        killed = whole = 0
        for number in range(25):
            target = self.folder / f"killed-{number}"
            for _ in range(3):
                process = subprocess.Popen([BIN / "espalier", "merge", *self.outs, "--out", target],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(generator.uniform(0, took))
                process.send_signal(signal.SIGKILL)
                killed += process.wait() == -signal.SIGKILL
                if any(file.stat().st_size > 1000 for file in target.glob("journal/*.log")):  # others hold their start alone
                    self.assertEqual(exported(target), exported(reference), "all or nothing")
                    whole += 1
            self.merged(out=target)
            for what in ("final", "runs", "tasks", "metrics", "selections"):
                self.assertEqual(exported(target, what), exported(reference, what), (number, what))
            self.assertEqual(verify(target).returncode, 0, verify(target).stdout)
            names = {file.name for file in (target / "artifacts").iterdir()}
            self.assertEqual(names, {file.name for file in (reference / "artifacts").iterdir()})
            self.assertFalse([file for file in (target / "journal").iterdir() if file.suffix != ".log"])
        self.assertGreater(killed, 10)
        self.assertGreater(whole, 0)
        self.assertEqual([content(out) for out in self.outs], before)

    def test_other_values_of_equal_tasks_are_a_conflict(self):
        other = self.folder / "other"
        shutil.copytree(self.outs[0], other)
        with_another_value(other)
        done = self.merged(self.outs[0], other, code=1)
        self.assertIn("espalier: conflict: task ", done.stderr)
        self.assertIn(str(other), done.stderr)
        self.assertEqual(exported(self.target), exported(self.outs[0]))

    def test_a_store_in_use_gives_what_has_ended(self):
        source = self.folder / "in-use"
        shutil.copytree(self.outs[0], source)
        with (source / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.merged(source)
            self.assertIn("a launch works on", done.stderr)
            refused = merge(self.outs[0], "--out", source)
        self.assertEqual(exported(self.target), exported(self.outs[0]))
        self.assertEqual(refused.returncode, 2)
        self.assertIn("is in use", refused.stderr)

    def test_what_cannot_be_merged_is_refused_before_anything_is_written(self):
        other = self.folder / "other-study"
        study = self.folder / "other-study.toml"
        study.write_text(self.whole.study.read_text().replace("fault-test", "another"))
        damaged = self.folder / "damaged"
        shutil.copytree(self.outs[0], damaged)
        segment = sorted((damaged / "journal").iterdir())[-1]
        data = segment.read_bytes()
        segment.write_bytes(data[:len(data) // 2] + b"?" + data[len(data) // 2 + 1:])
        run = subprocess.run([BIN / "espalier", "run", study, "--out", other, "--only", "split == 1 and transferred == 0"],
                             env=self.whole.environment, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run)
        for sources, because in (([self.outs[0], other], "only stores of one study"), ([damaged], "is damaged"),
                                 ([self.folder / "nowhere"], "holds no results"), ([self.target], "--out itself")):
            if sources == [self.target]:
                self.target.mkdir()
            refused = merge(*sources, "--out", self.target)
            self.assertEqual(refused.returncode, 2, refused)
            self.assertIn(because, refused.stderr)
            self.assertFalse(self.target.exists() and list(self.target.iterdir()))


if __name__ == "__main__":
    unittest.main()
