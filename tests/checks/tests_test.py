"""scripts/check_tests.py sees tests and sources that do not name each other, planted in a copy of the tree, and none in the tree."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["ESPALIER_SOURCE"])


class Tests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("src", "include", "tests", "scripts"):
            shutil.copytree(SOURCE / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        for document in SOURCE.glob("*.md"):
            shutil.copy(document, self.root)

    def check(self):
        done = subprocess.run([sys.executable, SOURCE / "scripts/check_tests.py", self.root], capture_output=True, text=True)
        return done.returncode, done.stdout

    def plant(self, name, text=""):
        (self.root / name).write_text(text)

    def list(self, part, line):
        path = self.root / "scripts/check_tests.toml"
        path.write_text(path.read_text().replace(f"[{part}]", f"[{part}]\n{line}\n#", 1))

    def assert_complaint(self, words):
        code, said = self.check()
        self.assertEqual(code, 1, said)
        self.assertIn(words, said)
        self.assertIn(" 1 complaints", said)

    def assert_none(self):
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_the_tree_as_it_is_has_none(self):
        self.assert_none()

    def test_a_test_that_names_no_source_is_seen(self):
        self.plant("tests/plan/compile_test.cpp")
        self.assert_complaint("tests/plan/compile_test.cpp names no source of src/plan.")

    def test_a_source_of_another_room_is_none(self):
        self.plant("tests/store/scheduler_test.py")
        self.assert_complaint("tests/store/scheduler_test.py names no source of src/store.")

    def test_an_aspect_of_a_source_goes_beside_its_test(self):
        self.plant("tests/task/stage_tree_random_test.cpp")
        self.assert_none()
        self.plant("tests/task/random_stage_tree_test.cpp")
        self.assert_complaint("tests/task/random_stage_tree_test.cpp names no source")

    def test_a_source_without_a_test_is_seen(self):
        self.plant("src/plan/planted.cpp")
        self.assert_complaint("src/plan/planted.cpp is named by no test. Write tests/plan/planted_test.cpp")
        self.plant("tests/plan/planted_test.cpp")
        self.assert_none()

    def test_a_part_of_a_header_is_covered_by_the_header_s_test(self):
        self.plant("src/data/safetensors_planted.cpp")
        self.assert_none()

    def test_a_listed_source_needs_a_test_that_is_there_and_a_word_that_both_hold(self):
        self.plant("src/plan/planted.cpp", "int planted_word();\n")
        self.list("covered", '"src/plan/planted.cpp" = ["tests/plan/only_test.cpp", "planted_word"]')
        self.assert_complaint('"planted_word" is not in both src/plan/planted.cpp and tests/plan/only_test.cpp.')
        self.plant("tests/plan/only_test.cpp", "planted_word();\n")
        self.assert_none()

    def test_lines_of_the_list_that_do_not_hold_are_seen(self):
        self.list("whole", '"tests/plan/gone_test.cpp" = "was once there"')
        self.assert_complaint("lists tests/plan/gone_test.cpp, which is not there.")

    def test_a_listed_source_that_has_a_test_by_its_name_is_seen(self):
        self.list("covered", '"src/plan/only.cpp" = ["tests/plan/only_test.cpp", "only"]')
        self.assert_complaint("src/plan/only.cpp has a test by its name, and a line in")


if __name__ == "__main__":
    unittest.main()
