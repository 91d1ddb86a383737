"""kill -9 of every kind of process: the study finishes with the bits of an undisturbed run, nothing finished is done
again, and no process is left."""
import csv
import io
import os
import shutil
import signal
import sys
import tempfile
import unittest

from launches import Launch, resumed_epoch


class Kills(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.undisturbed = undisturbed = Launch(cls.folder.name, "undisturbed")
        code = undisturbed.finish()
        assert code == 0, undisturbed.said()
        cls.expected = undisturbed.metrics()
        assert len(cls.expected) > 100
        assert len(undisturbed.segments()) == 1

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check_whole(self, launch):
        self.assertEqual(launch.metrics(), self.expected)
        launch.check_nothing_done_twice()

    def test_a_killed_trainer_costs_one_attempt_and_disturbs_nothing_else(self):
        launch = Launch(self.folder.name, "trainer").start()
        launch.wait_for_rows(6)
        others = set(launch.find("trainer"))
        killed = launch.kill("trainer")

        self.assertEqual(launch.wait(), 0, launch.said())

        self.assertEqual(launch.segments(), [1])
        self.assertEqual(len(launch.records(10)), 1)
        self.assertIn(killed, others)
        self.check_whole(launch)

    def test_a_crash_at_a_step_resumes_to_the_same_bits(self):
        marker = os.path.join(self.folder.name, "crashed")
        launch = Launch(self.folder.name, "crash", environment={"ESPALIER_FAULT": "crash_at=:3:1",
                                                                "ESPALIER_FAULT_MARKER": marker})
        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertTrue(os.path.exists(marker))
        self.assertIn(3, [resumed_epoch(attempt) for attempt in launch.records(6)])
        self.assertEqual(len(launch.records(10)), 1)
        self.check_whole(launch)

    def test_a_task_that_always_crashes_is_quarantined_and_what_chooses_from_it_aborted(self):
        task = self.task_of("transferred", transferred="0", per_class="2", split="1")
        launch = Launch(self.folder.name, "quarantine", environment={"ESPALIER_FAULT": f"crash_at={task}:3:1"})
        self.assertEqual(launch.finish(), 1, launch.said())

        runs = launch.status()["experiments"]
        self.assertEqual(runs["transferred"]["quarantined"], 1)
        self.assertEqual(runs["transferred"]["done"], runs["transferred"]["total"] - 1)
        self.assertGreater(runs["frozen"]["aborted"], 0)
        self.assertGreater(runs["frozen"]["done"], 0)
        self.assertEqual(len(launch.records(10)), 3)
        self.assertEqual(launch.finish(), 1, launch.said())
        self.assertEqual(len(launch.records(10)), 3)

    def test_images_that_vanish_cost_no_task_and_are_packed_again(self):
        cache = os.path.join(self.folder.name, "own-cache")
        launch = Launch(self.folder.name, "images", environment={"ESPALIER_CACHE": cache}).start()
        launch.wait_for_rows(1)
        shutil.rmtree(cache)

        self.assertEqual(launch.wait(), 77, launch.said())

        self.assertIn("every worker loses its trainers", launch.said())
        self.assertEqual(launch.finish(), 0, launch.said())
        self.check_whole(launch)

    def task_of(self, experiment, **axes):
        """The task of one run of the undisturbed study."""
        listed = self.undisturbed.ask("export", "--format", "csv", "--what", "runs")
        for row in csv.DictReader(io.StringIO(listed)):
            if row["experiment"] == experiment and all(row[axis] == value for axis, value in axes.items()):
                return row["task"]
        raise LookupError(axes)

    def test_a_hung_trainer_is_killed_and_its_task_repeated(self):
        marker = os.path.join(self.folder.name, "hung")
        launch = Launch(self.folder.name, "hang", more=["--hang-s", "6"],
                        environment={"ESPALIER_FAULT": "hang_at=:2:1", "ESPALIER_FAULT_MARKER": marker})
        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(len(launch.records(10)), 1)
        self.check_whole(launch)

    def test_a_killed_agent_is_survived_by_the_supervisor(self):
        self.survive("agent")

    def test_a_killed_rank_0_is_survived_by_the_supervisor(self):
        self.survive("rank0")

    def test_a_killed_mpirun_is_survived_by_the_supervisor(self):
        self.survive("mpirun")

    def survive(self, kind):
        launch = Launch(self.folder.name, kind).start()
        launch.wait_for_rows(10)
        launch.kill(kind)

        self.assertEqual(launch.wait(), 0, launch.said())

        self.assertGreaterEqual(len(launch.segments()), 2)
        self.check_whole(launch)

    def test_after_a_killed_supervisor_nothing_is_left_and_the_same_command_finishes(self):
        launch = Launch(self.folder.name, "supervisor").start()
        launch.wait_for_rows(10)
        launch.kill("supervisor")
        self.assertEqual(launch.wait(), -signal.SIGKILL)

        self.assertEqual(launch.finish(), 0, launch.said())

        self.check_whole(launch)

    def test_after_everything_is_killed_at_once_the_same_command_finishes(self):
        launch = Launch(self.folder.name, "everything").start()
        launch.wait_for_rows(10)
        for pid in launch.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # its parent's end was its own
        self.assertEqual(launch.wait(), -signal.SIGKILL)

        self.assertEqual(launch.finish(), 0, launch.said())

        self.check_whole(launch)

    def test_many_kills_one_after_the_other_still_end_in_the_same_bits(self):
        launch = Launch(self.folder.name, "many").start()
        for rows, kind in ((4, "trainer"), (12, "rank0"), (20, "trainer"), (26, "agent")):
            launch.wait_for_rows(rows)
            launch.kill(kind)

        self.assertEqual(launch.wait(), 0, launch.said())

        self.check_whole(launch)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
