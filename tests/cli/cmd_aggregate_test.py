"""aggregate: means, spreads and intervals of each cell against numpy on the journal's rows, in words, CSV and JSON."""
import csv
import io
import json
import unittest

import numpy as np

import looking

QUANTILE = 4.302652729749461  # Student's at 0.975 with 2 degrees of freedom


class Aggregate(looking.Looking):
    def setUp(self):
        super().setUp()
        self.facts = self.made()

    def values(self, metric, **labels):
        """Of the runs that ended, by split: what was measured on test images at the end."""
        runs = [run for run in self.facts.runs if labels.items() <= run.labels.items() and run.experiment == "transferred"]
        return np.array([getattr(self.facts.last(run.task, "test"), metric) for run in runs
                         if self.facts.ends[run.task][0] == "done"])

    def rows(self, *words):
        told = self.said("aggregate", self.out, "--experiment", "transferred", *words, "--csv")
        return list(csv.DictReader(io.StringIO(told)))

    def test_each_cell_has_the_mean_the_spread_and_the_interval_of_its_splits(self):
        for metric in ("top1", "top5", "loss"):
            rows = self.rows("--by", "transferred,per_class", "--metric", f"test.{metric}")
            self.assertEqual(len(rows), 9)
            for row in rows:
                values = self.values(metric, transferred=row["transferred"], per_class=row["per_class"])
                self.assertEqual(int(row["splits"]), len(values))
                self.assertAlmostEqual(float(row["mean"]), values.mean(), 12)
                self.assertAlmostEqual(float(row["sd"]), values.std(ddof=1), 12)
                if len(values) < 3:
                    self.assertEqual((row["low"], row["diverged"]), ("", "1"))
                    continue
                half = QUANTILE * values.std(ddof=1) / np.sqrt(3)
                self.assertAlmostEqual(float(row["low"]), values.mean() - half, 9)
                self.assertAlmostEqual(float(row["high"]), values.mean() + half, 9)

    def test_without_by_every_axis_that_varies_makes_the_cells(self):
        self.assertEqual(self.rows(), self.rows("--by", "transferred,per_class"))

    def test_over_averages_within_a_split_first(self):
        rows = self.rows("--by", "transferred", "--over", "per_class", "--where", "per_class=1|all")
        for row in rows:
            sizes = [self.values("top1", transferred=row["transferred"], per_class=size) for size in ("1", "all")]
            by_split = np.mean(sizes, axis=0)
            self.assertAlmostEqual(float(row["mean"]), by_split.mean(), 12)
            self.assertAlmostEqual(float(row["sd"]), by_split.std(ddof=1), 12)

    def test_json_has_the_same_values_and_those_of_each_split(self):
        told = json.loads(self.said("aggregate", self.out, "--experiment", "transferred", "--json"))
        self.assertEqual((told["metric"], told["by"]), ("test.top1", ["transferred", "per_class"]))
        for cell, row in zip(told["cells"], self.rows(), strict=True):
            self.assertEqual(cell["axes"], {axis: row[axis] for axis in told["by"]})
            self.assertEqual(cell["value"]["mean"], float(row["mean"]))
            self.assertEqual(sorted(cell["value"]["by_split"].values()), sorted(self.values("top1", **cell["axes"])))

    def test_words_are_in_percent_and_count_what_is_not_there(self):
        lines = [line.split() for line in self.said("aggregate", self.out, "--experiment", "transferred").splitlines()]
        mean = 100 * self.values("top1", transferred="6", per_class="5").mean()
        line, = [line for line in lines if line[:2] == ["6", "5"]]
        self.assertEqual(line[2:], [f"{mean:.1f}", "-", "1.4", "-", "2", "2", "of", "3,", "1", "diverged"])

    def test_it_refuses_names_that_do_not_exist(self):
        self.assert_refused("aggregate", self.out, "--metric", "test.top3", because="unknown metric 'test.top3'")
        self.assert_refused("aggregate", self.out, "--by", "depth", because="no run has an axis 'depth'")
        self.assert_refused("aggregate", self.out, "--where", "per_class=9", because="no run has per_class = 9")
        self.assert_refused("aggregate", self.out, "--experiment", "gone", because="no run has experiment = gone")
        self.assert_refused("aggregate", self.out / "missing", because="holds no results")

    def test_it_refuses_to_mix_what_differs_within_a_cell(self):
        self.assert_refused("aggregate", self.out, "--by", "transferred", because="'per_class' varies within a cell")


if __name__ == "__main__":
    unittest.main()
