"""scripts/test_gpu.sh with programs and a torch that are made up: what failed, crashed, took too long or was not run never
reads like what passed."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["ESPALIER_SOURCE"])
TORCH = """
__version__ = "0"
class version: cuda = "0"
class cuda:
    is_available = staticmethod(lambda: {gpu})
    get_device_name = staticmethod(lambda index: "made up")
    nccl = type("nccl", (), {{"version": staticmethod(lambda: (1, 2, 3))}})
"""
PASSED = '<Catch><Group><TestCase name="a"><OverallResult success="true"/></TestCase></Group></Catch>'


class GpuScript(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in ("scripts/test_gpu.sh", "scripts/gpu_report.py"):
            shutil.copy(SOURCE / name, self.folder)
        (self.folder / "commit").write_text("abc")
        self.program("test_gpu", f"echo '{PASSED}'")
        self.program("bench_device_steps", "echo '{\"steps\": []}'")
        self.program("espalier-trainer", "exit 0")

    def program(self, name, body):
        (self.folder / name).write_text("#!/bin/bash\n" + body + "\n")
        (self.folder / name).chmod(0o755)

    def run_it(self, *parts, gpu=True):
        (self.folder / "site" / "torch").mkdir(parents=True, exist_ok=True)
        (self.folder / "site" / "torch" / "__init__.py").write_text(TORCH.format(gpu=gpu))
        done = subprocess.run([self.folder / "test_gpu.sh", self.folder / "result.json", *parts], capture_output=True,
                              text=True, env={**os.environ, "PYTHONPATH": str(self.folder / "site"), "PYTHON": sys.executable})
        result = self.folder / "result.json"
        parts = json.loads(result.read_text())["parts"] if result.exists() else {}
        return done.returncode, {name: part["state"] for name, part in parts.items()}

    def test_what_passes(self):
        self.assertEqual(self.run_it("tests", "nccl", "bench"),
                         (0, {"tests": "passed", "nccl": "passed", "bench": "passed"}))

    def test_without_a_gpu_nothing_is_run_and_nothing_passed(self):
        self.program("test_gpu", "touch ran")
        self.assertEqual(self.run_it("tests", "grid", gpu=False),
                         (77, {"tests": "not run: no GPU", "grid": "not run: no GPU"}))
        self.assertFalse((self.folder / "ran").exists())

    def test_without_a_grid_it_is_not_run(self):
        self.assertEqual(self.run_it("tests", "grid"), (1, {"tests": "passed", "grid": "not run: no grid"}))

    def test_failures_of_any_kind(self):
        self.program("test_gpu", f"echo '{PASSED.replace('true', 'false')}'")    # whatever the exit code says
        self.program("bench_device_steps", "echo not JSON")
        self.program("espalier-trainer", "echo 'NCCL cannot start' >&2; exit 77")
        self.assertEqual(self.run_it("tests", "nccl", "bench"),
                         (1, {"tests": "failed", "nccl": "failed", "bench": "failed"}))
        self.program("test_gpu", "echo '<Catch><Group><TestCase name='; kill -SEGV $$")
        code, states = self.run_it("tests")
        self.assertEqual((code, states["tests"], states["nccl"]), (1, "failed", "failed"))    # of the call before

    def test_a_failure_keeps_where_and_how(self):
        self.program("test_gpu", """cat <<'XML'
<Catch><Group><TestCase name="a">
<Expression success="true" filename="x.cpp" line="3"><Original>ok</Original><Expanded>ok</Expanded></Expression>
<Expression success="false" filename="x.cpp" line="7"><Original>a == b</Original><Expanded>1 == 2</Expanded></Expression>
<Exception filename="x.cpp" line="9">out of memory</Exception>
<OverallResult success="false"/></TestCase></Group></Catch>
XML""")
        self.assertEqual(self.run_it("tests")[0], 1)
        told = json.loads((self.folder / "result.json").read_text())["parts"]["tests"]["tests"]
        self.assertEqual(told, {"a": "failed: x.cpp:7 a == b 1 == 2; x.cpp:9 out of memory"})

    def test_a_part_that_does_not_exist(self):
        self.assertEqual(self.run_it("tset"), (2, {}))


if __name__ == "__main__":
    unittest.main()
