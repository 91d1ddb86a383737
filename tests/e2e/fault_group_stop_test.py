"""Stops at random moments while groups of workers train, with no checkpoint but that of the stop: every member's work is
saved, and the study ends in the bits of an undisturbed one."""
import os
import random
import signal
import sys
import tempfile
import time
import unittest

import journal
from launches import Launch, moment_of, task_of

NEVER_S = 3600
STOPS = 3


class GroupStops(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def launch(self, name):
        launch = Launch(self.folder, name, epochs=20, checkpoint_s=NEVER_S,
                        more=["--only", "per_class == 8 and split == 1"])
        launch.study.write_text(launch.study.read_text() + "\n[[resources]]\nworkers = 2\n")
        return launch

    def stop_somewhere(self, launch, segment):
        launch.start()
        launch.wait_for(lambda: launch.records(7, segment), "rows")
        time.sleep(random.uniform(0, 0.5))
        os.kill(launch.process.pid, signal.SIGTERM)
        self.assertEqual(launch.wait(30), 75, launch.said())
        in_hand = set(launch.attempts(segment)) - set(launch.done(segment))  # none where it came between two tasks
        self.assertIn("Stopped and saved" if in_hand else "Work is left", launch.said())
        self.assertEqual(launch.records(10), [])

    def test_nothing_is_lost(self):
        undisturbed = self.launch("undisturbed")
        self.assertEqual(undisturbed.finish(), 0, undisturbed.said())

        stopped = self.launch("stopped")
        saved = {}
        for segment in range(1, STOPS + 1):
            self.stop_somewhere(stopped, segment)
            done = set(stopped.done(segment))
            saved = {task_of(one): one for one in stopped.records(8, segment) if task_of(one) not in done}
            left = set(stopped.attempts(segment)) - done
            self.assertEqual(left, set(saved), "each task in hand has a checkpoint of the stop")
        self.assertEqual(stopped.finish(), 0, stopped.said())

        resumed = {task_of(one): moment_of(one) for one in stopped.records(6, STOPS + 1)}
        for task, checkpoint in saved.items():  # a task of the last moment may have been stopped in its first epoch
            self.assertEqual(resumed[task], moment_of(checkpoint), "it goes on where it was stopped")
        self.assertEqual(stopped.metrics(), undisturbed.metrics())
        stopped.check_nothing_done_twice()


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
