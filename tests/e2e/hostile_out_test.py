"""Links and FIFOs where files of OUT ought to be: refused at once with what they are, and nothing outside OUT changed."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ESPALIER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier"
STUDY = """
[study]
name = "small"
[data.d]
format = "made"
classes = 3
test = { per_class = 5 }
[target.t]
data = "d"
[network]
name = "cifar7"
[train]
epochs = 1
[[experiment]]
name = "a"
axes = { per_class = [5] }
fixed = { transferred = 0 }
"""


class HostileOut(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        (cls.root / "s.toml").write_text(STUDY)
        cls.tell(cls, "run", cls.root / "s.toml", "--out", cls.root / "whole", code=0)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def tell(self, *arguments, code):
        environment = {**os.environ, "ESPALIER_CACHE": str(self.root / "cache")}
        done = subprocess.run([ESPALIER, *map(str, arguments)], capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr

    def copy(self, *without):
        """A copy of the finished OUT in which a FIFO stands in the place of each file that is named."""
        out = self.root / "out"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.root / "whole", out)
        for name in without:
            (out / name).unlink(missing_ok=True)
            (out / name).parent.mkdir(exist_ok=True)
            os.mkfifo(out / name)
        return out

    def test_a_link_as_lock_or_log_is_not_followed(self):
        precious = self.root / "precious"
        precious.write_text("precious")
        for name in ("lock", "logs/launch.log", "logs/worker-1.log"):
            out = self.root / "fresh"
            shutil.rmtree(out, ignore_errors=True)
            (out / name).parent.mkdir(parents=True)
            (out / name).symlink_to(precious)
            self.assertIn("it is a symbolic link", self.tell("run", self.root / "s.toml", "--out", out, code=77))
            self.assertEqual(precious.read_text(), "precious")

    def test_fifos_are_refused_and_never_waited_for(self):
        for name in ("lock", "journal/000001.log", "journal/000009.log"):
            self.assertIn(name, self.tell("run", self.root / "s.toml", "--out", self.copy(name), code=77))
        self.assertIn("FIFO", self.tell("plan", self.root / "s.toml", "--out", self.copy("calibration.json"), code=77))

    def test_a_fifo_as_view_or_launch_file_is_replaced(self):
        out = self.copy("results.h5", "launch")
        self.assertIn("not a regular file", self.tell("verify", out, code=1))
        self.tell("run", self.root / "s.toml", "--out", out, code=0)
        self.assertTrue((out / "results.h5").is_file())

    def test_a_link_as_report_is_replaced_not_followed(self):
        precious, page = self.root / "precious", self.copy() / "report" / "index.html"
        precious.write_text("precious")
        page.parent.mkdir()
        page.symlink_to(precious)
        self.tell("report", self.root / "out", code=0)
        self.assertEqual(precious.read_text(), "precious")
        self.assertFalse(page.is_symlink())


if __name__ == "__main__":
    unittest.main()
