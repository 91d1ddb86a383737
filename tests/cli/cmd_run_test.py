"""The verb `run`: parts, smoke, refusals, remembered threads, growing studies, and what it leaves on disk."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import journal
from launches import BIN, Launch


class RunVerb(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def launch(self, name, **options):
        return Launch(self.folder.name, name, **{"epochs": 1, **options})

    def test_a_finished_study_is_not_done_again(self):
        launch = self.launch("again")
        self.assertEqual(launch.finish(), 0, launch.said())
        first = launch.metrics()

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(launch.attempts(2), [])
        self.assertEqual(launch.metrics(), first)

    def test_training_checkpoints_do_not_stay(self):
        launch = self.launch("files", epochs=3)
        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(len(list((launch.out / "artifacts").iterdir())), len(self.kept(launch)))

    @staticmethod
    def kept(launch):
        """Artifacts that checkpoint records name as finished networks (1) or predictions (2), by content."""
        names = set()
        for checkpoint in launch.records(8):
            if checkpoint[3] != [0]:
                names.add(checkpoint[5][0].decode())
        return names

    @staticmethod
    def content(launch):
        """Bytes of every file under OUT."""
        return {file: file.read_bytes() for file in sorted(launch.out.rglob("*")) if file.is_file()}

    @staticmethod
    def damage(launch):
        """Flips a bit of the first end of a task in segment 1: it and all behind it is lost, the plan before it is not."""
        segment = launch.out / "journal" / "000001.log"
        data, at = bytearray(segment.read_bytes()), 0
        for kind, payload in journal.records(bytes(data)):
            if kind == 9:
                break
            at += journal.HEADER.size + len(payload)
        data[at + journal.HEADER.size] ^= 1
        segment.write_bytes(data)

    def test_a_damaged_journal_stops_a_launch_which_changes_nothing_until_the_loss_is_accepted(self):
        launch = self.launch("damaged")
        self.assertEqual(launch.finish("--only", "transferred == 0"), 0, launch.said())
        part = launch.metrics()
        self.assertEqual(launch.finish(), 0, launch.said())
        first = launch.metrics()
        self.damage(launch)
        before = self.content(launch)

        self.assertEqual(launch.finish(), 2, launch.said())

        self.assertIn("is damaged: segment 1, byte", launch.said())
        self.assertIn("espalier repair", launch.said())
        self.assertIn("finished tasks", launch.said())
        self.assertIn("--accept-loss", launch.said())
        self.assertEqual(self.content(launch), before)

        self.assertEqual(launch.finish("--accept-loss"), 0, launch.said())

        self.assertEqual(launch.metrics(), first)
        self.assertGreater(len(first), len(part))
        self.check_all_kept(launch, before)
        self.check_taken_back(launch)

    def check_taken_back(self, launch):
        """The last launch trained nothing: what views and artifacts had came back, and a warning says so."""
        segment = launch.segments()[-1]
        self.assertEqual(launch.trained(segment), [])
        self.assertGreater(len(launch.attempts(segment)), 0)
        self.assertIn("came back from results", launch.said())

    def test_a_lost_journal_is_taken_back_from_results_and_artifacts(self):
        launch = self.launch("lost")
        self.assertEqual(launch.finish(), 0, launch.said())
        first, selections = launch.metrics(), launch.selections()
        before = self.content(launch)
        shutil.rmtree(launch.out / "journal")
        lost = self.content(launch)

        told = subprocess.run([BIN / "espalier", "repair", launch.out], capture_output=True, text=True)
        self.assertEqual(told.returncode, 77, told)
        self.assertIn("--accept-loss", told.stderr)
        self.assertEqual(launch.finish(), 2, launch.said())
        self.assertIn("--accept-loss", launch.said())
        self.assertEqual({file for file in self.content(launch) if file.suffix != ".h5"},
                         {file for file in lost if file.suffix != ".h5"})
        self.assertEqual(launch.finish("--accept-loss"), 0, launch.said())

        self.assertEqual(launch.metrics(), first)
        self.assertEqual(launch.selections(), selections)
        self.check_taken_back(launch)
        artifacts = {file: data for file, data in before.items() if file.parent.name == "artifacts"}
        self.assertEqual({file: self.content(launch).get(file) for file in artifacts}, artifacts)
        self.assertEqual(subprocess.run([BIN / "espalier", "verify", launch.out], capture_output=True).returncode, 0)
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.attempts(launch.segments()[-1]), [])
        self.assertEqual(launch.metrics(), first)

    def test_what_neither_a_view_nor_an_artifact_holds_is_done_again(self):
        launch = self.launch("partly")
        self.assertEqual(launch.finish("--only", "transferred == 0"), 0, launch.said())
        view = (launch.out / "results.h5").read_bytes()
        part = launch.metrics()
        self.assertEqual(launch.finish(), 0, launch.said())
        first = launch.metrics()
        shutil.rmtree(launch.out / "journal")
        (launch.out / "results.h5").write_bytes(view)

        self.assertEqual(launch.finish("--accept-loss"), 0, launch.said())

        self.assertEqual(launch.metrics(), first)
        segment = launch.segments()[-1]
        known = {row[0].decode() for row in part}
        self.assertEqual(known & set(launch.trained(segment)), set())
        self.assertLessEqual(known, set(launch.attempts(segment)))

    def check_all_kept(self, launch, before):
        """Artifacts are what they were, and the older results.h5 stands under another name."""
        now = self.content(launch)
        artifacts = {file: data for file, data in before.items() if file.parent.name == "artifacts"}
        self.assertEqual({file: now.get(file) for file in artifacts}, artifacts)
        kept = [data for file, data in now.items() if file.name.startswith("results-of-")]
        self.assertEqual(kept, [before[launch.out / "results.h5"]])

    def test_what_repair_recovers_is_not_done_again(self):
        launch = self.launch("repaired")
        self.assertEqual(launch.finish(), 0, launch.said())
        first = launch.metrics()
        self.damage(launch)
        self.assertEqual(launch.finish(), 2, launch.said())

        told = subprocess.run([BIN / "espalier", "repair", launch.out], capture_output=True, text=True)

        self.assertEqual(told.returncode, 1, told)
        self.assertIn("recovered: ", told.stdout)
        recovered = launch.metrics()
        self.assertLessEqual(set(recovered), set(first))
        # Tasks that were planned once a selection was made are in no record any more: `run` plans them again.
        self.assertIn("in no record any more", told.stdout)
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual({task.encode() for task in launch.attempts(3)}, {row[0] for row in set(first) - set(recovered)})
        self.check_taken_back(launch)
        self.assertEqual(launch.metrics(), first)

    def test_a_part_is_run_alone_and_the_rest_waits(self):
        launch = self.launch("part")
        self.assertEqual(launch.finish("--only", "per_class == 2 and transferred == 0"), 0, launch.said())
        part = len(launch.done(1))
        self.assertGreater(part, 0)
        self.assertIn("waiting", launch.said())

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertGreater(len(launch.done(2)), part)
        launch.check_nothing_done_twice()

    def test_smoke_trains_one_step_of_each_shape_and_leaves_real_results_alone(self):
        launch = self.launch("smoke", epochs=500)
        self.assertEqual(launch.finish("--smoke"), 0, launch.said())

        self.assertFalse((launch.out / "journal").exists())
        self.assertTrue((launch.out / "smoke" / "journal").exists())

    def test_a_second_run_is_refused_with_who_holds_the_directory(self):
        first = self.launch("held", epochs=500).start()
        first.wait_for(lambda: first.find("trainer"), "a trainer")
        second = self.launch("other")
        second.command[4] = first.out

        self.assertEqual(second.finish(), 2, second.said())

        self.assertIn("in use", second.said())
        self.assertIn(str(first.find("rank0")[0]), second.said())
        os.kill(first.process.pid, signal.SIGTERM)
        self.assertEqual(first.wait(), 75)

    def test_other_threads_are_refused_unless_accepted(self):
        launch = self.launch("threads")
        self.assertEqual(launch.finish("--only", "transferred == 0"), 0, launch.said())

        self.assertEqual(launch.finish("--threads", "2"), 2, launch.said())
        self.assertIn("--new-form", launch.said())
        self.assertEqual(launch.finish("--threads", "2", "--new-form"), 0, launch.said())

    def test_a_bad_study_is_refused_before_anything_is_started(self):
        launch = self.launch("bad")
        launch.study.write_text(launch.study.read_text().replace("batch = 4", "bach = 4"))

        self.assertEqual(launch.finish(), 2, launch.said())

        self.assertIn("batch", launch.said())
        self.assertFalse(launch.out.exists())

    def test_a_source_below_its_bar_is_said_loudly_and_kept_in_the_journal(self):
        launch = self.launch("bar")
        text = launch.study.read_text().replace("width = 20", "width = 20\nnoise = 255")
        launch.study.write_text(text.replace("train = { epochs = 1 }", "train = { epochs = 1, warn_below = 0.999 }"))

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertIn("espalier: warning: source 'half', split", launch.said())
        self.assertGreaterEqual(len(launch.records(12)), 1)

    def test_a_site_that_binds_threads_does_not_put_all_trainers_on_one_core(self):
        core = min(os.sched_getaffinity(0))
        launch = Launch(self.folder.name, "bound", environment={"OMP_PROC_BIND": "true", "OMP_PLACES": f"{{{core}}}",
                                                                "GOMP_CPU_AFFINITY": str(core)}).start()
        launch.wait_for_rows(1)
        for trainer in launch.find("trainer"):
            for thread in os.listdir(f"/proc/{trainer}/task"):
                self.assertEqual(os.sched_getaffinity(int(thread)), os.sched_getaffinity(0))
        launch.process.send_signal(signal.SIGINT)
        self.assertEqual(launch.wait(), 75, launch.said())

    def test_no_op_tasks_pass_through_scheduler_agents_and_journal(self):
        launch = self.launch("noop")
        launch.command = [launch.command[0], "run", "--noop-tasks", "2000", "--out", launch.out, "--workers", "3"]

        self.assertEqual(launch.finish(), 0, launch.said())

        launch.out = launch.out / "noop"
        self.assertEqual(len(launch.done(1)), 2000)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
