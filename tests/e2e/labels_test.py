"""Label sets through all processes: a source taught a cut of a level is one taught label_kind = "coarse", bit for bit; others
are trained on the classes that they have, and what is refused leaves no trace."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

from launches import BIN, Launch

FINE, IMAGES, TESTS = 10, 14, 4
COARSE = [2, 0, 1, 1, 0, 2, 2, 0, 1, 1]  # by fine class
STUDY = """
[study]
name = "labelled"
seed = 5

[data.toy]
format = "cifar"
images = "train.bin"
valid = {{ per_class = 3 }}
test = {{ per_class = 4 }}

{labels}
[source.rough]
{source}
train = {{ epochs = 2, warn_below = 0 }}

[target.toy]
data = "toy"
{target}

[network]
name = "cifar7"
width = 0.125

[train]
batch = 5
epochs = 1
keep = "last"

[[experiment]]
name = "taught"
axes = {{ transferred = [0, 6], per_class = [4] }}
"""
TREE = """
[tree.levels]
data = "toy"
levels = "coarse"

[labels.coarse]
tree = "levels"
cut = { kind = "clamp", depth = 1 }

[labels.fine]
tree = "levels"
"""
COARSE_DATA = """
[data.rough]
format = "cifar"
label_kind = "coarse"
images = "train.bin"
valid = { per_class = 3 }
test = { per_class = 4 }
"""


def study(labels="", source='data = "toy"\nclasses = "labels.coarse"', target=""):
    return STUDY.format(labels=labels, source=source, target=target)


class Labels(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        rng = np.random.default_rng(3)
        fine = np.repeat(np.arange(FINE), IMAGES + TESTS)
        rng.shuffle(fine)
        pixels = rng.integers(0, 120, (len(fine), 3072)) + 12 * fine[:, None]
        records = np.concatenate([np.array(COARSE)[fine][:, None], fine[:, None], pixels], axis=1)
        (self.folder / "train.bin").write_bytes(records.astype(np.uint8).tobytes())

    def launch(self, name, text):
        launch = Launch(self.folder, name, workers=1)
        launch.study.write_text(text)
        return launch

    def rows(self, name, text):
        """Rows of /metrics without times, by task."""
        launch = self.launch(name, text)
        self.assertEqual(launch.finish(), 0, launch.said())
        with h5py.File(launch.out / "results.h5") as view:
            table = view["metrics"][:]
        columns = [column for column in table.dtype.names if "wall" not in column and "attempt" not in column]
        return launch, [tuple(str(row[column]) for column in columns) for row in table]

    def shown_classes(self, launch):
        shown = subprocess.run([BIN / "espalier", "show", launch.study, "taught:transferred=6"], check=True,
                               capture_output=True, text=True, env=launch.environment).stdout
        return [line.split(None, 1)[1] for line in shown.splitlines() if line.startswith("classes")]

    def test_a_cut_of_the_level_is_the_coarse_labels_of_the_records(self):
        cut, by_cut = self.rows("cut", study(TREE, target='classes = "labels.fine"'))
        kind, by_kind = self.rows("kind", study(COARSE_DATA, 'data = "rough"'))

        self.assertGreater(len(by_cut), 6)
        self.assertEqual(sorted(by_cut), sorted(by_kind))
        self.assertEqual(self.shown_classes(cut), ["10 (0, 1, 2, 3, 4, 5, ...)", "3 (coarse 0, coarse 1, coarse 2)"])
        self.assertEqual(self.shown_classes(kind), ["10 (0, 1, 2, 3, 4, 5, ...)", "3 (0, 1, 2)"])
        tree = subprocess.run([BIN / "espalier", "data", "tree", cut.study, "levels", "--depth", "1"], check=True,
                              capture_output=True, text=True, env=cut.environment).stdout.splitlines()
        self.assertEqual(tree[-4:], ["all  10", "  coarse 0  3", "  coarse 1  4", "  coarse 2  3"])
        cut.ask("report")
        page = (cut.out / "report" / "index.html").read_text()
        self.assertTrue("The labels of source &#39;rough&#39; are &#39;coarse&#39;: classes deeper than 1 get" in page)

    def test_lists_in_that_order_are_the_same_labels_and_others_are_not(self):
        groups = ", ".join(f"{name} = [{', '.join(str(i) for i in range(FINE) if COARSE[i] == level)}]"
                           for level, name in enumerate(("low", "middle", "high")))
        listed = f'[labels.coarse]\ndata = "toy"\ncut = {{ kind = "listed", groups = {{ {groups} }} }}\n'
        launch, by_list = self.rows("listed", study(listed))
        _, by_kind = self.rows("kind", study(COARSE_DATA, 'data = "rough"'))
        self.assertEqual(sorted(by_list), sorted(by_kind))
        self.assertEqual(self.shown_classes(launch)[1], "3 (low, middle, high)")

        _, without = self.rows("without", study(TREE.replace("depth = 1 }", "depth = 1 }\nwithout = [\"coarse 2\"]")))
        self.assertNotEqual(sorted(without), sorted(by_kind))

    def test_what_cannot_be_a_label_set_is_refused_before_anything_is_written(self):
        for now, words in (("depth = 1 }\nwithout = [\"coarse 1\", \"coarse 2\"]", "source 'rough' has a single class"),
                           ("depth = 1 }\nwithout = [\"all\"]", "no class is left"),
                           ("depth = 1 }\nwithout = [\"coarse 7\"]", "'coarse 7' is no class of data 'toy'"),
                           ("depth = 1 }\nwithout_classes_of = \"target.toy\"", "no class is left")):
            launch = self.launch("refused", study(TREE.replace("depth = 1 }", now)))
            self.assertEqual(launch.finish(), 2, launch.said())
            self.assertIn(words, launch.said())
            self.assertFalse(launch.out.exists())


if __name__ == "__main__":
    unittest.main()
