"""Stops: SIGTERM, SIGUSR1, SIGUSR2 and Ctrl-C save and leave with 75 within 10 s, and the same command finishes with the bits
of an undisturbed run."""
import fcntl
import os
import pty
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

from launches import Launch, resumed_epoch, task_of

SLOW_STEP_S = 10    # of the fault slow_at


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

    def test_usr1(self):
        self.stop_and_go_on("usr1", signal.SIGUSR1)

    def test_a_warning_to_every_process_at_once_waits_for_a_step_and_saves(self):
        """As `scancel --full --signal=USR1` sends it."""
        for number in (signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(number):
                launch = Launch(self.folder.name, f"all-{number.name}", checkpoint_s=3600, workers=1,
                                environment={"ESPALIER_FAULT": "slow_at=:2:1"}).start()
                launch.wait_for_rows(2)
                time.sleep(SLOW_STEP_S + 0.8)    # the second slow step has just begun
                for pid in launch.processes():
                    os.kill(pid, number)

                self.assertEqual(launch.wait(40), 75, launch.said())
                self.assertIn("Stopped and saved", launch.said())
                self.assertEqual(launch.records(10), [])
                launch.environment.pop("ESPALIER_FAULT")
                self.assertEqual(launch.finish(), 0, launch.said())
                self.assertEqual(launch.metrics(), self.expected)

    def test_a_warning_to_rank_0_alone_is_told_by_the_exit_code(self):
        """As `scancel --signal=USR2` sends it, which reaches the steps of a job and not its script."""
        for number, code in ((signal.SIGUSR2, 85), (signal.SIGUSR1, 85), (signal.SIGTERM, 75)):
            with self.subTest(number):
                launch = Launch(self.folder.name, f"rank-0-{number.name}", more=("--warned-code", "85")).start()
                launch.wait_for_rows(8)
                launch.kill("rank0", number)

                self.assertEqual(launch.wait(30), code, launch.said())
                self.assertIn("Stopped and saved", launch.said())
                self.assertEqual(launch.records(14, 1)[-1][1], [2 * 75], "the journal knows one code of a stop")

    def test_ctrl_c(self):
        self.stop_and_go_on("int", signal.SIGINT)

    def test_a_stop_that_a_killed_rank_0_did_not_take_up_is_obeyed_by_the_launch_in_its_place(self):
        launch = Launch(self.folder.name, "relaunched").start()
        launch.wait_for_rows(8)
        launch.kill("rank0", signal.SIGSTOP)
        launch.ask("stop")
        launch.kill("rank0")

        self.assertEqual(launch.wait(60), 75, launch.said())

        self.assertIn("starting it again", launch.said())
        self.assertEqual(launch.segments(), [1, 2])
        self.assertEqual(launch.attempts(2), [])
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

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
        os.kill(launch.process.pid, signal.SIGTERM)

        self.assertEqual(launch.wait(90), 75, launch.said())
        self.assertEqual(launch.records(14, 1)[0][1], [2 * 75], "rank 0 has written down how it ended")
        self.assertNotIn("Stopped and saved", launch.said())
        self.assertRegex(launch.said(), r"could not save .*\n  task [0-9a-f]+ goes on from .*: trainer ")

    def test_a_stop_in_a_step_longer_than_8_s_waits_for_it_and_saves(self):
        launch = Launch(self.folder.name, "slow", checkpoint_s=3600, workers=1,
                        environment={"ESPALIER_FAULT": "slow_at=:2:1"}).start()
        launch.wait_for_rows(2)
        time.sleep(SLOW_STEP_S + 0.8)    # the second slow step has just begun
        os.kill(launch.process.pid, signal.SIGTERM)

        self.assertEqual(launch.wait(40), 75, launch.said())
        self.assertIn("Stopped and saved", launch.said())
        self.assertEqual(launch.records(10), [])
        launch.environment.pop("ESPALIER_FAULT")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertIn(2, [resumed_epoch(one) for one in launch.records(6, 2)])
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_stop_waits_for_a_save_that_takes_longer_than_8_s(self):
        launch = Launch(self.folder.name, "slow-save", checkpoint_s=3600, workers=1,
                        environment={"ESPALIER_FAULT": "slow_save=:0:1"}).start()
        launch.wait_for_rows(2)
        os.kill(launch.process.pid, signal.SIGTERM)

        self.assertEqual(launch.wait(60), 75, launch.said())
        self.assertIn("Stopped and saved", launch.said())
        self.assertEqual(launch.records(10), [])
        saved = [task_of(one) for one in launch.records(8)]
        launch.environment.pop("ESPALIER_FAULT")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertTrue(set(saved) & set(launch.attempts(2)), "it goes on with what was saved")
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_terminal_that_is_closed_saves_and_ends_with_75(self):
        launch = Launch(self.folder.name, "terminal")
        ours, theirs = pty.openpty()

        def take_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        launch.process = subprocess.Popen(launch.command, env=launch.environment, stdin=theirs, stdout=theirs,
                                          stderr=theirs, preexec_fn=take_terminal)
        launch.output.touch()
        os.close(theirs)
        launch.wait_for_rows(8)
        os.close(ours)

        self.assertEqual(launch.wait(30), 75)
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_an_ignored_interrupt_stays_ignored(self):
        """As of a command that a script starts in the background."""
        launch = Launch(self.folder.name, "background")
        launch.command = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *launch.command]
        launch.start().wait_for_rows(1)
        os.kill(launch.process.pid, signal.SIGINT)
        self.assertEqual(launch.wait(), 0, launch.said())

    def test_nohup_outlives_its_terminal(self):
        launch = Launch(self.folder.name, "nohup")
        launch.command = ["nohup", *launch.command]
        launch.start().wait_for_rows(8)
        os.kill(launch.process.pid, signal.SIGHUP)

        self.assertEqual(launch.wait(), 0, launch.said())
        self.assertEqual(launch.segments(), [1])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
