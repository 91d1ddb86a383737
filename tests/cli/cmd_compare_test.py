"""compare: differences, ratios, intervals and p-values of pairs against numpy on the journal's rows."""
import csv
import io
import json
import unittest

import numpy as np

import looking

QUANTILE = 4.302652729749461  # Student's at 0.975 with 2 degrees of freedom


def p_of(values):
    """Student's two-sided p-value with 2 degrees of freedom, which has a closed form."""
    t = values.mean() / (values.std(ddof=1) / np.sqrt(3))
    return 1 - abs(t) / np.sqrt(2 + t * t)


class Compare(looking.Looking):
    def setUp(self):
        super().setUp()
        self.facts = self.made()

    def accuracy(self, transferred, size, split):
        run = self.facts.run(transferred=str(transferred), per_class=size, split=str(split))
        done = self.facts.ends[run.task][0] == "done"
        return self.facts.last(run.task, "test").top1 if done else np.nan

    def sides(self, a, b, size):
        pairs = np.array([[self.accuracy(n, size, split) for split in (1, 2, 3)] for n in (a, b)])
        return pairs[:, ~np.isnan(pairs).any(axis=0)]

    def contrasts(self, a, b, *words):
        told = json.loads(self.said("compare", self.out, f"transferred={a}", f"transferred={b}", *words, "--json"))
        return {one["axes"]["per_class"]: one for one in told["contrasts"]}

    def test_the_difference_is_that_of_pairs(self):
        for a, b in ((6, 0), (6, 2), (0, 2)):
            contrasts = self.contrasts(a, b, "--by", "per_class")
            self.assertEqual(list(contrasts), ["1", "5", "all"])
            for size, contrast in contrasts.items():
                left, right = self.sides(a, b, size)
                self.assertEqual((contrast["pairs"], contrast["unpaired"]), (len(left), 3 - len(left)))
                for name, values in (("a", left), ("b", right), ("difference", left - right)):
                    self.assertAlmostEqual(contrast[name]["mean"], values.mean(), 12)
                self.assertAlmostEqual(contrast["ratio"]["mean"], np.exp(np.log(left / right).mean()), 12)

    def test_intervals_and_p_values_are_students(self):
        for size, contrast in self.contrasts(6, 2, "--by", "per_class").items():
            left, right = self.sides(6, 2, size)
            if len(left) < 3:
                self.assertIsNone(contrast["difference"]["interval"])
                self.assertIsNone(contrast["p"])
                continue
            difference, logs = left - right, np.log(left / right)
            half = QUANTILE * difference.std(ddof=1) / np.sqrt(3)
            np.testing.assert_allclose(contrast["difference"]["interval"],
                                       [difference.mean() - half, difference.mean() + half], atol=1e-9)
            self.assertAlmostEqual(contrast["p"], p_of(difference), 9)
            half = QUANTILE * logs.std(ddof=1) / np.sqrt(3)
            np.testing.assert_allclose(contrast["ratio"]["interval"],
                                       np.exp([logs.mean() - half, logs.mean() + half]), rtol=1e-9)

    def test_csv_and_words_have_the_same_numbers(self):
        words = ["compare", self.out, "transferred=6", "transferred=2", "--by", "per_class"]
        rows = list(csv.DictReader(io.StringIO(self.said(*words, "--csv"))))
        lines = [line.split() for line in self.said(*words).splitlines()]
        for row, (size, contrast) in zip(rows, self.contrasts(6, 2, "--by", "per_class").items(), strict=True):
            self.assertEqual((row["per_class"], float(row["difference"])), (size, contrast["difference"]["mean"]))
            line, = [line for line in lines if line[:1] == [size]]
            self.assertEqual(line[1:4], [f"{100 * contrast['a']['mean']:.1f}", f"{100 * contrast['b']['mean']:.1f}",
                                         f"{100 * contrast['difference']['mean']:+.1f}"])

    def test_an_axis_that_differs_too_is_said(self):
        words = ["compare", self.out, "transferred=6,per_class=1", "transferred=0,per_class=all"]
        self.assertEqual(self.call(*words).stderr.count("note:"), 0, "both axes are named")
        told = self.call("compare", self.out, "transferred=6", "transferred=0", "--by", "per_class")
        self.assertNotIn("note:", told.stderr)

    def test_it_refuses_sides_that_do_not_exist(self):
        self.assert_refused("compare", self.out, "transferred=6", "transferred=9", because="no run has transferred = 9")
        self.assert_refused("compare", self.out, "depth=6", "transferred=0", because="no run has an axis 'depth'")
        self.assert_refused("compare", self.out, "transferred=later", "transferred=0",
                            because="no experiment holds both 'transferred=later' and 'transferred=0'")
        self.assert_refused("compare", self.out, "transferred=6", "transferred=0",
                            because="'per_class' varies within a cell")
        self.assert_refused("compare", self.out / "missing", "a=1", "a=2", because="holds no results")


if __name__ == "__main__":
    unittest.main()
