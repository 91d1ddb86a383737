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

    def cover(self, proof, source='#include "plan/planted_parts.hpp"\n\nint planted_number(int of) {\n  return of;\n}\n',
              test='#include "plan/planted_parts.hpp"\n\nint two = planted_number(1);\n', name="only_test.cpp"):
        """A source without a test of its own, and a test that is to cover it."""
        self.plant("src/plan/planted_parts.hpp", "int planted_number(int of);\nstruct PlantedType {\n  int member();\n};\n")
        self.plant("src/plan/planted.cpp", source)
        self.plant(f"tests/plan/{name}", test)
        self.list("covered", f'"src/plan/planted.cpp" = ["tests/plan/{name}", "{proof}"]')

    def assert_no_proof(self, proof):
        self.assert_complaint(f'"{proof}" does not show that tests/plan/only_test')

    def test_a_listed_source_needs_a_test_that_calls_what_it_defines(self):
        self.cover("planted_number")
        self.assert_none()
        self.plant("tests/plan/only_test.cpp", '#include "plan/planted_parts.hpp"\n// planted_number(1)\nauto one = "planted_number(1)";\n')
        self.assert_no_proof("planted_number")

    def test_a_name_that_the_test_cannot_see_is_no_proof(self):
        self.cover("planted_number", test="int planted_number(int);\nint two = planted_number(1);\n")
        self.assert_no_proof("planted_number")

    def test_a_name_that_another_source_defines_is_no_proof(self):
        self.cover("planted_number", source='#include "plan/planted_parts.hpp"\n\nint none() {\n  return planted_number(2);\n}\n')
        self.assert_no_proof("planted_number")

    def test_a_type_is_covered_by_a_test_that_has_one(self):
        self.cover("PlantedType", source='#include "plan/planted_parts.hpp"\n\nint PlantedType::member() {\n  return 1;\n}\n',
                   test='#include "plan/planted_parts.hpp"\n\nPlantedType planted;\n')
        self.assert_none()

    def test_a_word_that_both_hold_is_no_proof(self):
        self.cover("planted word", source="// planted word\n", test="// planted word\n")
        self.assert_no_proof("planted word")

    def test_a_text_counts_where_no_other_source_has_it(self):
        self.cover("a planted text", source='auto text = "this is a pla"\n    "nted text";\n', test='auto told = "a planted text";\n')
        self.assert_none()
        self.plant("src/grid/shapes_planted.cpp", 'auto text = "it is a planted text, too";\n')
        self.list("covered", '"src/grid/shapes_planted.cpp" = ["tests/grid/expand_test.cpp", "it is a planted text, too"]')
        code, said = self.check()
        self.assertIn('"a planted text" does not show that tests/plan/only_test.cpp uses src/plan/planted.cpp', said)

    def test_a_short_text_is_no_proof(self):
        self.cover("planted", source='auto text = "planted";\n', test='auto told = "planted";\n')
        self.assert_no_proof("planted")

    def test_what_a_test_of_python_only_describes_is_no_text_of_it(self):
        self.list("whole", '"tests/plan/only_test.py" = "planted"')
        (self.root / "src/plan/only.cpp").unlink()
        self.cover("a planted text", source='auto text = "a planted text";\n', test='"""a planted text"""\n', name="only_test.py")
        code, said = self.check()
        self.assertIn('"a planted text" does not show that tests/plan/only_test.py uses src/plan/planted.cpp', said)
        self.plant("tests/plan/only_test.py", 'told = "a planted text"\n')
        code, said = self.check()
        self.assertNotIn("does not show", said)

    def test_a_chain_leads_over_another_source_that_uses_the_name(self):
        self.cover("compile > planted_number", test='#include "espalier/plan/plan.hpp"\n\nauto plan = compile(a, b);\n')
        self.assert_no_proof("compile > planted_number")
        compiler = self.root / "src/plan/compiler.cpp"
        compiler.write_text('#include "plan/planted_parts.hpp"\n' + compiler.read_text() + "\nint used = planted_number(1);\n")
        self.assert_none()

    def test_a_verb_is_covered_by_a_test_that_calls_it(self):
        self.plant("src/cli/verbs/cmd_planted.cpp", 'void add() { app.add_subcommand("planted", "help"); }\n')
        self.plant("tests/cli/cmd_show_test.py", 'call(["espalier", "planted"])\n')
        self.list("covered", '"src/cli/verbs/cmd_planted.cpp" = ["tests/cli/cmd_show_test.py", "planted"]')
        self.assertNotIn("cmd_planted", self.check()[1])
        self.plant("tests/cli/cmd_show_test.py", 'call(["espalier", "show", "planted:a=1"])\n')
        self.assertIn('"planted" does not show that tests/cli/cmd_show_test.py uses src/cli/verbs/cmd_planted.cpp', self.check()[1])

    def test_lines_of_the_list_that_do_not_hold_are_seen(self):
        self.list("whole", '"tests/plan/gone_test.cpp" = "was once there"')
        self.assert_complaint("lists tests/plan/gone_test.cpp, which is not there.")

    def test_a_listed_source_that_has_a_test_by_its_name_is_seen(self):
        self.list("covered", '"src/plan/only.cpp" = ["tests/plan/only_test.cpp", "compile > tasks_of_selected_runs"]')
        self.assert_complaint("src/plan/only.cpp has a test by its name, and a line in")


if __name__ == "__main__":
    unittest.main()
