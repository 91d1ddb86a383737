"""run where no file system has locks: it says so once, works as ever, and what it cannot tell is said by status."""
import tempfile
import unittest

from launches import BIN, Launch

WITHOUT_LOCKS = {"LD_PRELOAD": str(BIN / "libespalier-test-no-flock.so")}


class RunWithoutLocks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_study_is_done_and_gone_on_with_after_a_kill(self):
        usual = Launch(self.folder, "usual", epochs=2)
        self.assertEqual(usual.finish(), 0, usual.said())

        launch = Launch(self.folder, "without", epochs=2, environment=WITHOUT_LOCKS).start()
        launch.wait_for_rows(4)
        self.assertIn("cannot be told", launch.status()["launch"])
        self.assertIsNone(launch.status()["running"])
        launch.process.kill()
        launch.process.wait()
        self.assertTrue(launch.gone_within(10), launch.processes())
        code = launch.finish()

        self.assertEqual(code, 0, launch.said())
        self.assertEqual(launch.said().count("has no locks"), 1, launch.said())
        self.assertEqual(launch.metrics(), usual.metrics())
        self.assertFalse(launch.status()["running"], "its end is recorded")


if __name__ == "__main__":
    unittest.main()
