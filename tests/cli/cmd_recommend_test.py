"""recommend: the best protocol of each measured cell, the cell nearest to a question, and the papers' rules without evidence."""
import json
import pathlib
import unittest

import numpy as np

import image_folders
import looking


class Recommend(looking.Looking):
    def answers(self, *words):
        return json.loads(self.said("recommend", *words, "--json"))["answers"]

    def test_each_measured_cell_names_its_best_protocol_with_what_the_journal_measured(self):
        facts = self.made()

        answers = self.answers(self.out)

        self.assertEqual([one["cells"][0]["per_class"] for one in answers], ["1", "5", "all"])
        best = answers[0]["cells"][0]["protocols"][0]
        self.assertEqual((best["values"], best["kind"], best["wins"]), ({"transferred": "6"}, "tune", 3))
        measured = [facts.last(run.task, "test").top1 for run in facts.runs
                    if run.experiment == "transferred" and run.labels["transferred"] == "6" and run.labels["per_class"] == "1"]
        self.assertEqual(best["test_top1"]["mean"], np.mean(measured))
        others = {one["values"]["transferred"]: one["indistinguishable"] for one in answers[0]["cells"][0]["protocols"]}
        self.assertEqual(others, {"6": True, "2": False, "0": False})

    def test_words_say_the_same_and_what_the_papers_say(self):
        self.made()

        said = self.said("recommend", self.out)

        self.assertIn("Best on validation images: transferred 6 (copied units tuned), test accuracy 52.0 % [49.5, 54.5]", said)
        self.assertIn("9 runs of 3 protocols say so", said)
        self.assertIn("Chu et al. 2016 (Table 3 and Section 4)", said)
        self.assertIn("distance unknown", said)

    def test_a_question_is_answered_by_the_nearest_size(self):
        self.made()

        answer, = self.answers(self.out, "--per-class", "4")

        self.assertEqual(answer["cells"][0]["per_class"], "5")
        self.assertEqual(answer["cells"][0]["not_compared"], ["distance"])
        self.assertEqual(answer["evidence"], "measured")

    def test_a_cell_that_is_too_far_is_no_evidence(self):
        self.made()

        answer, = self.answers(self.out, "--per-class", "5000")

        self.assertEqual((answer["evidence"], answer["cells"][0]["near"]), ("measured too far away", False))

    def test_a_diverged_run_ranks_a_protocol_behind(self):
        self.made()

        answer, = self.answers(self.out, "--per-class", "5")

        protocols = answer["cells"][0]["protocols"]
        self.assertEqual((protocols[-1]["values"], protocols[-1]["diverged"]), ({"transferred": "6"}, 1))

    def test_without_evidence_the_papers_rules_are_named_as_such(self):
        said = self.said("recommend", "--distance", "0.1", "--per-class", "10", "--network", "caffenet", "--unit", "fc7")
        self.assertIn("Nothing was measured; what follows are the rules of papers alone.", said)
        self.assertIn("(low data) at distance 0.100 (low): freeze", said)

        answer, = self.answers("--distance", "0.1", "--per-class", "10")
        self.assertEqual((answer["evidence"], answer["cells"]), ("papers", []))
        chu = answer["papers"][0]
        self.assertEqual(chu["kinds"], ["freeze", "tune"])
        self.assertIn("not calibrated", chu["limits"])

    def test_the_size_is_that_of_a_folder(self):
        folder = image_folders.make_folder(self.out.parent / "pictures", {"a": 6, "b": 8, "c": 8})

        answer, = self.answers("--data", folder)

        self.assertEqual((answer["per_class"], answer["images"], answer["distance"]), (8, 22, None))
        self.assertEqual(answer["papers"][3]["kinds"], ["linear"])

    def test_what_cannot_be_answered_is_refused(self):
        self.assert_refused("recommend", because="nothing is asked")
        self.assert_refused("recommend", self.out / "gone", because="holds no results")
        self.assert_refused("recommend", "--data", pathlib.Path(__file__), because="is a file")
        self.assert_refused("recommend", "--per-class", "0", because="--per-class")
        self.made()
        self.assert_refused("recommend", self.out, "--network", "resnet18", because="no run has a result")


if __name__ == "__main__":
    unittest.main()
