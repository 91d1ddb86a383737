"""explain: state and reason of a run and of a source, their attempts and last rows, against the journal's records."""
import time
import unittest

import looking


def lines_of(text):
    """What stands behind each title of ten characters."""
    return {line[:10].strip(): line[10:] for line in text.splitlines() if line[:1].islower()}


class Explain(looking.Looking):
    def explain(self, name):
        return self.said("explain", self.out, name)

    def test_a_run_is_explained_with_its_task_and_its_last_rows(self):
        facts = self.golden()
        run = facts.run(transferred="2")

        text = self.explain(run.id[:6])

        lines = lines_of(text)
        self.assertEqual((lines["run"], lines["of"]), (run.id, "some: transferred=2 per_class=8 case=optimal"))
        self.assertEqual((lines["state"], lines["form"]), ("done", "1 thread"))
        self.assertRegex(lines["task"], rf"^{run.task}, 3 epochs, 100 epoch-images of \d+ images$")
        self.assertEqual(lines["from"], f"task {facts.inputs[run.task][0]}")
        rows = [line.split() for line in text.splitlines()]
        for subset in ("train", "test"):
            row = facts.last(run.task, subset)
            expected = [subset, str(row.epoch), f"{row.loss:.3f}", f"{100 * row.top1:.1f}", f"{100 * row.top5:.1f}"]
            self.assertIn([*expected, str(row.count)], rows)

    def test_each_attempt_has_a_line(self):
        facts = self.golden()
        run = facts.run(transferred="3")
        attempt, = [one for one in facts.attempts if one.task == run.task]
        started = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(attempt.started))
        self.assertRegex(self.explain(run.id),
                         rf"\n +{attempt.fence} +{attempt.worker} +{started} +10 s +0  failed: diverged\n")

    def test_a_failed_run_has_its_cause(self):
        facts = self.golden()
        run = facts.run(transferred="3")
        self.assertEqual(lines_of(self.explain(run.id))["state"], "{}: {}".format(*facts.ends[run.task]))

    def test_a_waiting_run_names_the_sources_that_are_not_done(self):
        facts = self.golden(8)
        for run in facts.runs:
            source, = facts.inputs[run.task]
            self.assertEqual(lines_of(self.explain(run.id))["state"],
                             f"waiting: starts from task {source[:8]} (waiting)")

    def test_with_its_source_done_a_run_is_ready(self):
        facts = self.golden(10)
        self.assertTrue(lines_of(self.explain(facts.runs[0].id))["state"].startswith("ready: "))

    def test_a_source_is_needed_by_the_tasks_that_begin_from_it(self):
        facts = self.golden()
        source, = facts.inputs[facts.runs[0].task]
        dependents = sum(source in inputs for inputs in facts.inputs.values())
        self.assertEqual(lines_of(self.explain(source[:5]))["of"], f"no single run: {dependents} other tasks need it")

    def test_a_source_that_waits_tells_whether_a_worker_had_it(self):
        for records, reason in ((4, "no worker has taken it yet"),
                                (7, "its last attempt was interrupted; the same 'espalier run' goes on")):
            with self.subTest(records=records):
                self.setUp()
                facts = self.golden(records)
                source, = facts.inputs[facts.runs[0].task]
                self.assertEqual(lines_of(self.explain(source))["state"], f"waiting: {reason}")

    def test_a_run_that_waits_for_a_selection_names_it(self):
        facts = self.made()
        self.assertIn("waits for the selection 'chosen/0/per_class=5'", self.explain("chosen:per_class=5,split=1"))
        run = facts.run(transferred="6", per_class="5", split="2")
        told = self.explain("transferred:transferred=6,per_class=5,split=2")
        self.assertEqual(lines_of(told)["run"], run.id)
        self.assertIn("diverged: loss is NaN in epoch 3", told)
        source, = facts.inputs[run.task]
        self.assertIn(f"task {source}, validation top-1 {100 * facts.last(source, 'valid').top1:.1f} %", told)

    def test_it_refuses_what_names_no_run_or_several(self):
        self.golden()
        self.assert_refused("explain", self.out, "0000", because="no run or task is '0000'")
        self.assert_refused("explain", self.out, "some:transferred=7",
                            because="no run has transferred = 7 (the values here are 0, 1, 2, 3)")
        self.assert_refused("explain", self.out, "some:per_class=8", because="2 runs are 'some:per_class=8'")
        self.assert_refused("explain", self.out / "missing", "0000", because="holds no results")


if __name__ == "__main__":
    unittest.main()
