"""cancel: the request that it leaves, and how many tasks nobody else needs, on journals of work that is not done."""
import unittest

import looking


class Cancel(looking.Looking):
    def cancel(self, *words):
        told = self.said("cancel", self.out, *words)
        return told, looking.requests(self.out)

    def test_a_run_goes_with_its_task_and_the_source_stays(self):
        facts = self.golden(4)
        run = facts.runs[1]

        told, requests = self.cancel(run.id[:6])

        self.assertEqual(requests, [("cancel", [run.id])])
        request, = (self.out / "requests").iterdir()
        self.assertEqual(told, f"1 run is to be dropped, and 1 task that nobody else needs (request {request.stem}). "
                               "Nothing runs here: the next 'espalier run' takes it up.\n")

    def test_with_all_its_runs_a_source_goes_too(self):
        facts = self.golden(4)
        told, requests = self.cancel(*(run.id for run in facts.runs))
        self.assertEqual(requests, [("cancel", [run.id for run in facts.runs])])
        self.assertTrue(told.startswith("4 runs are to be dropped, and 5 tasks that nobody else needs"), told)

    def test_a_source_names_the_runs_that_need_it_and_those_that_are_done_stay(self):
        facts = self.golden(16)
        source, = facts.inputs[facts.runs[0].task]
        done = [run for run in facts.runs if facts.state(run.task) == "done"]
        told, requests = self.cancel(source[:8])
        self.assertEqual(requests, [("cancel", [run.id for run in facts.runs if run not in done])])
        self.assertIn(f"task {source[:8]} is needed by 4 runs\nrun {done[0].id[:8]} is done already\n3 runs are", told)
        self.assertIn("and 3 tasks that nobody else needs", told)

    def test_a_run_that_is_named_twice_is_one(self):
        facts = self.golden(4)
        run = facts.runs[1]
        told, requests = self.cancel(run.id, "some:transferred=1", run.task)
        self.assertEqual(requests, [("cancel", [run.id])])
        self.assertTrue(told.startswith("1 run is to be dropped"), told)

    def test_a_run_that_is_done_asks_for_nothing(self):
        facts = self.golden()
        run = facts.run(transferred="2")
        self.assertEqual(self.cancel(run.id), (f"run {run.id[:8]} is done already\n", []))

    def test_it_says_that_a_launch_takes_it_up(self):
        facts = self.golden(7)
        with looking.held(self.out):
            told, _ = self.cancel(facts.runs[0].id)
        self.assertIn("The launch (host=here process=7 restart=0 job=) takes it up", told)

    def test_it_refuses_what_names_no_run_and_leaves_nothing(self):
        facts = self.golden(4)
        self.assert_refused("cancel", self.out, facts.runs[0].id, "0000", because="no run or task is '0000'")
        self.assert_refused("cancel", self.out, "some:transferred=7", because="no run has transferred = 7")
        self.assert_refused("cancel", self.out / "missing", "0000", because="holds no results")
        self.assertNotEqual(self.call("cancel", self.out).returncode, 0)
        self.assertEqual(looking.requests(self.out), [])


if __name__ == "__main__":
    unittest.main()
