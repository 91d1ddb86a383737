"""The three algorithms of Royer and Lampert as experiments, swaps and picks: through the real processes, killed and
resumed, with every choice made again here from the stored rows."""
import csv
import io
import json
import subprocess
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import h5py

from launches import BIN, Launch

EACH = '["target", "per_class", "split", "replicate"]'
GRID = "per_class = [1, 3], replicate = 2"
UNITS = [1, 2, 3, 4]
STUDY = f"""
[study]
name = "flex-test"
seed = 4

[data.plain]
format = "made"
classes = 6
per_class = 20
height = 20
width = 20
noise = 200
valid = {{ per_class = 5 }}
test = {{ per_class = 4 }}

[data.toned]
format = "made"
classes = 6
per_class = 20
height = 20
width = 20
noise = 200
valid = {{ per_class = 5 }}
test = {{ per_class = 4 }}
mean = [0.6]
std = [0.15]

[source.plain]
data = "plain"
train = {{ epochs = 6 }}

[target.toned]
data = "toned"
classes = [4, 0, 2, 1]
outputs_of = "source"

[network]
name = "mnist4"

[train]
optimiser = "adam"
batch = 4
epochs = 4
rates = [{{ units = "rest", start = 0.002 }}]

[[experiment]]
name = "tune-one"
axes = {{ tuned_unit = {UNITS}, {GRID} }}

[[experiment]]
name = "tune-all"
axes = {{ {GRID} }}
fixed = {{ tuned_unit = "all" }}

[[pick]]
name = "flex"
from = ["tune-one", "tune-all"]
best = "valid.top1"
per = {EACH}

[[experiment]]
name = "swaps"
kind = "evaluate"
axes = {{ tuned_unit = {UNITS}, {GRID} }}
units_from = [{{ units = "tuned_unit", experiment = "tune-all", same = {EACH} }}]

[[experiment]]
name = "tune-named"
axes = {{ {GRID} }}
take = [{{ values = ["tuned_unit"], from = ["swaps"], best = "valid.top1", per = {EACH} }}]

[[pick]]
name = "fast-flex"
from = ["tune-named", "tune-all"]
best = "valid.top1"
per = {EACH}

[[experiment]]
name = "retuned"
axes = {{ {GRID} }}
fixed = {{ tuned_unit = 1, train.epochs = 1 }}
start = {{ experiment = "fast-flex", same = {EACH} }}

[[experiment]]
name = "untuned"
kind = "evaluate"

[[figure]]
experiment = "fast-flex"
x = "per_class"

[[table]]
kind = "raw"
experiment = "flex"
"""


def final(launch):
    """{(experiment, per_class, replicate, tuned_unit): row of /final}, texts decoded."""
    with h5py.File(launch.out / "results.h5") as view:
        table = view["final"][:]
    rows = {}
    for row in table:
        named = {name: row[name].decode() if isinstance(row[name], bytes) else row[name] for name in table.dtype.names}
        key = tuple(named.get(axis, "") for axis in ("experiment", "per_class", "replicate", "tuned_unit"))
        rows[key] = named
    return rows


def hits(row):
    """Validation images told right: a whole number, so that ties are ties."""
    return Fraction(round(float(row["valid.top1"]) * float(row["valid.count"])))


class Flex(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.undisturbed = cls.launch("undisturbed")
        code = cls.undisturbed.finish()
        assert code == 0, cls.undisturbed.said()
        cls.rows = final(cls.undisturbed)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def launch(cls, name):
        launch = Launch(cls.folder.name, name)
        launch.study.write_text(STUDY)
        return launch

    def of(self, experiment, per_class, replicate):
        return {key[3]: row for key, row in self.rows.items() if key[:3] == (experiment, per_class, replicate)}

    def cells(self):
        return [(size, replicate) for size in ("1", "3") for replicate in ("1", "2")]

    def picked(self, pick, candidates, cell):
        """The pick's row against the best candidate: more hits, then fewer trained units, then the lower loss."""
        rows = [row for experiment in candidates for row in self.of(experiment, *cell).values()]
        best = min(rows, key=lambda row: (-hits(row), row["tuned_unit"] == "all", float(row["valid.loss"])))
        (row,) = self.of(pick, *cell).values()
        self.assertEqual(row["task"], best["task"], (pick, cell))
        self.assertEqual(row["chosen"], best["experiment"])
        self.assertEqual(row["tuned_unit"], best["tuned_unit"])
        for name in ("valid.top1", "test.top1", "test.loss"):
            self.assertEqual(row[name], best[name])
        return best["experiment"]

    def test_flex_is_the_best_of_each_unit_and_all_of_them(self):
        self.assertEqual(sum(key[0] == "flex" for key in self.rows), 4)
        for cell in self.cells():
            self.picked("flex", ["tune-one", "tune-all"], cell)

    def test_fast_flex_tunes_the_unit_whose_swap_is_best(self):
        named = set()
        for cell in self.cells():
            swaps = self.of("swaps", *cell)
            self.assertEqual(len(swaps), len(UNITS))
            best = min(UNITS, key=lambda unit: (-hits(swaps[str(unit)]), float(swaps[str(unit)]["valid.loss"]), unit))
            (unit,) = self.of("tune-named", *cell)
            self.assertEqual(unit, str(best), cell)
            self.assertEqual(self.of("tune-named", *cell)[unit]["task"], self.of("tune-one", *cell)[unit]["task"])
            named.add(self.picked("fast-flex", ["tune-named", "tune-all"], cell))
        self.assertTrue(named <= {"tune-named", "tune-all"})

    def test_targets_are_told_apart_among_the_outputs_of_the_source(self):
        (untuned,) = [row for key, row in self.rows.items() if key[0] == "untuned"]
        self.assertEqual(untuned["valid.count"], 4 * 5)
        self.assertEqual(len(self.rows), 53)

    def test_a_study_that_is_killed_again_and_again_ends_with_the_same_numbers_and_choices(self):
        launch = self.launch("killed")
        total = len(self.undisturbed.records(7))
        for share in (0.3, 0.6, 0.9):
            launch.start()
            launch.wait_for_rows(int(share * total))
            launch.kill("rank0")
            launch.process.kill()
            launch.process.wait()
            self.assertTrue(launch.gone_within(30), launch.processes())
        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(launch.metrics(), self.undisturbed.metrics())
        self.assertEqual(launch.selections(), self.undisturbed.selections())
        self.check_done_twice(launch)
        again = final(launch)
        self.assertEqual({key: row["task"] for key, row in again.items()},
                         {key: row["task"] for key, row in self.rows.items()})

    def check_done_twice(self, launch):
        """Only units that were tuned before anybody knew that their networks would be needed."""
        named = {row["task"] for key, row in self.rows.items() if key[0] == "tune-named"}
        done = [task for segment in launch.segments() for task in launch.done(segment)]
        self.assertLessEqual({task for task in done if done.count(task) > 1}, named)

    def test_what_was_chosen_is_a_fact_of_the_journal(self):
        before = self.undisturbed.selections()
        self.assertEqual(len(before), 3 * 4)
        self.assertEqual(self.undisturbed.finish(), 0, self.undisturbed.said())
        self.assertEqual(self.undisturbed.attempts(max(self.undisturbed.segments())), [])
        self.assertEqual(self.undisturbed.selections(), before)

    def test_verbs_know_a_pick_as_they_know_an_experiment(self):
        launch = self.undisturbed
        flex = launch.status()["experiments"]["flex"]
        self.assertEqual((flex["done"], flex["total"]), (4, 4))
        listed = csv.DictReader(io.StringIO(launch.ask("export", "--format", "csv", "--what", "runs")))
        self.assertEqual(sum(row["experiment"] == "flex" for row in listed), 4)
        self.assertIn("chosen", launch.ask("explain", "flex:per_class=1,replicate=2"))
        for experiment in ("flex", "tune-named"):
            means = launch.ask("aggregate", "--by", "per_class", "--where", f"experiment={experiment}", "--csv")
            self.assertEqual(len(means.splitlines()), 3, means)
        page = Path(self.folder.name) / "page.html"
        launch.ask("report", "--out", page)
        text = page.read_text()
        self.assertIn("picks the run of tune-named and tune-all with the best valid.top1", text)
        self.assertIn("flex, picks a run", text)

    def test_only_a_pick_runs_what_it_chooses_from(self):
        launch = self.launch("only")
        only = 'experiment == "fast-flex" and per_class == 1 and replicate == 1'
        self.assertEqual(launch.finish("--only", only), 0, launch.said())
        row = final(launch)["fast-flex", "1", "1", self.chosen_unit("fast-flex")]
        (expected,) = self.of("fast-flex", "1", "1").values()
        self.assertEqual((row["task"], row["test.loss"]), (expected["task"], expected["test.loss"]))
        self.assertLessEqual(launch.status()["experiments"]["tune-one"]["done"], 1, "no swap named the others")

    def chosen_unit(self, pick):
        (unit,) = self.of(pick, "1", "1")
        return unit

    def test_plan_counts_what_comes_later(self):
        launch = self.launch("planned")
        said = subprocess.run([BIN / "espalier", "plan", launch.study, "--json"], check=True, capture_output=True,
                              text=True, env=launch.environment).stdout
        counts = {one["name"]: (one["runs"], one["later"]) for one in json.loads(said)["experiments"]}
        self.assertEqual(counts["flex"], (4, 4))
        self.assertEqual(counts["tune-named"], (4, 4))
        self.assertEqual(counts["retuned"], (4, 4))
        self.assertEqual(counts["tune-one"], (16, 0))


if __name__ == "__main__":
    unittest.main()
