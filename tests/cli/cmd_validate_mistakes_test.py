"""`espalier validate` on a study with one mistake, for each value and each key: one message, and none that follows from it."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ESPALIER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier"

STUDY = """[study]
name = "made"
seed = 1
[data.d]
format = "made"
classes = 6
per_class = 20
valid = { per_class = 2 }
test = { per_class = 4 }
[split]
kind = "random"
count = 2
source = 3
target = 3
[source.s]
data = "d"
classes = "split.source"
[target.t]
data = "d"
classes = "split.target"
sample = { rule = "random", stratified = true, redraw = "replicate" }
[network]
name = "mnist4"
[train]
epochs = 2
stop = { metric = "valid.top1", every = 1, patience = 2 }
rates = [{ units = "new", start = 0.01, factor = 0.1, first = 1, every = 1 }, { units = "rest", relative = 0.1, to = "new" }]
[[experiment]]
name = "tuned"
axes = { frozen = [0, 1], per_class = [2, 4], replicate = { by = "per_class", 2 = [1, 2], 4 = [1] } }
fixed = { transferred = 2 }
[[experiment]]
name = "chosen"
axes = { per_class = [2, 4] }
take = [{ values = ["frozen"], from = ["tuned"], best = "valid.top1", mean_over = ["split", "replicate"], per = ["per_class"] }]
fixed = { transferred = 2 }
[[experiment]]
name = "swapped"
kind = "evaluate"
axes = { tuned_unit = [2, 3], per_class = [2] }
units_from = [{ units = "tuned_unit", experiment = "chosen", same = ["per_class", "split"] }]
[[figure]]
experiment = "tuned"
x = "per_class"
y = "test.top1"
series = "frozen"
[[table]]
kind = "raw"
experiment = "tuned"
y = "test.top1"
"""
PAIR = re.compile(r'(?<![\\w."])([a-z_]+) = ("[^"]*"|-?[0-9.]+|true)?')
NAMES = {"name", "target", "source"}  # what others refer to by: a change there is a mistake of theirs, too


class OneMistake(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.cache.cleanup)

    def errors_of(self, mistake):
        what, text = mistake
        with tempfile.TemporaryDirectory() as folder:
            study = pathlib.Path(folder) / "study.toml"
            study.write_text(text)
            done = subprocess.run([ESPALIER, "validate", study, "--json"], capture_output=True, text=True,
                                  env={**os.environ, "ESPALIER_CACHE": self.cache.name})
            self.assertIn(done.returncode, (0, 2), (what, done.stderr))
            return what, [(one["line"], one["key"], one["problem"]) for one in json.loads(done.stdout)["diagnostics"]
                          if one["severity"] == "error"]

    def check(self, mistakes):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for what, errors in pool.map(self.errors_of, mistakes):
                self.assertEqual(len(errors), 1, (what, errors))

    def test_the_study_is_right(self):
        self.assertEqual(self.errors_of(("", STUDY))[1], [])

    def test_one_wrong_value_brings_one_message(self):
        self.check([((found[1], wrong), STUDY[:found.start(2)] + wrong + STUDY[found.end(2):])
                    for found in PAIR.finditer(STUDY) if found[2] and found[1] not in NAMES for wrong in ("[[2]]",)])

    def test_one_misspelt_key_brings_one_message(self):
        self.check([(found[1], STUDY[:found.end(1) - 1] + "zz" + STUDY[found.end(1):])
                    for found in PAIR.finditer(STUDY) if found[1] not in NAMES | {"x", "y", "to"}])


if __name__ == "__main__":
    unittest.main()
