"""verify: what it finds of a folder that is whole, and of each thing that can be damaged; it changes nothing."""
import json
import unittest

import h5py

import looking


class Verify(looking.Looking):
    def verify(self, code):
        before = self.content()
        told = json.loads(self.said("verify", self.out, "--json", code=code))
        self.assertEqual(self.content(), before)
        self.assertIs(told["good"], code == 0)
        return told

    def content(self):
        return {file: file.read_bytes() for file in sorted(self.out.rglob("*")) if file.is_file()}

    def problems(self):
        return [one["text"] for one in self.verify(1)["findings"] if one["kind"] == "problem"]

    def remarks(self):
        return [one["text"] for one in self.verify(0)["findings"] if one["kind"] == "remark"]

    def artifact(self):
        file, = (self.out / "artifacts").iterdir()
        return file

    def test_what_is_there_is_counted(self):
        facts = self.golden()
        self.said("view", self.out)
        told = self.verify(0)
        self.assertEqual((told["segments"], told["records"], told["artifacts"]), (2, facts.records, 1))
        self.assertEqual([one["text"] for one in told["findings"]],
                         ["journal: went on without what was lost: segment 9 is gone"])
        words = self.said("verify", self.out).splitlines()
        self.assertEqual((words[0], words[-1]), (f"2 journal segments, {facts.records} records, 1 artifacts", "all agree"))

    def test_an_artifact_that_is_missing(self):
        facts = self.golden()
        digest = self.artifact().stem
        self.artifact().unlink()
        source, = facts.inputs[facts.runs[0].task]
        self.assertEqual(self.problems(), [f"artifact {digest} of task {source} is missing"])

    def test_an_artifact_of_which_one_bit_is_wrong(self):
        self.golden()
        data = bytearray(self.artifact().read_bytes())
        data[3] ^= 1
        self.artifact().write_bytes(data)
        problem, = self.problems()
        self.assertRegex(problem, r"^artifact [0-9a-f]{64} of task \w+ holds other bytes than its name says$")

    def test_files_of_others_are_named(self):
        self.golden()
        (self.out / "artifacts/notes.txt").write_text("mine")
        unknown = "0" * 64 + ".safetensors"
        (self.out / "artifacts" / unknown).write_bytes(b"")
        remarks = self.remarks()
        self.assertIn("artifacts/notes.txt is not this program's: left alone", remarks)
        self.assertIn(f"no record names artifacts/{unknown}", remarks)

    def test_a_record_of_which_one_bit_is_wrong(self):
        self.golden()
        segment = self.out / "journal/000001.log"
        data = bytearray(segment.read_bytes())
        data[list(looking.frame_ends(data))[7] + looking.journal.HEADER.size + 2] ^= 1
        segment.write_bytes(data)
        self.assertTrue(any(problem.startswith("journal: segment 1") for problem in self.problems()), self.problems())

    def test_a_value_of_the_view_that_is_not_the_journal_s(self):
        self.golden()
        self.said("view", self.out)
        with h5py.File(self.out / "results.h5", "r+") as view:
            rows = view["metrics"][:]
            rows["loss"][0] += 1
            view["metrics"][:] = rows
        problem, = self.problems()
        self.assertIn("results.h5 differs from the journal", problem)
        self.assertIn("metrics", problem)

    def test_a_view_that_is_missing_where_a_launch_had_ended_and_one_that_cannot_be_read(self):
        self.golden()
        (self.out / "journal/000002.log").unlink()
        problem, = self.problems()
        self.assertIn("results.h5 is missing", problem)
        (self.out / "results.h5").write_bytes(b"no HDF5")
        problem, = self.problems()
        self.assertIn("results.h5 cannot be read", problem)

    def test_it_refuses_what_has_no_journal_and_data_that_no_launch_names(self):
        self.assert_refused("verify", self.out, because="holds no journal")
        self.golden()
        self.assertNotEqual(self.call("verify", self.out, "--data").returncode, 0)


if __name__ == "__main__":
    unittest.main()
