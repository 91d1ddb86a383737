"""The writer of results.h5 is killed, or cannot write: the launch goes on, and its exit code says whether there is a
view."""
import os
import signal
import subprocess
import sys
import tempfile
import unittest

from launches import BIN, Launch


def is_right(launch):
    return subprocess.run([BIN / "espalier", "verify", launch.out], capture_output=True).returncode == 0


class ViewFaults(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_one_writer_serves_the_launch_and_another_takes_the_place_of_a_killed_one(self):
        launch = Launch(self.folder.name, "killed", epochs=30, more=["--view-every-s", "0"]).start()
        launch.wait_for(lambda: launch.find("view"), "a writer")
        first = launch.find("view")
        launch.wait_for_rows(20)
        self.assertEqual(launch.find("view"), first)

        launch.kill("view")
        launch.wait_for(lambda: launch.find("view") not in ([], first), "another writer")

        self.assertEqual(launch.wait(), 0, launch.said())
        self.assertTrue(is_right(launch))

    def kill_last_writers(self, name, times):
        """Kills the writer of the last view, which is the only one, and so many in all; returns the exit code."""
        launch = Launch(self.folder.name, name, epochs=2, more=["--view-every-s", "1000"]).start()
        killed = set()
        while launch.process.poll() is None and len(killed) < times:
            for pid in set(launch.find("view")) - killed:
                os.kill(pid, signal.SIGSTOP)    # so that it cannot end by itself before it is counted
                killed.add(pid)
                os.kill(pid, signal.SIGKILL)
        self.assertEqual(len(killed), times)
        return launch, launch.wait()

    def test_a_writer_that_is_killed_at_the_end_is_replaced_once(self):
        launch, code = self.kill_last_writers("last", 1)
        self.assertEqual(code, 0, launch.said())
        self.assertTrue(is_right(launch))

    def test_a_second_kill_at_the_end_is_told_by_the_exit_code(self):
        launch, code = self.kill_last_writers("both", 2)
        self.assertEqual(code, 77, launch.said())
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertTrue(is_right(launch))

    def test_a_final_view_that_cannot_be_written_is_an_error_and_the_next_launch_writes_it(self):
        launch = Launch(self.folder.name, "blocked").start()
        launch.wait_for_rows(1)
        blocked = launch.out / "results.h5"
        (blocked / "in-the-way").mkdir(parents=True)

        self.assertEqual(launch.wait(), 77, launch.said())
        self.assertIn("results.h5 is not up to date (its writer ended with exit code 77)", launch.said())
        (blocked / "in-the-way").rmdir()
        blocked.rmdir()
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertTrue(is_right(launch))


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
