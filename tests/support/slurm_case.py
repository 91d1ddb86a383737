"""What tests of studies on a real Slurm share: a cluster for a class, its folder, a run of a study on this machine to compare with."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import launches
import slurm

ESPALIER = launches.BIN / "espalier"


def numbers(out):
    """Every measured number of a result directory, in an order of its own."""
    done = subprocess.run([ESPALIER, "export", out, "--format", "csv"], check=True, capture_output=True, text=True)
    return sorted(done.stdout.splitlines())


def run_here(study, out):
    """The numbers of an undisturbed run on this machine."""
    subprocess.run([ESPALIER, "run", study, "--out", out, "--workers", "2"], check=True, capture_output=True)
    return numbers(out)


class SlurmCase(unittest.TestCase):
    """`nodes` is the size of the cluster; a subclass that adds to setUpClass calls this one first."""
    nodes = 2

    @classmethod
    def setUpClass(cls):
        cls.cluster = slurm.Cluster(cls.nodes).start()
        cls.addClassCleanup(cls.cluster.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def setUp(self):
        self.out = self.folder / self._testMethodName

    def espalier(self, *words):
        return subprocess.run([ESPALIER, *map(str, words)], capture_output=True, text=True, env=self.cluster.environment)
