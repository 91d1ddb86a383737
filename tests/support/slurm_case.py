"""What tests of studies on a real Slurm share: a cluster for a class, its folder, a run of a study on this machine to compare with."""
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import journal
import launches
import slurm

ESPALIER = launches.BIN / "espalier"
PATIENCE_S = 240
ENDED = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"}
LOST = 10    # a record's type, docs/journal.md


def numbers(out):
    """Every measured number of a result directory, in an order of its own."""
    done = subprocess.run([ESPALIER, "export", out, "--format", "csv"], check=True, capture_output=True, text=True)
    return sorted(done.stdout.splitlines())


def run_here(study, out):
    """The numbers of an undisturbed run on this machine."""
    subprocess.run([ESPALIER, "run", study, "--out", out, "--workers", "2"], check=True, capture_output=True)
    return numbers(out)


def charged(out):
    """The records of lost workers that count against their tasks, of all stores of a directory."""
    lost = [journal.fields(payload) for file in out.rglob("journal/*.log")
            for kind, payload in journal.records(file.read_bytes()) if kind == LOST]
    return [record for record in lost if record.get(8, [0]) != [0]]


class SlurmCase(unittest.TestCase):
    """`nodes` is the size of the cluster, `settings` are variables of its script; a subclass that adds to setUpClass calls this
    one first."""
    nodes = 2
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.cluster = slurm.Cluster(cls.nodes, cls.settings).start()
        cls.addClassCleanup(cls.cluster.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def setUp(self):
        self.out = self.folder / self._testMethodName

    def espalier(self, *words, **more):
        return subprocess.run([ESPALIER, *map(str, words)], capture_output=True, text=True,
                              env={**self.cluster.environment, **more})

    def said(self):
        """What the jobs have printed, at its end."""
        return "\n".join(f"{file.name}:\n{file.read_text(errors='replace')[-3000:]}"
                         for file in sorted((self.out / "logs").glob("job-*.out")))

    def status(self):
        done = self.espalier("status", self.out, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else {"tasks": {"done": 0}}

    def ended(self):
        """Why each start of the job was ended, as status tells it."""
        return self.status()["ended"]

    def wait_for_work(self, tasks=3):
        """Until so many tasks are done and something is being trained."""
        self.cluster.wait(lambda: self.status()["tasks"]["done"] >= tasks, f"{tasks} tasks", PATIENCE_S, self.said)

    def wait_until_saved(self):
        self.cluster.wait(lambda: "Stopped and saved" in self.said(), "everything to be saved", 30, self.said)

    def finish_with(self, job, expected):
        """Waits for the end of a job, which must have done everything, in these numbers, and charged no run for what Slurm did."""
        state = self.cluster.wait_for(job, ENDED, PATIENCE_S)
        self.assertEqual(state, "COMPLETED", self.said())
        self.assertEqual(numbers(self.out), expected)
        self.assertEqual(charged(self.out), [], "an end that Slurm caused is no run's fault")
        self.assertEqual(self.espalier("wait", self.out).returncode, 0)
