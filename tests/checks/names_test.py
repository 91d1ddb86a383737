"""scripts/check_names.py sees old type names and sentences that are planted in a copy of the sources, and none in the sources."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["ESPALIER_SOURCE"])


class Names(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("src", "include", "docs"):
            shutil.copytree(SOURCE / name, self.root / name)

    def check(self):
        done = subprocess.run([sys.executable, SOURCE / "scripts/check_names.py", self.root], capture_output=True, text=True)
        return done.returncode, done.stdout

    def plant(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def assert_complaint(self, words):
        code, said = self.check()
        self.assertEqual(code, 1, said)
        self.assertIn(words, said)
        self.assertIn(" 1 complaints", said)

    def test_the_sources_as_they_are_have_none(self):
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_a_class_by_an_old_name_is_seen_with_its_line(self):
        self.plant("src/train/planted.hpp", "// A line.\n\nclass Rig final : public Base {\n};\n")
        self.assert_complaint("src/train/planted.hpp:3: a type is called Rig (a word of our own). Call it CapturedTraining.")

    def test_an_enum_with_a_type_is_seen(self):
        self.plant("src/train/planted.hpp", "enum class Order : std::uint8_t { stop };\n")
        self.assert_complaint("src/train/planted.hpp:1: a type is called Order")

    def test_an_alias_is_seen(self):
        self.plant("src/plan/planted.cpp", "using Halves = int;\n")
        self.assert_complaint("src/plan/planted.cpp:1: a type is called Halves")

    def test_the_old_names_of_a_problem_are_seen(self):
        self.plant("src/plan/planted.hpp", "struct Refusal {\n};\n")
        self.assert_complaint("src/plan/planted.hpp:1: a type is called Refusal (a word of our own). Call it Problem or CompileError.")
        self.plant("src/plan/planted.hpp", "struct Complaint {\n};\n")
        self.assert_complaint("src/plan/planted.hpp:1: a type is called Complaint (a word of our own). Call it Problem.")

    def test_a_class_with_a_templated_base_is_seen(self):
        self.plant("src/train/planted.hpp", "template <class T>\nclass Post : public Base<T, int> {\n};\n")
        self.assert_complaint("src/train/planted.hpp:2: a type is called Post")

    def test_a_name_that_one_type_keeps_is_seen_where_another_takes_it(self):
        for planted in ("struct Group {\n};\n", "template <class Role>\nRole made();\n", "using LaunchOptions = int;\n", "enum class Part { one };\n"):
            with self.subTest(planted):
                self.plant("src/zoo/planted.hpp", planted)
                self.assert_complaint("is the name of another type, too (")

    def test_variables_and_longer_names_are_free(self):
        self.plant("src/plan/planted.cpp", "struct PlaceName {};\nint whole = 0;  // struct of the whole\nusing std::vector;\n")
        code, said = self.check()
        self.assertEqual(code, 0, said)

    def test_a_sentence_is_seen_across_the_lines_of_a_comment(self):
        self.plant("src/train/planted.cpp", "int a;\n// All agree, or the\n// network is of no use.\n")
        self.assert_complaint('src/train/planted.cpp:2: the sentence "or the network is of no use" is back.')

    def test_the_sentence_that_opened_the_document_on_images_is_seen(self):
        self.plant("docs/planted.md", "They are named by what they contain. `espalier data`\nand `espalier data` are the same verbs.\n")
        self.assert_complaint("docs/planted.md:1: the sentence")

    def test_documents_are_read_too(self):
        self.plant("docs/planted.md", "Trainers at one place add up among themselves.\n")
        self.assert_complaint("docs/planted.md:1: the sentence")


if __name__ == "__main__":
    unittest.main()
