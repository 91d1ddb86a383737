"""`espalier validate` on files that are no studies, and on ones that are: one clear message, exit code 2 or 0."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
SOURCE = pathlib.Path(os.environ["ESPALIER_SOURCE"])

MADE = """[study]
name = "made"
[data.d]
format = "made"
classes = 4
per_class = 12
test = { per_class = 3 }
valid = { per_class = 3 }
[source.s]
data = "d"
[target.t]
data = "d"
[network]
name = "mnist4"
[[experiment]]
name = "a"
axes = { transferred = [0, 3], per_class = [1, 4] }
"""


class Validate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def validate(self, content, *options):
        file = pathlib.Path(self.folder.name) / "study.toml"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.run_validate(file, *options)

    def run_validate(self, file, *options):
        cache = {"ESPALIER_CACHE": str(pathlib.Path(self.folder.name) / "cache")}
        return subprocess.run([BIN / "espalier", "validate", file, *options], capture_output=True, text=True,
                              env={**os.environ, **cache})

    def refused(self, content, words, *options):
        done = self.validate(content, *options)
        self.assertEqual(done.returncode, 2, done.stderr)
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(words, lines[0])

    def with_images(self):
        if not (BIN / "espalier-trainer").exists():
            self.skipTest("espalier-trainer is not built here")

    def test_an_empty_file(self):
        self.refused("", "is empty")
        self.refused(" \n\n", "is empty")

    def test_ten_megabytes(self):
        self.refused(b"#" * 10_000_000, "10000000 bytes")

    def test_not_utf8(self):
        self.refused(MADE.encode() + b'# \xff\n', "study.toml:18: this is not UTF-8")

    def test_no_file_and_a_folder(self):
        done = self.run_validate(pathlib.Path(self.folder.name) / "absent.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no such file", done.stderr)
        self.assertEqual(self.run_validate(self.folder.name).returncode, 2)

    def test_an_unknown_key(self):
        self.refused(MADE + "sead = 3\n", "study.toml:18:1: error: experiment.a.sead: unknown key 'sead'")

    def test_all_errors_at_once_in_json(self):
        done = self.validate(MADE.replace("[study]", "[study]\nsead = 1").replace("mnist4", "mnist5"), "--json")
        self.assertEqual(done.returncode, 2)
        found = json.loads(done.stdout)
        self.assertFalse(found["ok"])
        self.assertEqual([d["line"] for d in found["diagnostics"]], [2, 15])

    def test_errors_of_a_value_a_condition_and_a_size_are_found_together(self):
        self.with_images()
        more = ('[train]\nbatch = 0\n[[experiment]]\nname = "b"\naxes = { per_class = [1] }\n'
                'exclude = [{ name = "x", when = "frozn > 3" }]\n'
                '[[experiment]]\nname = "c"\naxes = { per_class = [100] }\n')

        done = self.validate(MADE + more)

        self.assertEqual(done.returncode, 2)
        lines = done.stderr.strip().splitlines()
        self.assertEqual(len(lines), 3, done.stderr)
        for line, words in zip(lines, ("train.batch", "experiment.b.exclude.when", "fewer than 100"), strict=True):
            self.assertIn(words, line)

    def test_what_needs_a_faulty_experiment_brings_no_message_of_its_own(self):
        """Picks, starts and swaps as well as selections: they are as good as the experiment that they need."""
        faulty = MADE.replace('axes = { transferred = [0, 3]', 'axes = { tuned_unit = [1, 5]')
        needs = {
            "pick": '[[pick]]\nname = "b"\nfrom = ["a"]\nbest = "valid.top1"\nper = ["per_class", "split"]\n',
            "start": '[[experiment]]\nname = "b"\naxes = { per_class = [1, 4] }\n'
                     'fixed = { tuned_unit = 1 }\nstart = { experiment = "a", same = ["per_class", "tuned_unit"] }\n',
            "swap": '[[experiment]]\nname = "b"\nkind = "evaluate"\n'
                    'axes = { per_class = [1, 4], tuned_unit = [1] }\n'
                    'units_from = [{ units = "tuned_unit", experiment = "a", same = ["per_class", "tuned_unit"] }]\n',
            "take": '[[experiment]]\nname = "b"\ntake = [{ values = ["per_class"], from = ["a"], best = "valid.top1" }]\n'}
        for how, table in needs.items():
            with self.subTest(how):
                self.refused(faulty + table, "experiment.a.tuned_unit: 5 is out of range (the network has 4 units)")

    def test_a_swap_between_unlike_shapes_is_refused(self):
        self.with_images()
        larger = MADE.replace("[source.s]", """[data.larger]
format = "made"
classes = 4
per_class = 12
height = 36
width = 36
valid = { per_class = 3 }
[source.other]
data = "larger"
[source.s]""").replace("axes = { transferred = [0, 3], per_class = [1, 4] }", 'axes = { tuned_unit = ["all"] }\nfixed = { source = "s" }')
        swap = """[[experiment]]
name = "swap"
kind = "evaluate"
start = { experiment = "a", same = ["target"] }
units_from = [{ units = "UNIT", source = "other" }]
"""
        self.refused(larger + swap.replace("UNIT", "3"), "unit 3 of source 'other' does not fit the run of experiment 'a'")
        done = self.validate(larger + swap.replace("UNIT", "3").replace('source = "other"', 'source = "s"'))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_files_that_are_not_there(self):
        self.with_images()
        text = MADE.replace('format = "made"\nclasses = 4\nper_class = 12',
                            'format = "idx"\nimages = "no.gz"\nlabels = "no.gz"')
        self.refused(text, "data.d")

    def test_a_class_with_fewer_images_than_a_size(self):
        self.with_images()
        self.refused(MADE.replace("[1, 4]", "[1, 40]"), "study.toml")

    def test_made_data_are_valid(self):
        self.with_images()
        done = self.validate(MADE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("warning"), 1, done.stderr)
        self.assertIn("nothing repeats its settings: one split, one replicate", done.stderr)
        self.assertTrue(done.stdout.startswith("ok: 4 runs"), done.stdout)

    def test_a_figure_that_nothing_records_is_refused_by_validate_plan_and_run_alike(self):
        self.with_images()
        folder = pathlib.Path(self.folder.name)
        text = MADE.replace("test = { per_class = 3 }\n", "") + '[[figure]]\nexperiment = "a"\nx = "per_class"\n'
        self.assertEqual(self.validate(text).returncode, 0)  # without y a figure shows what is recorded
        self.assertEqual(self.validate(text + 'y = "test.top1"\n').returncode, 2)
        study, out = folder / "study.toml", folder / "out"
        environment = {**os.environ, "ESPALIER_CACHE": str(folder / "cache")}
        for verb in (["validate", study], ["plan", study], ["run", study, "--out", out]):
            done = subprocess.run([BIN / "espalier", *verb], capture_output=True, text=True, env=environment)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stderr.count("'test.top1' is not recorded"), 1, done.stderr)
        self.assertFalse(out.exists())

    def test_a_study_without_its_images_is_counted_from_expect(self):
        done = self.run_validate(SOURCE / "jobs" / "plested-imagenet.toml", "--no-images")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("ok: 1036 runs (224 later"), done.stdout)


if __name__ == "__main__":
    unittest.main()
