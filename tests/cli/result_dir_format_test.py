"""Folders of another format, met by every verb that opens one: exit code 2, one sentence, and not a byte is changed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import journal

ESPALIER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier"
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "store" / "golden"
STUDY = GOLDEN / "format-1" / "study.toml"
RUN = "transferred:transferred=0"
VERBS = [
    ["run", STUDY, "--out", "OUT"], ["run", STUDY, "--out", "OUT", "--accept-loss", "--take-over", "--replace-study"],
    ["plan", STUDY, "--out", "OUT"], ["show", STUDY, RUN, "--out", "OUT"],
    ["stop", "OUT"], ["retry", "OUT", "--failed"], ["retry", "OUT", RUN], ["cancel", "OUT", RUN], ["status", "OUT"],
    ["explain", "OUT", RUN], ["logs", "OUT", RUN], ["verify", "OUT"], ["repair", "OUT"], ["view", "OUT"],
    ["aggregate", "OUT"], ["compare", "OUT", "transferred=0", "transferred=1"], ["export", "OUT", "--format", "csv"],
    ["report", "OUT"], ["merge", "OUT", "--out", "new"], ["merge", "new", "--out", "OUT"],
]


def content(folder):
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


class Formats(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def check_refused_unharmed(self, out, *words):
        before = content(out)
        environment = {**os.environ, "ESPALIER_CACHE": str(self.root / "cache")}
        for verb in VERBS:
            command = [ESPALIER] + [out if word == "OUT" else word for word in verb]
            with self.subTest(verb=verb[0]):
                done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=self.root)
                self.assertEqual(done.returncode, 2, done)
                self.assertEqual(len(done.stderr.splitlines()), 1, done)
                for word in words:
                    self.assertIn(word, done.stderr)
                self.assertEqual(content(out), before)
        self.assertEqual({path.name for path in self.root.iterdir()} - {"cache"}, {out.name})

    def copy(self, name):
        return pathlib.Path(shutil.copytree(GOLDEN / name, self.root / name))

    def test_a_folder_of_the_first_format_is_refused_unharmed(self):
        self.check_refused_unharmed(self.copy("format-1"), "format 1", "reads format 2 only")

    def test_so_is_a_journal_with_a_field_that_must_be_understood(self):
        self.check_refused_unharmed(self.copy("format-2-mandatory"), "field 1001", "version of espalier that wrote it")

    def test_so_is_a_journal_with_a_value_that_a_later_version_added(self):
        """The state of a task's end is made 9, in the last record of an end."""
        out = self.copy("format-2")
        segment = out / "journal" / "000001.log"
        segment.write_bytes(with_state_nine(segment.read_bytes()))
        self.check_refused_unharmed(out, "value 9", "version of espalier that wrote it")


def with_state_nine(data):
    ends = [payload for kind, payload in journal.records(data) if kind == 9]
    assert journal.fields(ends[-1])[3] == [4], journal.fields(ends[-1])
    changed = ends[-1].replace(b"\x18\x04", b"\x18\x09")
    at = data.rindex(ends[-1]) - journal.HEADER.size
    head = data[at:at + 24]
    checksum = crc32c(head + changed).to_bytes(4, "little")
    return data[:at + 24] + checksum + changed + data[at + journal.HEADER.size + len(changed):]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


if __name__ == "__main__":
    unittest.main()
