"""What verbs print is written or said to be lost, whatever the names in a study; one directory holds one study."""
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import subprocess
import tempfile
import termios
import unittest

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])

STUDY = """[study]
name = "{name}"
[data.d]
format = "made"
classes = 4
per_class = 8
valid = {{ per_class = 2 }}
{test}
[target.t]
data = "d"
[network]
name = "mnist4"
[train]
epochs = 1
[[experiment]]
name = "erst: größe"
axes = {{ case = ["a,b", "x|y", "50%s <b>&'\\"ü日"], per_class = [2, 4] }}
fixed = {{ transferred = 0 }}
case."a,b" = {{ train.momentum = 0.5 }}
case."x|y" = {{ train.momentum = 0.6 }}
case."50%s <b>&'\\"ü日" = {{ train.momentum = 0.7 }}
"""
ODD = "50%s <b>&'\"ü日"


class Printing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.folder.name)
        cls.out = cls.path / "größe"
        cls.study("one", test="test = { per_class = 2 }")
        done = cls.run_study("one")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def study(cls, name, test=""):
        (cls.path / f"{name}.toml").write_text(STUDY.format(name=name, test=test))

    @classmethod
    def espalier(cls, *words, **options):
        return subprocess.run([BIN / "espalier", *map(str, words)], text=True, capture_output=True,
                              env={**os.environ, "ESPALIER_CACHE": str(cls.path / "cache")}, **options)

    @classmethod
    def run_study(cls, name, *more, out=None):
        return cls.espalier("run", cls.path / f"{name}.toml", "--out", out or cls.out, "--workers", 1, *more)

    def said(self, *words):
        done = self.espalier(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def verbs(self):
        run = re.search(r"^([0-9a-f]{32}),", self.said("export", self.out, "--format", "csv"), re.M).group(1)
        return [("validate", self.path / "one.toml"), ("plan", self.path / "one.toml", "--explain"),
                ("show", self.path / "one.toml", run[:8]), ("status", self.out), ("status", self.out, "--json"),
                ("explain", self.out, run[:8]), ("logs", self.out, run[:8]), ("verify", self.out),
                ("aggregate", self.out), ("aggregate", self.out, "--csv"), ("export", self.out, "--format", "json"),
                ("compare", self.out, 'case="a,b"', 'case="x|y"', "--by", "per_class"), ("report", self.out),
                ("run", self.path / "one.toml", "--out", self.out), ("--help",), ("--version",)]

    def test_what_a_full_disk_or_a_closed_output_swallows_is_said(self):
        for verb in self.verbs():
            for output in (">/dev/full", ">&-"):
                with self.subTest(verb=verb[0], output=output):
                    command = f'exec "$0" "$@" {output}'
                    done = subprocess.run(["sh", "-c", command, BIN / "espalier", *map(str, verb)], text=True,
                                          stderr=subprocess.PIPE, env={**os.environ, "ESPALIER_CACHE": str(self.path / "cache")})
                    self.assertNotIn(done.returncode, (0, 134, -6))
                    self.assertIn("not all of the output was written", done.stderr)

    def test_every_case_can_be_named(self):
        quoted = '"' + ODD.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for case in ('"a,b"', '"x|y"', quoted):
            named = f'"erst: größe":case={case},per_class=2'
            self.assertIn("done", self.said("explain", self.out, named))
            self.said("show", self.path / "one.toml", named)
            rows = self.said("aggregate", self.out, "--by", "per_class", "--where", f"case={case}", "--csv")
            self.assertEqual(len(rows.splitlines()), 3)
        both = self.said("aggregate", self.out, "--by", "case", "--where", 'case="a,b"|"x|y"', "--where", "per_class=2", "--csv")
        self.assertEqual(len(both.splitlines()), 3)
        self.assertIn("pairs", self.said("compare", self.out, 'case="a,b",per_class=2', 'case="x|y",per_class=2'))

    def test_names_are_drawn_as_they_are(self):
        self.said("report", self.out)
        page = (self.out / "report" / "index.html").read_text()
        self.assertIn("50%s &lt;b&gt;", page)
        self.assertNotIn("50%s <b>", page)

    def test_progress_keeps_to_the_width_of_the_terminal(self):
        leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 24, 0, 0))
        command = [BIN / "espalier", "run", self.path / "one.toml", "--out", self.path / "narrow", "--workers", "1"]
        with subprocess.Popen(command, stderr=follower, stdout=subprocess.DEVNULL,
                              env={**os.environ, "ESPALIER_CACHE": str(self.path / "cache")}) as process:
            os.close(follower)
            said = b""
            with open(leader, "rb", buffering=0) as terminal:
                try:
                    while part := terminal.read(4096):
                        said += part
                except OSError:  # the other side is closed
                    pass
        self.assertEqual(process.returncode, 0, said)
        lines = [line.split("\x1b")[0] for line in said.decode().split("\r")]
        drawn = [line for line in lines if line.startswith("[")]
        self.assertTrue(drawn)
        self.assertLess(max(map(len, drawn)), 24)

    def test_another_study_takes_a_directory_only_when_asked(self):
        out = self.path / "two"
        self.study("first", test="test = { per_class = 2 }")
        self.study("second")
        self.assertEqual(self.run_study("first", out=out).returncode, 0)

        refused = self.run_study("second", out=out)
        self.assertEqual(refused.returncode, 2, refused.stderr)
        self.assertIn("holds the study 'first'", refused.stderr)
        self.assertIn("--replace-study", refused.stderr)
        taken = self.run_study("second", "--replace-study", out=out)
        self.assertEqual(taken.returncode, 0, taken.stderr)
        self.assertIn("leave all tables", taken.stderr)

    def test_a_study_with_validation_images_only_is_reported_on(self):
        out = self.path / "valid"
        self.study("valid")
        self.assertEqual(self.run_study("valid", out=out).returncode, 0)

        printed = self.said("report", out)

        self.assertIn("valid.top1", printed)
        self.assertIn("validation top-1 accuracy", (out / "report" / "index.html").read_text())
        for verb in (["aggregate", out], ["compare", out, "per_class=2", "per_class=4", "--over", "case"]):
            shown = self.espalier(*verb, "--json")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertEqual(json.loads(shown.stdout)["metric"], "valid.top1")
            self.assertIn("valid.top1 is shown: no run recorded test.top1", shown.stderr)


if __name__ == "__main__":
    unittest.main()
