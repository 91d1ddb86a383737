"""Links, FIFOs and files of others where files of OUT ought to be: refused at once with what they are, or kept; nothing
outside OUT changed, and nothing that a user or a newer version wrote."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import h5py

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

    def content(self, out):
        return {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()}

    def check_refused(self, out, word, *command, code=2):
        before = self.content(out)
        self.assertIn(word, self.tell(*command, code=code))
        self.assertEqual(self.content(out), before)

    def fresh(self):
        out = self.root / "fresh"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        return out

    def test_a_users_own_results_or_launch_is_not_replaced(self):
        out = self.fresh()
        (out / "results.h5").write_bytes(b"a user's own")
        self.check_refused(out, "results.h5", "run", self.root / "s.toml", "--out", out)
        with h5py.File(out / "results.h5", "w") as file:
            file["mine"] = [1, 2, 3]
        self.check_refused(out, "Move it away", "run", self.root / "s.toml", "--out", out)
        for out in (self.fresh(), self.copy()):
            (out / "launch").write_text("rocket")
            self.check_refused(out, "'" + str(out / "launch") + "' is not", "run", self.root / "s.toml", "--out", out)

    def test_a_results_file_that_may_be_a_damaged_one_is_kept(self):
        out = self.copy()
        (out / "results.h5").write_bytes(b"what was it")
        self.assertIn("results.h5.kept-1", self.tell("run", self.root / "s.toml", "--out", out, code=0))
        self.assertEqual((out / "results.h5.kept-1").read_bytes(), b"what was it")
        (out / "results.h5").write_bytes(b"and this")
        self.assertIn("results.h5.kept-2", self.tell("repair", out, code=0))
        self.assertEqual((out / "results.h5.kept-2").read_bytes(), b"and this")
        self.tell("verify", out, code=0)

    def test_a_newer_versions_results_are_left_alone(self):
        out = self.copy()
        with h5py.File(out / "results.h5", "r+") as file:
            file["provenance"].attrs["schema"] = 99
        self.check_refused(out, "newer version", "run", self.root / "s.toml", "--out", out)
        self.check_refused(out, "newer version", "repair", out)
        self.check_refused(out, "newer version", "verify", out, code=1)

    def test_a_newer_versions_calibration_is_left_alone(self):
        out = self.copy()
        (out / "calibration.json").write_text('{"version": 2, "costs": []}')
        for verb in ("plan", "run"):
            self.check_refused(out, "newer version", verb, self.root / "s.toml", "--out", out, code=77)

    def test_a_newer_versions_request_is_said_and_stays(self):
        out = self.copy()
        (out / "requests").mkdir(exist_ok=True)
        request = out / "requests" / "1.5-7.request"
        request.write_text("espalier request 2\nverb=stop\n")
        self.assertIn("newer version", self.tell("run", self.root / "s.toml", "--out", out, code=0))
        self.assertTrue(request.exists())

    def test_a_report_replaces_only_a_report(self):
        out = self.copy()
        page = out / "report" / "index.html"
        page.parent.mkdir()
        page.write_text("<p>my own page</p>")
        self.check_refused(out, "index.html", "report", out)
        page.unlink()
        for _ in range(2):
            self.tell("report", out, code=0)

    def test_a_smoke_test_does_not_empty_results_in_earnest(self):
        out = self.fresh() / "smoke"
        shutil.copytree(self.root / "whole", out)
        self.check_refused(out, "in earnest", "run", self.root / "s.toml", "--smoke", "--out", out.parent)
        shutil.rmtree(out)
        for _ in range(2):
            self.tell("run", self.root / "s.toml", "--smoke", "--out", out.parent, code=0)


if __name__ == "__main__":
    unittest.main()
