"""What a machine cannot do is no task's fault, failed work is given back, runs are dropped, damaged files are made again:
each time the study ends with the bits of an undisturbed run."""
import csv
import hashlib
import io
import os
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

import h5py

import journal
import looking
from launches import BIN, Launch

FEW_BYTES = 65536  # logs fit, networks do not


def limit_file_sizes(pids):
    """As a quota would: whatever these processes start can write no checkpoint."""
    for pid in pids:
        hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FEW_BYTES, hard))


def replace_in_journal(out, old, new):
    """Another id of the same length in all records, with checksums that are right."""
    for file in (out / "journal").glob("*.log"):
        data, at = bytearray(file.read_bytes()), 0
        while at + journal.HEADER.size <= len(data):
            end = at + journal.HEADER.size + journal.HEADER.unpack_from(data, at)[5]
            payload = bytes(data[at + journal.HEADER.size:end]).replace(old.encode(), new.encode())
            data[at + journal.HEADER.size:end] = payload
            struct.pack_into("<I", data, at + 24, looking.crc32c(bytes(data[at:at + 24]) + payload))
            at = end
        file.write_bytes(data)


class Retries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.undisturbed = Launch(cls.folder.name, "undisturbed")
        assert cls.undisturbed.finish() == 0, cls.undisturbed.said()
        cls.expected = cls.undisturbed.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def ask(self, launch, verb, *words):
        done = subprocess.run([BIN / "espalier", verb, launch.out, *words], capture_output=True, text=True,
                              env=launch.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def ended_badly(self, launch):
        counts = launch.status()["tasks"]
        return {state: counts.get(state, 0) for state in ("failed", "quarantined", "aborted", "cancelled")}

    def test_a_machine_that_cannot_write_ends_the_launch_with_all_work_left_and_the_same_command_goes_on(self):
        launch = Launch(self.folder.name, "limited").start()
        launch.wait_for_rows(2)
        limit_file_sizes(launch.find("agent") + launch.find("trainer"))

        self.assertEqual(launch.wait(), 77, launch.said())

        self.assertEqual(set(self.ended_badly(launch).values()), {0}, launch.said())
        self.assertRegex(launch.said(), "File too large|limit on the size of files")
        lost = launch.records(10)
        self.assertGreater(len(lost), 2)
        self.assertFalse(any(record.get(8, [0])[0] for record in lost), "a loss was charged")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_task_too_big_for_memory_is_tried_five_times_and_then_once_a_launch(self):
        source = self.a_source()
        launch = Launch(self.folder.name, "too-big", checkpoint_s=3600,
                        environment={"ESPALIER_FAULT": f"memory_at={source}:1:1"})
        for segment, tries in ((1, 5), (2, 1), (3, 1)):
            self.assertEqual(launch.finish(), 77, launch.said())
            self.assertEqual(len(launch.records(10, segment)), tries)
            self.assertIn("memory    did not suffice for 1 task", launch.ask("status"))
            self.assertIn("each launch tries it once", launch.ask("explain", source))

        del launch.environment["ESPALIER_FAULT"]
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertNotIn("did not suffice", launch.ask("status"))
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_source_that_was_given_up_is_given_back_with_all_that_needs_it(self):
        source = self.a_source()
        launch = Launch(self.folder.name, "retried", environment={"ESPALIER_FAULT": f"crash_at={source}:3:1"})
        self.assertEqual(launch.finish(), 1, launch.said())
        before = self.ended_badly(launch)
        self.assertEqual(before["quarantined"], 1)
        self.assertGreater(before["aborted"], 0)
        del launch.environment["ESPALIER_FAULT"]
        self.assertEqual(launch.finish(), 1, "nothing was given back")

        said = self.ask(launch, "retry", "--quarantined")

        self.assertIn("the next 'espalier run'", said)
        self.assertIn("retry of 1", launch.ask("status"))
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertNotIn("retry of", launch.ask("status"))
        self.assertEqual(launch.metrics(), self.expected)
        self.assertIn("Nothing of that", self.ask(launch, "retry", "--failed", "--quarantined"))

    def test_a_cancelled_run_is_not_done_and_the_others_are(self):
        launch = Launch(self.folder.name, "cancelled").start()
        launch.wait_for_rows(2)
        launch.process.send_signal(signal.SIGINT)
        self.assertEqual(launch.wait(), 75, launch.said())
        run = self.waiting_run(launch, "falls")

        self.ask(launch, "cancel", run)

        self.assertEqual(launch.finish(), 0, launch.said())
        runs = launch.status()["experiments"]["falls"]
        self.assertEqual(runs["cancelled"], 1)
        self.assertEqual(runs["done"], runs["total"] - 1)
        self.assertLess(set(launch.metrics()), set(self.expected))
        self.assertIn("dropped on request", launch.ask("explain", run))
        self.ask(launch, "retry", run)
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_cancelled_source_drops_all_runs_that_need_it_and_only_them(self):
        source = self.a_source()
        launch = Launch(self.folder.name, "cancelled-source", environment={"ESPALIER_FAULT": f"crash_at={source}:3:1"})
        self.assertEqual(launch.finish(), 1, launch.said())
        del launch.environment["ESPALIER_FAULT"]

        said = self.ask(launch, "cancel", source[:12])

        self.assertRegex(said, rf"task {source[:4]}\w* is needed by \d+ runs")
        self.assertEqual(launch.finish(), 1, launch.said())  # what takes a value chosen among them cannot be done
        counts = launch.status()["experiments"]
        cancelled = sum(one.get("cancelled", 0) for one in counts.values())
        self.assertGreater(cancelled, 0)
        self.assertEqual(counts["transferred"].get("aborted", 0) + counts["falls"].get("aborted", 0), 0)
        for name in ("transferred", "falls"):
            self.assertEqual(counts[name]["cancelled"] + counts[name]["done"], counts[name]["total"])
        self.assertLess(set(launch.metrics()), set(self.expected))

    def test_damaged_sources_and_training_checkpoints_are_set_aside_and_made_again(self):
        launch = Launch(self.folder.name, "damaged").start()
        launch.wait_for(lambda: any(record[3] == [1] for record in launch.records(8)), "a finished network")
        launch.process.send_signal(signal.SIGINT)
        self.assertEqual(launch.wait(), 75, launch.said())
        files = sorted((launch.out / "artifacts").glob("*.safetensors"))
        self.assertTrue(files)
        for file in files:
            with file.open("r+b") as writing:
                writing.seek(-1, os.SEEK_END)
                last = writing.read(1)[0]
                writing.seek(-1, os.SEEK_END)
                writing.write(bytes([last ^ 1]))

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(launch.metrics(), self.expected)
        aside = list((launch.out / "artifacts").glob("*.damaged-1"))
        self.assertTrue(aside)
        self.assertEqual(len(launch.status()["damaged"]), len(aside))
        self.assertIn("set aside", launch.said())
        self.assertEqual(set(self.ended_badly(launch).values()), {0})
        self.assertIn("was found damaged", self.ask(launch, "verify"))

    def test_training_checkpoints_of_a_newer_version_are_refused_and_left(self):
        launch = Launch(self.folder.name, "newer").start()
        launch.wait_for_rows(2)
        launch.process.send_signal(signal.SIGINT)
        self.assertEqual(launch.wait(), 75, launch.said())
        before = {}
        for file in (launch.out / "artifacts").glob("*.safetensors"):
            data = file.read_bytes()
            later = data.replace(b"training checkpoint 2", b"training checkpoint 9", 1)
            if later != data:
                name = hashlib.sha256(later).hexdigest()
                replace_in_journal(launch.out, file.stem, name)
                file.unlink()
                before[file.with_stem(name)] = later
                file.with_stem(name).write_bytes(later)
        self.assertTrue(before)

        self.assertEqual(launch.finish(), 77, launch.said())

        self.assertIn("is a training checkpoint of version 9", launch.said())
        self.assertIn("Go on with the version that wrote it", launch.said())
        self.assertEqual({file: file.read_bytes() for file in before}, before)
        self.assertEqual(set(self.ended_badly(launch).values()), {0})

    def test_a_launch_ends_after_as_many_failures_as_it_was_told(self):
        launch = Launch(self.folder.name, "fails", more=["--max-fails", "1"],
                        environment={"ESPALIER_FAULT": "crash_at=:3:1"})
        self.assertEqual(launch.finish(), 1, launch.said())

        self.assertIn(self.ended_badly(launch)["quarantined"], (1, 2))  # both workers may crash at one moment
        self.assertIn("--max-fails 1", launch.said())
        del launch.environment["ESPALIER_FAULT"]
        self.ask(launch, "retry", "--quarantined")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def a_source(self):
        """A task whose network others start from."""
        with h5py.File(self.undisturbed.out / "results.h5") as view:
            tasks = view["tasks"][:]
        needed = {digest for row in tasks for digest in row["source"].decode().split(",") if digest}
        for record in self.undisturbed.records(8):
            if record[3] == [1] and record[5][0].decode() in needed:
                return record[2][0].decode()
        raise LookupError("no source")

    def waiting_run(self, launch, experiment):
        listed = csv.DictReader(io.StringIO(launch.ask("export", "--format", "csv", "--what", "runs")))
        for row in listed:
            if row["experiment"] == experiment and row["state"] in ("waiting", "ready"):
                return row["run"]
        raise LookupError(experiment)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
