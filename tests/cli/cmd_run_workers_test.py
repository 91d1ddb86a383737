"""run without --workers takes what the machine, its control group and Slurm allow, over all nodes of a job."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import launches

PLACE = {"SLURMD_NODENAME": "n1"}    # as Slurm sets it on a node of a job


class Workers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.study = cls.folder / "study.toml"
        cls.study.write_text(launches.STUDY.format(epochs=1))
        cls.environment = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}

    def workers(self, *words, before=(), **more):
        """How many `run` starts in that environment."""
        command = [*before, launches.BIN / "espalier", "run", self.study, "--out", self.folder / "out", "--noop", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, env={**self.environment, **more})
        self.assertIn(done.returncode, (0, 75), done.stderr)    # 75: runs whose selections nobody has measured
        shown = subprocess.run([launches.BIN / "espalier", "status", self.folder / "out" / "noop", "--json"], check=True,
                               capture_output=True, text=True)
        return json.loads(shown.stdout)["workers"]

    def test_a_control_group_may_allow_less_than_slurm_says(self):
        here = self.workers()
        self.assertEqual(self.workers(SLURM_JOB_CPUS_PER_NODE="64", **PLACE), here)
        one = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))
        self.assertEqual(self.workers(before=one), 1)
        self.assertEqual(self.workers(before=one, SLURM_JOB_CPUS_PER_NODE="2", **PLACE), 1)
        self.assertEqual(self.workers(before=one, SLURM_JOB_CPUS_PER_NODE="2(x3)", SLURM_JOB_NUM_NODES="3", **PLACE), 3)

    def test_slurm_may_allow_less_than_the_machine_has(self):
        self.assertEqual(self.workers(SLURM_JOB_CPUS_PER_NODE="1", **PLACE), 1)

    def test_all_nodes_count(self):
        self.assertEqual(self.workers(SLURM_JOB_CPUS_PER_NODE="1(x3)", SLURM_JOB_NUM_NODES="3", **PLACE), 3)
        self.assertEqual(self.workers("--threads", 2, "--new-form", SLURM_JOB_CPUS_PER_NODE="2(x2)", SLURM_JOB_NUM_NODES="2", **PLACE),
                         max(1, 2 * min(2, self.workers("--threads", 1, "--new-form")) // 2))

    def test_the_shell_of_an_allocation_may_be_elsewhere(self):
        one = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))
        self.assertEqual(self.workers(before=one, SLURM_JOB_ID="7", SLURM_JOB_CPUS_PER_NODE="5"), 5)

    def test_gpus_count_where_there_are_some(self):
        gpus = {"SLURM_GPUS_ON_NODE": "3", "SLURM_JOB_CPUS_PER_NODE": "1", **PLACE}
        self.assertEqual(self.workers(**gpus), 3)
        self.assertEqual(self.workers(**{**gpus, "SLURM_JOB_NUM_NODES": "2", "SLURM_JOB_CPUS_PER_NODE": "1(x2)"}), 6)
        self.assertEqual(self.workers("--device", "cpu", **gpus), 1)


if __name__ == "__main__":
    unittest.main()
