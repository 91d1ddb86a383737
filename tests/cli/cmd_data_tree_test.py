"""`espalier data tree`: levels and cuts of real and small trees, trees of studies, and files that are no trees."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
SOURCE = pathlib.Path(os.environ["ESPALIER_SOURCE"])
ILSVRC = SOURCE / "jobs" / "ilsvrc"

STUDY = """[study]
name = "made"
[tree.few]
file = "tree.tsv"
names = "names.tsv"
[labels.groups]
tree = "few"
cut = { kind = "clamp", depth = 1 }
[data.d]
format = "idx"
images = "images"
labels = "labels"
test = { per_class = 2 }
expect = { classes = 4, per_class = 12, shape = [1, 28, 28] }
[source.s]
data = "d"
classes = "labels.groups"
[target.t]
data = "d"
[network]
name = "mnist4"
[[experiment]]
name = "a"
axes = { transferred = [0, 3], per_class = [1, 4] }
"""
TREE = "a\tvowels\ne\tvowels\nb\tothers\nc\tothers\nvowels\tletters\nothers\tletters\n"


class DataTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("study.toml", STUDY)
        self.write("tree.tsv", TREE)
        self.write("names.tsv", "vowels\tVowels\n")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def ask(self, *words):
        return subprocess.run([BIN / "espalier", *words], capture_output=True, text=True, cwd=self.folder,
                              env={**os.environ, "ESPALIER_CACHE": str(self.folder / "cache")})

    def printed(self, *words):
        done = self.ask("data", "tree", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, words, *command):
        """One message, exit code 2, and no new file."""
        before = sorted(self.folder.rglob("*"))
        done = self.ask(*command)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(words, done.stderr)
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        return done.stderr.strip().splitlines()

    def test_ilsvrc(self):
        told = json.loads(self.printed(ILSVRC / "tree.tsv", "--names", ILSVRC / "nodes.tsv", "--json"))

        self.assertEqual(told["leaves"], 1000)
        self.assertEqual(len(told["nodes"]), 1860)
        self.assertEqual([level["clamped"] for level in told["levels"]],
                         [1, 2, 5, 9, 17, 36, 79, 206, 345, 486, 596, 694, 753, 820, 877, 918, 977, 999, 1000])
        self.assertEqual(sum(level["nodes"] for level in told["levels"]), 1807)
        self.assertEqual(sum(level["leaves"] for level in told["levels"]), 1000)
        self.assertEqual(told["absorbed"], [127, 10, 2, 1])
        artifact = next(node for node in told["nodes"] if node["node"] == "n00021939")
        self.assertEqual(artifact, {"node": "n00021939", "shown": "artifact (n00021939)", "parent": artifact["parent"],
                                    "depth": 4, "leaves": 522})

    def test_a_small_tree_is_printed_as_far_down_as_asked(self):
        lines = self.printed("tree.tsv").splitlines()
        self.assertEqual(lines[0], "7 nodes, 4 leaves")
        self.assertEqual([line.split() for line in lines[4:7]],
                         [["0", "1", "0", "1"], ["1", "2", "0", "2"], ["2", "4", "4", "4"]])
        self.assertEqual(lines[-7:], ["letters  4", "  vowels  2", "    a", "    e", "  others  2", "    b", "    c"])
        self.assertEqual(self.printed("tree.tsv", "--depth", "1").splitlines()[-3:],
                         ["letters  4", "  vowels  2", "  others  2"])

    def test_a_study_s_tree_by_its_name(self):
        self.assertIn("  Vowels (vowels)  2", self.printed("study.toml", "few").splitlines())
        self.refused("there is no tree 'many'", "data", "tree", "study.toml", "many")

    def test_files_that_are_no_trees(self):
        for text, words in (("a\tb\nb\tc\nc\ta\n", "tree.tsv: the tree has a circle: 'a' below 'b' below 'c' below 'a'"),
                            ("a\tb\nc\td\n", "tree.tsv: the tree has 2 roots: 'b', 'd'"),
                            ("a b\n", "tree.tsv:1: this line has no child and parent"),
                            ("a\tb\t2\n", "tree.tsv:1: the third column is '2'"),
                            ("", "tree.tsv has no line")):
            self.write("tree.tsv", text)
            self.assertEqual(len(self.refused(words, "data", "tree", "tree.tsv")), 1)
            lines = self.refused(words, "validate", "--no-images", "study.toml")
            self.assertTrue(lines[0].startswith("study.toml:3:1: error: tree.few: "), lines)
        self.refused("there is no such file", "data", "tree", "none.tsv")

    def test_expected_classes_are_the_leaves(self):
        done = self.ask("validate", "--no-images", "study.toml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.write("tree.tsv", TREE + "d\tothers\n")
        lines = self.refused("classes of data 'd' are not in tree 'few': 'class 0'", "plan", "study.toml")
        self.assertTrue(lines[0].startswith("study.toml:6:1: error: labels.groups: "), lines)


if __name__ == "__main__":
    unittest.main()
