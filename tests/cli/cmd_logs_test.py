"""logs: the attempts at a run or source, and where the logs of their workers are, against the journal's records."""
import unittest

import looking


class Logs(looking.Looking):
    def test_every_attempt_has_a_line_and_its_worker_a_log(self):
        facts = self.golden()
        for run in facts.runs:
            attempt, = [one for one in facts.attempts if one.task == run.task]
            state, cause = facts.ends[run.task]
            outcome = f"{state}: {cause}" if cause else state
            first, second = self.said("logs", self.out, run.id).splitlines()
            self.assertEqual(first, f"attempt {attempt.fence} on worker {attempt.worker}, "
                                    f"started 1970-01-01 00:00:10: {outcome}")
            self.assertEqual(second, f"log of worker {attempt.worker}: "
                                     f"{self.out}/logs/worker-{attempt.worker}.log (not there)")

    def test_a_log_that_is_there_is_named_without_a_word(self):
        facts = self.golden()
        file = self.out / "logs/worker-1.log"
        file.parent.mkdir()
        file.write_text("said\n")
        told = self.said("logs", self.out, facts.runs[0].id)
        self.assertEqual(told.splitlines()[-1], f"log of worker 1: {file}")

    def test_a_task_without_a_run_of_its_own_has_its_attempts(self):
        facts = self.golden()
        source, = facts.inputs[facts.runs[0].task]
        attempt, = [one for one in facts.attempts if one.task == source]
        self.assertIn(f"attempt {attempt.fence} on worker 1", self.said("logs", self.out, source[:6]))
        probe = facts.attempts[-1].task
        self.assertIn("trainer killed by signal 9", self.said("logs", self.out, probe))

    def test_an_attempt_that_a_launch_has_in_hand(self):
        facts = self.golden(7)
        with looking.held(self.out):
            told = self.said("logs", self.out, facts.attempts[0].task)
        self.assertTrue(told.splitlines()[0].endswith(": in hand"), told)

    def test_what_was_not_attempted_says_so(self):
        facts = self.golden(7)
        run = facts.runs[0]
        self.assertEqual(self.said("logs", self.out, run.id),
                         f"run {run.id[:8]} has not been attempted; 'espalier explain' says why\n")

    def test_it_refuses_what_names_no_run(self):
        self.golden()
        self.assert_refused("logs", self.out, "0000", because="no run or task is '0000'")
        self.assert_refused("logs", self.out / "missing", "0000", because="holds no results")


if __name__ == "__main__":
    unittest.main()
