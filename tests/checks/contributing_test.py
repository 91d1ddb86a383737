"""Every file that CONTRIBUTING.md's table of changes names is there, so that the table cannot fall behind the sources."""
import os
import re
import unittest
from pathlib import Path

SOURCE = Path(os.environ["ESPALIER_SOURCE"])
# A file that the change itself makes: the folder and the rest of the name have to be there.
MADE = re.compile(r"[A-Z]{3,}")


def missing(text, root):
    rows = [line for line in text.split("\n") if line.startswith("| ") and line.count("|") == 3]
    names = [name for row in rows for name in re.findall(r"`([\w./]+/[\w./]*)`", row)]
    is_there = [any((root / name).parent.glob(MADE.sub("*", Path(name).name))) for name in names]
    return len(names), [name for name, there in zip(names, is_there) if not there]


NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()


class Contributing(unittest.TestCase):
    def test_both_documents_say_how_many_kinds_of_change_the_table_has(self):
        text = (SOURCE / "CONTRIBUTING.md").read_text()
        rows = text.partition("| change | files |\n")[2].partition("\n\n")[0].split("\n")[1:]
        count = NUMBERS[len(rows) - 1]
        self.assertIn(f"{count.capitalize()} kinds of change", text)
        self.assertIn(f"lists the files of {count} kinds of change", (SOURCE / "ARCHITECTURE.md").read_text())

    def test_its_table_names_files_that_exist(self):
        count, gone = missing((SOURCE / "CONTRIBUTING.md").read_text(), SOURCE)
        self.assertGreater(count, 20)
        self.assertEqual(gone, [])

    def test_a_file_that_is_gone_is_named(self):
        planted = "| verb | `src/cli/cmd_VERB.cpp`, a line in `include/espalier/cli/commands.hpp` |"
        self.assertEqual(missing(planted, SOURCE), (2, ["src/cli/cmd_VERB.cpp"]))


if __name__ == "__main__":
    unittest.main()
