"""Rules to stop through the real processes: where each training must end and with which results, as Python works it out from
the rows of a training that nothing ends; shared steps, kills, groups, and what is refused."""
import json
import subprocess
import tempfile
import unittest

import h5py

from launches import BIN, Launch

EPOCHS, CLASSES, TESTS = 10, 4, 5
STUDY = """
[study]
name = "stopping"
seed = 11

[data.toy]
format = "made"
classes = {classes}
per_class = 22
height = 20
width = 20
noise = 160
valid = {{ per_class = 6 }}
test = {{ per_class = {tests} }}

[target.toy]
data = "toy"

[network]
name = "mnist4"

[train]
batch = 4
epochs = {epochs}
keep = "last"
rates = [{{ units = "rest", start = 0.02 }}]
{train}

[[experiment]]
name = "free"
axes = {{ per_class = [2, 5] }}
fixed = {{ transferred = 0 }}

[[experiment]]
name = "stopped"
axes = {{ per_class = [2, 5], train.stop.patience = [1, 3], train.stop.metric = ["valid.top1", "valid.loss"] }}
fixed = {{ transferred = 0, train.stop.every = {every} }}
{more}
"""
GROUPS = """
[[resources]]
workers = 2
"""


def study(every="1", more="", train=""):
    return STUDY.format(classes=CLASSES, epochs=EPOCHS, tests=TESTS, every=every, more=more, train=train)


def table(launch, name):
    """Rows of a table of results.h5, as dictionaries."""
    with h5py.File(launch.out / "results.h5") as view:
        rows = view[name][:]
    return [{column: value.decode() if isinstance(value, bytes) else value for column, value in zip(rows.dtype.names, row)}
            for row in rows]


def curve(launch, task, subset):
    """{(epoch, step): row} of a task on one image set."""
    return {(row["epoch"], row["step"]): row for row in table(launch, "metrics")
            if row["task"] == task and row["subset"] == subset}


def expected(rows, moments, metric, patience):
    """(end, result) of a rule that sees `rows` at `moments` in turn: only strictly better counts."""
    best, worse = None, 0
    for at in moments:
        value = rows[at][metric] * (-1 if metric == "loss" else 1)
        if best is None or value > best[0]:
            best, worse = (value, at), 0
        else:
            worse += 1
        if worse >= patience:
            break
    return at, best[1]


class EarlyStopping(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def launch(self, name, text, **options):
        launch = Launch(self.folder.name, name, **options)
        launch.study.write_text(text)
        return launch

    def run_of(self, name, text, **options):
        launch = self.launch(name, text, **options)
        self.assertEqual(launch.finish(), 0, launch.said())
        return launch

    def check_ends(self, launch, moments):
        """Every stopped run ends where the rows of the free run of its size say, and has that run's results there."""
        tasks = {row["task"]: row for row in table(launch, "tasks")}
        final = table(launch, "final")
        free = {row["per_class"]: row["task"] for row in final if row["experiment"] == "free"}
        early = 0
        for run in (row for row in final if row["experiment"] == "stopped"):
            metric = run["train.stop.metric"].split(".")[1]
            valid, test = (curve(launch, free[run["per_class"]], subset) for subset in ("valid", "test"))
            seen = curve(launch, run["task"], "valid")
            end, result = expected({**valid, **seen}, moments, metric, int(run["train.stop.patience"]))
            task = tasks[run["task"]]
            self.assertEqual((task["ended_epoch"], task["ended_step"]), end)
            self.assertEqual((task["result_epoch"], task["result_step"]), result)
            self.assertEqual(run["epoch"], result[0])
            for at, row in valid.items():
                if at in seen:
                    self.assertEqual(row["loss"], seen[at]["loss"], at)
            self.assertIn((0, 0), seen, "the network before its first step")
            self.assertEqual(run["valid.loss"], seen[result]["loss"])
            if result in test:
                self.assertEqual(run["test.loss"], test[result]["loss"])
                self.assertEqual(run["test.top1"], test[result]["top1"])
            early += end < (EPOCHS, 0)
        self.assertGreater(early, 0, "some training must end early")
        return early

    def test_rules_end_trainings_where_the_curve_of_one_without_says(self):
        launch = self.run_of("each", study())

        early = self.check_ends(launch, [(epoch, 0) for epoch in range(1, EPOCHS + 1)])
        self.check_shared(launch)
        status = launch.status()["early_stopping"]
        self.assertEqual(status["with_rule"], 8)
        self.assertEqual(status["ended_early"], early)
        self.assertEqual(status["epochs_at_most"], 8 * EPOCHS)
        self.assertLess(status["epochs"], 8 * EPOCHS)

    def check_shared(self, launch):
        """The runs without a rule pass through all steps of those with one: nothing else is trained."""
        images = sum(row["epoch_images"] for row in table(launch, "tasks"))
        self.assertEqual(images, EPOCHS * CLASSES * (2 + 5))

    def test_a_rule_may_evaluate_within_epochs(self):
        launch = self.run_of("steps", study(every='"3 steps"'))  # 2 or 5 steps an epoch

        final = [row for row in table(launch, "final") if row["experiment"] == "stopped"]
        self.assertTrue(all(row["valid.count"] == CLASSES * 6 for row in final))
        for size, per_epoch in (("2", 2), ("5", 5)):
            last = per_epoch * EPOCHS
            steps = [step for step in range(3, last, 3)] + [last]
            moments = [divmod(step, per_epoch) for step in steps]
            for run in (row for row in final if row["per_class"] == size):
                seen = curve(launch, run["task"], "valid")
                task = next(row for row in table(launch, "tasks") if row["task"] == run["task"])
                end, result = expected(seen, moments, run["train.stop.metric"].split(".")[1],
                                       int(run["train.stop.patience"]))
                self.assertEqual((task["ended_epoch"], task["ended_step"]), end)
                self.assertEqual((task["result_epoch"], task["result_step"]), result)

    def test_killed_again_and_again_it_stops_at_the_same_moments(self):
        text = study()
        whole = self.run_of("whole", text)
        launch = self.launch("killed", text)
        launch.start()
        for victim in ("trainer", "mpirun", "trainer"):
            before = len(launch.records(8))
            launch.wait_for(lambda: len(launch.records(8)) > before + 2 or launch.process.poll() is not None,
                            "checkpoints") if launch.process.poll() is None else None
            if launch.process.poll() is None and launch.find(victim):
                launch.kill(victim)
        launch.process.wait()
        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertEqual(launch.metrics(), whole.metrics())
        moments = [[(row["task"], row["ended_epoch"], row["result_epoch"]) for row in table(one, "tasks")]
                   for one in (launch, whole)]
        self.assertEqual(*moments)

    def test_the_members_of_a_group_agree(self):
        launch = self.run_of("group", study(more=GROUPS))

        self.assertIn(2, {row["workers"] for row in table(launch, "tasks")})
        self.check_ends(launch, [(epoch, 0) for epoch in range(1, EPOCHS + 1)])

    def test_the_plan_says_what_may_be_saved_and_show_says_the_rule(self):
        launch = self.launch("planned", study(every="2"))
        said = json.loads(subprocess.run([BIN / "espalier", "plan", launch.study, "--json"], env=launch.environment,
                                         check=True, capture_output=True, text=True).stdout)["early_stopping"]
        self.assertEqual(said, {"trainings": 8, "most_epoch_images": EPOCHS * CLASSES * 7,
                                "least_epoch_images": EPOCHS * CLASSES * 7})  # the runs without a rule go on
        shown = subprocess.run([BIN / "espalier", "show", launch.study,
                                "stopped:per_class=2,train.stop.patience=3,train.stop.metric=valid.top1"],
                               env=launch.environment, check=True, capture_output=True, text=True).stdout
        self.assertIn("once valid.top1 has not risen for 3 evaluations, one every 2 epochs; the best state is restored",
                      shown)

    def test_what_cannot_be_followed_is_refused_and_nothing_is_written(self):
        for bad, words in {
                'stop = { patience = 0 }': "patience",
                'stop = { metric = "valid.top1", every = 2 }': "stop has no patience",
                'stop = { metric = "train.top1", patience = 2 }': "cannot end a training",
                'stop = { metric = "valid.best", patience = 2 }': "unknown metric",
                f'stop = {{ patience = 2, every = {EPOCHS + 1} }}': "never comes",
                'stop = { patience = 2, restore = "first" }': "restore",
                'stop = { patience = 2, min_delta = -0.1 }': "min_delta",
                'stop = "always"': "stop",
        }.items():
            with self.subTest(bad):
                launch = self.launch("bad", study(train=bad))
                self.assertEqual(launch.finish(), 2, launch.said())
                self.assertIn(words, launch.said())
                self.assertFalse(launch.out.exists())
                said = subprocess.run([BIN / "espalier", "validate", launch.study], env=launch.environment, capture_output=True,
                                      text=True).stderr
                self.assertEqual(said.count("error:"), 1, said)  # once, however many experiments train

    def test_a_rule_needs_its_images_and_test_images_are_warned_about(self):
        launch = self.launch("none", study(train="stop = { patience = 2 }").replace("valid = { per_class = 6 }\n", ""))
        self.assertEqual(launch.finish(), 2, launch.said())
        self.assertIn("holds out no valid images", launch.said())
        launch = self.launch("test", study(train='stop = { metric = "test.top1", patience = 2 }'))
        said = subprocess.run([BIN / "espalier", "validate", launch.study], env=launch.environment, capture_output=True,
                              text=True)
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("stop by test images", said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
