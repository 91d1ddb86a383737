"""A tie has one winner on the page: the best settings, the selections, the answers and the confusion matrices name the same."""
import html
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ESPALIER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier"

# Two validation images a class: accuracies are multiples of a quarter, and settings tie at each size.
STUDY = """[study]
name = "ties"
seed = 3
[data.d]
format = "made"
classes = 4
per_class = 24
noise = 120
valid = { per_class = 2 }
test = { per_class = 4 }
[split]
kind = "random"
count = 2
source = 2
target = 2
[source.s]
data = "d"
classes = "split.source"
[target.t]
data = "d"
classes = "split.target"
[network]
name = "mnist4"
[train]
batch = 8
epochs = 4
rates = [{ units = "rest", start = 0.003 }]
[[experiment]]
name = "frozen"
axes = { transferred = [0, 1, 2, 3], frozen = [0, 1, 2, 3], per_class = [1, 2, 4, 8] }
exclude = [{ name = "frozen beyond", when = "frozen > transferred" }]
[[experiment]]
name = "best"
axes = { per_class = [1, 2, 4, 8] }
take = [{ values = ["transferred", "frozen"], from = ["frozen"], best = "valid.top1", mean_over = ["split"], per = ["per_class"] }]
"""


def rows_of(page, section):
    text = re.search(rf'<section id="{section}">(.*?)</section>', page, re.S).group(1)
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in re.findall(r"<tr.*?</tr>", text, re.S)]
    return text, [[html.unescape(re.sub("<[^>]+>", "", cell)).strip().replace("\xa0", " ") for cell in row] for row in rows]


class Ties(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        out = pathlib.Path(folder.name) / "out"
        (out.parent / "study.toml").write_text(STUDY)
        for words in (("run", out.parent / "study.toml", "--out", out), ("report", out, "--out", out.parent / "page.html")):
            done = subprocess.run([ESPALIER, *words], capture_output=True, text=True,
                                  env={**os.environ, "ESPALIER_CACHE": str(out.parent / "cache")})
            assert done.returncode == 0, done.stderr
            if words[0] == "run":
                cls.answers = [line for line in done.stdout.splitlines() if " a class " in line]
        cls.page = (out.parent / "page.html").read_text()

    def test_each_part_names_the_same_setting(self):
        best = {row[0]: row[1] for row in rows_of(self.page, "best")[1] if row and row[0].isdigit()}
        _, selections = rows_of(self.page, "selections")
        chosen = {row[0].removeprefix("per_class "): row[1] for row in selections if row and row[0].startswith("per_class ")}
        self.assertEqual(sorted(best), ["1", "2", "4", "8"])
        self.assertEqual(chosen, best)
        self.assertTrue(any("equal: " in cell for row in selections for cell in row), "the study is to have ties")
        self.assertEqual(len(self.answers), 4, self.answers)
        for (size, setting), answer in zip(best.items(), self.answers):
            self.assertRegex(answer, rf"\b{size} images? a class .*: {setting} \(")

    def test_the_confusion_matrix_is_of_a_setting_that_is_the_best_of_its_size(self):
        text, _ = rows_of(self.page, "predictions")
        setting, size = re.search(r"Setting: (transferred \d, frozen \d), per_class (\d), the best of 40",
                                  html.unescape(text).replace("\xa0", " ")).groups()
        best = {row[0]: row[1] for row in rows_of(self.page, "best")[1] if row and row[0].isdigit()}
        self.assertEqual(setting, best[size])


if __name__ == "__main__":
    unittest.main()
