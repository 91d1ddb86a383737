"""keep = "selected" and "best": which networks are left once a study has ended, undisturbed and over kills; files that are named no more
go, and nothing else does."""
import signal
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

from launches import Launch


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def launch(self, keep, name="out", **more):
        return Launch(self.folder, name, epochs=3, more=["--set", f"train.keep={keep}"], **more)

    def tables(self, launch):
        with h5py.File(launch.out / "results.h5") as view:
            return {name: [{column: text_of(row[column]) for column in row.dtype.names} for row in view[name][:]]
                    for name in ("final", "tasks", "selections")}

    def chosen(self, tables, best):
        """Tasks that selections chose, and with `best` those of the settings that rank first by validation."""
        tasks = set()
        for one in tables["selections"]:
            values = dict(label.split("=") for label in [*one["per"].split(","), *one["chosen"].split(",")])
            values = {axis: "8" if value == "all" else value for axis, value in values.items()}  # all that there are
            tasks |= {row["task"] for row in tables["final"]
                      if row["experiment"] == "transferred" and values.items() <= row.items()}
        places = {}
        for row in tables["final"] if best else []:
            setting = tuple((axis, row[axis]) for axis in ("transferred", "frozen", "decay_epoch"))
            places.setdefault((row["experiment"], row["per_class"]), {}).setdefault(setting, []).append(row)
        for settings in places.values():
            first = min(settings.values(), key=lambda rows: (-round(np.mean([float(row["valid.top1"]) for row in rows]), 9),
                                                             np.mean([float(row["valid.loss"]) for row in rows])))
            tasks |= {row["task"] for row in first}
        return tasks

    def check(self, launch, best):
        tables = self.tables(launch)
        of_runs = {row["task"] for row in tables["final"]}
        kept = {row["task"]: row["finished"] for row in tables["tasks"] if row["finished"]}
        self.assertEqual(set(kept) & of_runs, self.chosen(tables, best))
        self.assertLess(len(set(kept) & of_runs), len(of_runs))
        self.assertEqual(len(set(kept) - of_runs), 2)  # the sources of two splits
        named = {row[column] for row in tables["tasks"] for column in ("finished", "predictions") if row[column]}
        self.assertEqual({file.stem for file in (launch.out / "artifacts").iterdir()}, named)
        self.assertNotIn("problem", launch.ask("verify"))
        return kept

    def test_selected_keeps_what_a_take_chose(self):
        launch = self.launch("selected")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.check(launch, best=False)

    def test_best_keeps_the_best_of_each_size_too_over_kills(self):
        launch = self.launch("best").start()
        launch.wait_for_rows(40)
        launch.kill("rank0")
        launch.wait_for(lambda: len(launch.segments()) > 1, "another launch")
        launch.wait_for_rows(60)
        launch.kill("supervisor")
        launch.process.wait()
        self.assertTrue(launch.gone_within(30))
        self.assertEqual(launch.finish(), 0, launch.said())
        kept = self.check(launch, best=True)
        launch.check_nothing_done_twice()

        undisturbed = self.launch("best", "again")
        self.assertEqual(undisturbed.finish(), 0, undisturbed.said())
        self.assertEqual(self.check(undisturbed, best=True), kept)

    def test_what_a_kill_left_goes_with_the_next_launch_and_nothing_is_done_again(self):
        launch = self.launch("best")
        self.assertEqual(launch.finish(), 0, launch.said())
        kept = self.check(launch, best=True)
        released = {one[5][0].decode() for one in launch.records(8) if one[3] == [1] and one.get(5, [b""])[0]}
        released -= set(kept.values())
        self.assertTrue(released)
        for name in released:  # as if the launch had been killed between the record and the deletion
            (launch.out / "artifacts" / f"{name}.safetensors").write_bytes(b"network")
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(self.check(launch, best=True), kept)
        self.assertEqual(launch.trained(launch.segments()[-1]), [])

    def test_networks_that_a_choice_lacks_are_told(self):
        launch = self.launch("none")
        self.assertEqual(launch.finish(), 0, launch.said())
        launch.command = [word if word != "train.keep=none" else "train.keep=best" for word in launch.command]
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertIn("chosen trainings are not kept", launch.said())


if __name__ == "__main__":
    unittest.main()
