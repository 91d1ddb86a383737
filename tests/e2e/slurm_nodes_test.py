"""Studies over three nodes of a real Slurm: started by mpirun, in groups across nodes, with a node lost from a range, submitted twice at
once. The numbers are those of an undisturbed run on this machine."""
import subprocess
from pathlib import Path

import h5py

import launches
import slurm
import slurm_case

ESPALIER = slurm_case.ESPALIER
PATIENCE_S = 180
SITE = """
[slurm]
partition = "low"
time = "10"
lead = "0:40"
launcher = "{launcher}"
[nodes]
most = 3
"""
GROUPS = """
[[resources]]
workers = 2
"""


class SlurmNodes(slurm_case.SlurmCase):
    nodes = 3
    expected = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for launcher in ("srun", "mpirun"):
            (cls.folder / f"{launcher}.toml").write_text(SITE.format(launcher=launcher))

    def study(self, name, epochs, more=""):
        """A study's file, and the numbers of an undisturbed run of it, once for all tests."""
        file = self.folder / f"{name}.toml"
        if name not in self.expected:
            file.write_text(launches.STUDY.format(epochs=epochs) + more)
            self.expected[name] = slurm_case.run_here(file, self.folder / f"{name}-here")
        return file

    def submit(self, study, *words, launcher="srun", **more):
        done = self.espalier("submit", study, "--out", self.out, "--site", self.folder / f"{launcher}.toml", *words, **more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout.split()[2].rstrip("."))

    def hosts_of_trainers(self):
        return {node for node in self.cluster.nodes
                if any("espalier-trainer" in command for command in self.cluster.processes(node).values())}

    def slots(self):
        """(node, device) of each trainer."""
        found = []
        for node in self.cluster.nodes:
            for pid, command in self.cluster.processes(node).items():
                if "espalier-trainer --socket" in command:
                    environment = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
                    found += [(node, word.split("=")[1]) for word in environment if word.startswith("ESPALIER_SLOT=")]
        return found

    def wait_for_rows(self):
        def has_rows():
            done = self.espalier("export", self.out, "--format", "csv")
            return done.returncode == 0 and len(done.stdout.splitlines()) > 4
        self.cluster.wait(has_rows, "rows", PATIENCE_S, self.said)

    def finish(self, job, name):
        self.finish_with(job, self.expected[name])

    @slurm.long
    def test_started_by_mpirun_over_three_nodes_and_requeued(self):
        """mpirun's helpers die of SIGTERM. A training that hangs, once, is one that surely has not saved by then."""
        hangs = self.folder / "hangs"
        job = self.submit(self.study("study", 24), "--nodes", 3, launcher="mpirun", ESPALIER_FAULT="hang_at=:3:1",
                          ESPALIER_FAULT_MARKER=str(hangs))
        self.cluster.wait(hangs.exists, "a training that hangs", PATIENCE_S, self.said)
        self.wait_for_rows()
        self.cluster.scontrol("requeue", job)
        self.cluster.wait_for_restart(job, 1)
        said = self.said()
        self.assertRegex(said, r"Stopped\. \d tasks? could not save what came after the last checkpoint:\n  task [0-9a-f]+ goes on from")
        self.assertNotIn("Stopped and saved", said)
        self.finish(job, "study")

    def test_a_group_of_two_workers_on_two_nodes(self):
        job = self.submit(self.study("groups", 12, GROUPS), "--nodes", 2)
        self.cluster.wait(lambda: len(self.hosts_of_trainers()) == 2, "a trainer on each of two nodes", PATIENCE_S, self.said)
        self.finish(job, "groups")
        with h5py.File(self.out / "results.h5") as view:
            self.assertIn(2, view["tasks"]["workers"][:])

    @slurm.long
    def test_a_node_of_a_range_is_lost_and_the_study_goes_on_with_the_others(self):
        job = self.submit(self.study("study", 24), "--nodes", "2-3")
        self.wait_for_rows()
        self.assertEqual(self.cluster.job(job)["NumNodes"], "3")
        self.cluster.cut("n3")
        try:
            self.cluster.wait_for_restart(job, 1, PATIENCE_S)
            self.finish(job, "study")
            self.assertEqual(self.cluster.job(job)["NumNodes"], "2")
            self.assertIn("node lost", self.espalier("status", self.out).stdout)
        finally:
            self.cluster.restart("n3")
            self.cluster.wait_for_node("n3", "idle", 90)

    def test_two_submissions_at_once_run_the_study_once(self):
        study = self.study("study", 24)
        command = [str(ESPALIER), "submit", str(study), "--out", str(self.out), "--site", str(self.folder / "srun.toml")]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                 env=self.cluster.environment) for _ in range(2)]
        said = [one.communicate() for one in both]
        jobs = [int(out.split()[2].rstrip(".")) for out, _ in said if out]
        self.assertTrue(jobs, said)
        self.assertEqual(sorted(one.returncode for one in both), [0, 2], said)
        self.assertEqual(len(jobs), 1, said)
        refused = said[[one.returncode for one in both].index(2)][1]
        self.assertRegex(refused, rf"job {jobs[0]} for .* already|another 'espalier submit' works on")
        queued = self.cluster.call("squeue", "--noheader", "--format=%i").split()
        self.assertLessEqual(set(queued), {str(jobs[0])}, "a second job is queued")
        self.finish(jobs[0], "study")

    @slurm.long
    def test_devices_are_counted_on_each_node(self):
        (self.folder / "two.toml").write_text(SITE.format(launcher="srun") + "devices = 2\n")
        job = self.submit(self.study("study", 24), "--nodes", 3, launcher="two")
        self.cluster.wait(lambda: len(self.slots()) == 6, "two trainers on each of three nodes", PATIENCE_S, self.said)
        self.assertEqual(sorted(self.slots()), sorted((node, slot) for node in self.cluster.nodes for slot in "01"))
        self.finish(job, "study")

    @slurm.long
    def test_a_node_that_does_not_see_the_folder_is_named(self):
        """Each node has its own files in the folder `local` of the cluster."""
        study, out = self.study("study", 24), self.cluster.folder / "local" / "out"
        job = self.cluster.submit(f"{ESPALIER} run {study} --out {out} --launcher srun --workers 2", "-N2", "--ntasks-per-node=1", "-c2")
        self.cluster.wait_for(job, "FAILED", PATIENCE_S)
        said = self.cluster.said(job)
        self.assertEqual(self.cluster.job(job)["ExitCode"], "77:0", said)
        self.assertRegex(said, r"node 'n2' does not see the folder that 'run' works in: '.*/out/launch' is not there")


if __name__ == "__main__":
    slurm.main()
