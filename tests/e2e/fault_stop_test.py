"""Stops: SIGTERM, SIGUSR2 and Ctrl-C save and leave with 75 within 10 s, and the same command finishes with the bits
of an undisturbed run."""
import os
import signal
import sys
import tempfile
import time
import unittest

from launches import Launch


class Stops(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        undisturbed = Launch(cls.folder.name, "undisturbed")
        code = undisturbed.finish()
        assert code == 0, undisturbed.said()
        cls.expected = undisturbed.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def stop_and_go_on(self, name, number):
        launch = Launch(self.folder.name, name).start()
        launch.wait_for_rows(8)
        asked = time.monotonic()
        os.kill(launch.process.pid, number)
        code = launch.process.wait(30)
        took = time.monotonic() - asked

        self.assertEqual(code, 75, launch.said())
        self.assertLess(took, 10)
        self.assertTrue(launch.gone_within(1), launch.processes())
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(len(launch.segments()), 2)
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()

    def test_term(self):
        self.stop_and_go_on("term", signal.SIGTERM)

    def test_usr2(self):
        self.stop_and_go_on("usr2", signal.SIGUSR2)

    def test_ctrl_c(self):
        self.stop_and_go_on("int", signal.SIGINT)

    def test_a_stop_during_start_is_obeyed(self):
        launch = Launch(self.folder.name, "early").start()
        launch.wait_for(lambda: launch.find("mpirun"), "mpirun")
        os.kill(launch.process.pid, signal.SIGTERM)

        self.assertEqual(launch.wait(30), 75, launch.said())
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_second_ctrl_c_aborts(self):
        launch = Launch(self.folder.name, "twice", environment={"ESPALIER_FAULT": "hang_at=:1:1"}).start()
        launch.wait_for_rows(1)
        time.sleep(2)
        os.kill(launch.process.pid, signal.SIGINT)
        time.sleep(0.5)
        os.kill(launch.process.pid, signal.SIGINT)

        self.assertEqual(launch.wait(30), 128 + signal.SIGINT, launch.said())

    def test_a_trainer_that_hangs_does_not_hold_up_a_stop(self):
        launch = Launch(self.folder.name, "deaf", environment={"ESPALIER_FAULT": "hang_at=:1:1"}).start()
        launch.wait_for_rows(1)
        time.sleep(2)
        asked = time.monotonic()
        os.kill(launch.process.pid, signal.SIGTERM)

        self.assertEqual(launch.wait(30), 75, launch.said())
        self.assertLess(time.monotonic() - asked, 10.5)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
