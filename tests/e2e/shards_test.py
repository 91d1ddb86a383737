"""Shards without a batch system: stores that begin as a merge of shard 0's, run apart, and are merged again. Numbers and numeric
forms are those of one run, whatever the machine of a shard would have chosen."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py

import launches

ESPALIER = launches.BIN / "espalier"


class Shards(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.study = self.folder / "study.toml"
        self.study.write_text(launches.STUDY.format(epochs=6).replace("count = 2", "count = 1"))    # all need one source

    def espalier(self, *words, code=0):
        done = subprocess.run([ESPALIER, *map(str, words)], capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def run_into(self, out, *words, code=0):
        return self.espalier("run", self.study, "--out", self.folder / out, "--workers", "2", *words, code=code)

    def table(self, out, name, columns):
        with h5py.File(self.folder / out / "results.h5") as view:
            rows = view[name][:]
        return sorted(tuple(row[column] for column in columns) for row in rows)

    def forms(self, out):
        return self.table(out, "tasks", ("task", "threads", "cached_units", "fused", "workers"))

    def done_tasks(self, out):
        return {task for task, state in self.table(out, "tasks", ("task", "state")) if state == b"done"}

    def numbers(self, out):
        return sorted(self.espalier("export", self.folder / out, "--format", "csv").splitlines())

    def test_they_add_up_to_one_run_in_the_forms_of_shard_0(self):
        self.run_into("here")
        self.run_into("0", "--shard", "0/2")
        self.assertEqual(len(self.done_tasks("0")), 1)
        for shard in ("1", "2"):
            self.espalier("merge", self.folder / "0", "--out", self.folder / shard)
            said = self.run_into(shard, "--shard", f"{shard}/2", "--without", "features,replicas")    # forms are fixed already
            self.assertIn("'frozen' waits for selections", said)
        one, two, shared = (self.done_tasks(out) for out in ("1", "2", "0"))
        self.assertEqual(one & two, shared)
        self.espalier("merge", *(self.folder / out for out in ("0", "1", "2")), "--out", self.folder / "all")
        self.assertEqual(self.done_tasks("all"), one | two)
        self.run_into("all")
        self.assertEqual(self.numbers("all"), self.numbers("here"))
        self.assertEqual(self.forms("all"), self.forms("here"))
        self.assertTrue(any(form[2] for form in self.forms("all")))

    def test_a_store_without_a_merge_trains_what_it_needs_itself(self):
        self.run_into("1", "--shard", "1/2")
        self.run_into("2", "--shard", "2/2")
        one, two = self.done_tasks("1"), self.done_tasks("2")
        self.assertEqual(len(one & two), 1)
        self.run_into("2", "--shard", "2/2")    # a second launch of it finds nothing to do
        self.assertEqual(self.done_tasks("2"), two)

    def test_the_exit_code_follows_the_runs_of_the_shard(self):
        text = self.study.read_text()
        self.study.write_text(text.replace('frozen = [0, 2], per_class = [2, 8] }',
                                           'frozen = [0, 2], per_class = [2, 8], "train.rates.top.start" = [0.002, 1000] }'))
        only = "experiment != 'falls' or per_class == 2"    # of 'falls', whose half diverges, one family a value
        failed = []
        for shard in ("1", "2", "3"):
            done = subprocess.run([ESPALIER, "run", self.study, "--out", self.folder / shard, "--workers", "2", "--shard",
                                   f"{shard}/3", "--only", only], capture_output=True, text=True)
            states = [state for _, state in self.table(shard, "tasks", ("task", "state"))]
            self.assertEqual(done.returncode, int(b"failed" in states), done.stdout + done.stderr)
            failed.append(b"failed" in states)
        self.assertIn(True, failed)
        self.assertIn(False, failed)


if __name__ == "__main__":
    unittest.main()
