"""retry: the request that it leaves, how many tasks that gives back, and what it refuses, on journals of work that failed."""
import unittest

import looking


class Retry(looking.Looking):
    def retry(self, *words):
        told = self.said("retry", self.out, *words)
        return told, looking.requests(self.out)

    def test_a_failed_run_is_given_back_with_its_task(self):
        facts = self.golden()
        run = facts.run(transferred="3")

        told, requests = self.retry(run.id[:6])

        self.assertEqual(requests, [("retry", [run.task, run.id])])
        request, = (self.out / "requests").iterdir()
        self.assertEqual(told, f"1 task is to be tried again, what was aborted included (request {request.stem}). "
                               "Nothing runs here: the next 'espalier run' takes it up.\n")

    def test_all_that_failed_is_found_by_its_state(self):
        facts = self.golden()
        failed = [task for task, (state, _) in facts.ends.items() if state == "failed"]
        _, requests = self.retry("--failed")
        self.assertEqual(requests, [("retry", failed)])

    def test_what_was_aborted_comes_back_with_the_source_that_was_given_up(self):
        facts = self.given_up()
        source, = facts.inputs[facts.runs[0].task]
        told, requests = self.retry("--quarantined")
        self.assertEqual(requests, [("retry", [source])])
        self.assertTrue(told.startswith(f"{1 + len(facts.runs)} tasks are to be tried again"), told)

    def test_an_aborted_run_brings_its_source_and_all_that_the_source_aborted(self):
        facts = self.given_up()
        run = facts.runs[2]
        told, requests = self.retry(run.id)
        self.assertEqual(requests, [("retry", [run.task, run.id])])
        self.assertTrue(told.startswith(f"{1 + len(facts.runs)} tasks are to be tried again"), told)

    def test_a_name_that_stands_twice_is_one(self):
        facts = self.golden()
        run = facts.run(transferred="3")
        _, requests = self.retry(run.id, run.task, "--failed", run.id)
        self.assertEqual(requests, [("retry", [run.task, run.id])])

    def test_a_cancelled_run_comes_back(self):
        facts = self.golden(16)
        done, waits = facts.runs[0], facts.runs[1]
        looking.append(self.out, 20, {1: waits.id.encode()})
        told, requests = self.retry(waits.id)
        self.assertEqual(requests, [("retry", [waits.task, waits.id])])
        self.assertTrue(told.startswith("1 task is to be tried again"), told)

    def test_a_cancelled_run_whose_work_is_done_is_counted_again(self):
        facts = self.golden(16)
        done = facts.runs[0]
        looking.append(self.out, 20, {1: done.id.encode()})
        told, requests = self.retry(done.id)
        self.assertEqual(requests, [("retry", [done.task, done.id])])
        self.assertTrue(told.startswith("1 run is counted again, with nothing left to do for it"), told)

    def test_with_nothing_that_failed_it_asks_for_nothing(self):
        facts = self.golden()
        for words in ([facts.run(transferred="2").id], ["--quarantined"]):
            told, requests = self.retry(*words)
            self.assertEqual((told, requests), ("Nothing of that has failed, was cancelled or waits.\n", []))

    def test_it_says_that_a_launch_takes_it_up(self):
        self.golden()
        with looking.held(self.out):
            told, _ = self.retry("--failed")
        self.assertIn("The launch (host=here process=7 restart=0 job=) takes it up", told)

    def test_it_refuses_what_names_nothing(self):
        self.golden()
        self.assert_refused("retry", self.out, because="nothing to try again is named")
        self.assert_refused("retry", self.out, "0000", because="no run or task is '0000'")
        self.assert_refused("retry", self.out / "missing", "--failed", because="holds no results")
        self.assertEqual(looking.requests(self.out), [])


if __name__ == "__main__":
    unittest.main()
