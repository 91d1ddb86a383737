"""Supervisor, mpirun and rank 0 watch each other: who is stopped or hangs is noticed, and nothing is lost by it."""
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from launches import Launch


class Watches(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        undisturbed = Launch(cls.folder.name, "undisturbed", epochs=12)
        assert undisturbed.finish() == 0, undisturbed.said()
        cls.expected = undisturbed.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def launch(self, name, *more, **others):
        return Launch(self.folder.name, name, epochs=12, more=more, **others)

    def survive_a_stopped(self, kind):
        launch = self.launch("stopped-" + kind, "--silence-s", "3").start()
        launch.wait_for_rows(6)
        launch.kill(kind, signal.SIGSTOP)

        self.assertEqual(launch.wait(60), 0, launch.said())

        self.assertIn("no heartbeat", launch.said())
        self.assertEqual(launch.segments(), [1, 2])
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()

    def test_a_stopped_rank_0_is_killed_and_the_study_goes_on(self):
        self.survive_a_stopped("rank0")

    def test_a_rank_0_whose_loop_hangs_is_killed_and_the_study_goes_on(self):
        hang = Path(self.folder.name) / "hang"
        launch = self.launch("hung-loop", "--silence-s", "3", environment={"ESPALIER_HANG_LOOP": str(hang)}).start()
        launch.wait_for_rows(6)
        hang.touch()

        self.assertEqual(launch.wait(90), 0, launch.said())

        self.assertFalse(hang.exists())
        self.assertIn("rank 0 has been busy with a turn of the loop for 11 s", launch.said())
        self.assertIn("no heartbeat", launch.said())
        self.assertEqual(launch.segments(), [1, 2])
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()

    def test_a_stopped_mpirun_is_killed_and_the_study_goes_on(self):
        self.survive_a_stopped("mpirun")

    def test_a_stopped_supervisor_ends_nothing(self):
        launch = self.launch("stopped-supervisor", "--silence-s", "1").start()
        launch.wait_for_rows(4)
        os.kill(launch.process.pid, signal.SIGSTOP)
        launch.wait_for(lambda: launch.records(14), "the end of the launch")
        os.kill(launch.process.pid, signal.SIGCONT)

        self.assertEqual(launch.wait(60), 0, launch.said())
        self.assertEqual(launch.segments(), [1])
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_launch_that_is_suspended_as_a_whole_goes_on_and_nothing_is_lost(self):
        launch = self.launch("suspended", "--silence-s", "2", "--hang-s", "6").start()
        launch.wait_for_rows(4)
        pids = [launch.process.pid, *sorted(set(launch.processes()) - {launch.process.pid})]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        subprocess.run(["sleep", "10"], check=True)
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

        self.assertEqual(launch.wait(60), 0, launch.said())
        self.assertEqual(launch.segments(), [1])
        self.assertEqual(launch.records(10), [])
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_trainer_that_something_has_stopped_is_not_charged(self):
        launch = self.launch("stopped-trainer", "--hang-s", "3").start()
        launch.wait_for_rows(4)
        launch.kill("trainer", signal.SIGSTOP)

        self.assertEqual(launch.wait(90), 0, launch.said())

        lost = launch.records(10)
        self.assertEqual([one.get(8, [0]) for one in lost], [[0]])
        self.assertIn("something had it stopped", lost[0][5][0].decode())
        self.assertEqual(launch.metrics(), self.expected)

    def under_limit(self, files):
        launch = self.launch(f"{files}-files")
        launch.command = ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh", *launch.command]
        return launch

    def test_a_launch_that_may_open_too_few_files_is_refused_with_the_number_it_needs(self):
        launch = self.under_limit(32)

        self.assertEqual(launch.finish(), 77, launch.said())

        self.assertRegex(launch.said(), r"a launch of 2 workers needs (\d+) open files \(the limit is 32\)")
        self.assertNotIn("starting it again", launch.said())
        needed = re.search(r"ulimit -n (\d+)", launch.said())[1]
        launch = self.under_limit(needed)
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_launch_that_dies_before_it_begins_is_given_up_with_the_reason(self):
        script = "echo '[vm:1] ORTE_ERROR_LOG: The system limit on number of pipes was reached in file x.c at line 1'\n"
        launch = self.launch("dies", environment=self.fake_mpirun(script + "echo backtrace\nexit 1\n"))

        self.assertEqual(launch.finish(), 77, launch.said())
        self.assertIn("died before it began; starting it again. It last said: The system limit on number of pipes was reached. See",
                      launch.said())
        self.assertIn("never began: it died 5 times before rank 0 had its journal. It last said: The system limit",
                      launch.said())

    def fake_mpirun(self, script):
        folder = Path(self.folder.name) / "fake"
        folder.mkdir(exist_ok=True)
        (folder / "mpirun").write_text("#!/bin/sh\n" + script)
        (folder / "mpirun").chmod(0o755)
        return {"PATH": f"{folder}:{os.environ['PATH']}"}

    def test_an_mpirun_that_hangs_is_given_up_with_the_reason(self):
        launch = self.launch("hangs", "--first-heartbeat-s", "2", environment=self.fake_mpirun("echo no more pipes\nexec sleep 1000\n"))

        self.assertEqual(launch.start().wait(60), 77, launch.said())
        self.assertIn("mpirun has started nothing for", launch.said())
        self.assertIn("It last said: no more pipes. The launch is given up", launch.said())

    def test_a_journal_that_is_deleted_does_not_hide_the_end(self):
        launch = self.launch("deleted").start()
        launch.wait_for_rows(4)
        (launch.out / "journal" / "000001.log").unlink()

        self.assertEqual(launch.wait(60), 77, launch.said())    # nor can results.h5 be written
        self.assertIn("was a part of it deleted?", launch.said())
        self.assertNotIn("starting it again", launch.said())

    def test_an_earlier_segment_that_is_deleted_does_not_hide_the_end(self):
        launch = self.launch("earlier").start()
        launch.wait_for_rows(4)
        os.kill(launch.process.pid, signal.SIGTERM)
        self.assertEqual(launch.wait(60), 75, launch.said())
        launch.start().wait_for(lambda: launch.records(7, 2), "rows")
        (launch.out / "journal" / "000001.log").unlink()

        self.assertIn(launch.wait(60), (0, 77), launch.said())
        self.assertNotIn("starting it again", launch.said())

    def test_what_a_killed_launch_left_of_open_mpi_is_removed_by_the_next(self):
        temporary = Path(self.folder.name) / "tmp"
        temporary.mkdir()
        launch = self.launch("folders", environment={"TMPDIR": str(temporary)}, checkpoint_s=60).start()
        launch.wait_for_rows(1)
        for pid in launch.processes():
            os.kill(pid, signal.SIGKILL)
        launch.wait()
        self.assertTrue(list(temporary.glob("espalier-*/*/ompi.*")))
        own = next(temporary.iterdir()).name  # for this user, OUT and machine
        segments = list(Path("/dev/shm", own).glob("*/vader_segment.*"))
        self.assertTrue(segments)

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(list(temporary.iterdir()), [])
        self.assertFalse(Path("/dev/shm", own).exists())


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
