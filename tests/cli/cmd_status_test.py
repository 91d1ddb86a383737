"""status: counts by experiment and state, pace and what is in hand, against the journal's records."""
import collections
import json
import unittest

import looking


class Status(looking.Looking):
    def status(self):
        return json.loads(self.said("status", self.out, "--json"))

    def assert_counts(self, counts, states):
        expected = collections.Counter(states)
        self.assertEqual(counts.pop("total"), len(states))
        counts.pop("later")
        self.assertEqual({state: count for state, count in counts.items() if count}, dict(expected))

    def test_runs_and_tasks_are_counted_by_state(self):
        for records in (4, 10, 16, 21, None):
            with self.subTest(records=records):
                self.setUp()
                facts = self.golden(records)
                told = self.status()
                states = [facts.state(run.task) for run in facts.runs]
                self.assert_counts(told["experiments"].pop("some"), states)
                self.assertEqual(told["experiments"], {})
                self.assert_counts(told["runs"], states)
                needed = {task for run in facts.runs for task in (run.task, *facts.inputs[run.task])}
                self.assert_counts(told["tasks"], [facts.state(task) for task in needed])

    def test_the_pace_is_that_of_all_workers_in_the_work_that_ended(self):
        facts = self.golden()
        self.assertEqual(self.status()["images_per_s"], facts.workers * facts.images / facts.seconds)

    def test_runs_whose_selection_is_not_made_are_told_apart(self):
        self.made()
        told = self.status()
        self.assertEqual((told["runs"]["total"], told["runs"]["done"], told["runs"]["failed"]), (28, 26, 1))
        self.assertEqual((told["runs"]["later"], told["experiments"]["chosen"]["later"]), (1, 1))
        self.assertRegex(self.said("status", self.out), r"chosen +1 +0 +1 +0 +1\n")

    def test_what_a_launch_has_in_hand_is_told_while_it_holds_the_folder(self):
        facts = self.golden(7)
        attempt, = facts.attempts
        with looking.held(self.out):
            told = self.status()
            words = self.said("status", self.out)
        self.assertIs(told["running"], True)
        self.assertEqual([(one["task"], one["worker"], one["started"]) for one in told["in_hand"]],
                         [(attempt.task, attempt.worker, attempt.started)])
        self.assertEqual(told["tasks"]["running"], 1)
        self.assertIn("running: host=here process=7", words)
        self.assertIn(f"worker {attempt.worker}   task {attempt.task[:8]}", words)

        after = self.status()

        self.assertIs(after["running"], False)
        self.assertEqual((after["in_hand"], after["tasks"]["running"]), ([], 0))

    def test_a_request_is_told_until_it_is_taken_up(self):
        facts = self.golden(16)
        waits = facts.runs[-1].id
        self.said("cancel", self.out, waits)
        told, = self.status()["requests"]
        self.assertEqual((told["verb"], told["targets"]), ("cancel", [waits]))
        self.assertRegex(self.said("status", self.out), r"request +cancel of 1 \(process \d+ on .+\), not taken up yet")

    def test_how_the_last_launch_ended(self):
        self.golden()
        self.assertEqual((self.status()["launches"], self.status()["last_exit"]), (2, None))
        (self.out / "journal/000002.log").unlink()
        self.assertEqual((self.status()["launches"], self.status()["last_exit"]), (1, 1))
        self.assertIn("ended: some runs failed", self.said("status", self.out))

    def test_it_refuses_what_holds_no_results(self):
        self.assert_refused("status", self.out / "missing", because="holds no results")


if __name__ == "__main__":
    unittest.main()
