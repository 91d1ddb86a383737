"""Jobs that Slurm ends by SIGTERM alone, on a real Slurm of two nodes: at the time limit without an early warning, and preempted by a
Slurm that sends none. Everything is saved, the job goes on, and the numbers are those of an undisturbed run on this machine."""
import launches
import slurm
import slurm_case

SITE = """
[slurm]
partition = "low"
time = "10"
lead = "0:40"
[nodes]
most = 2
devices = 1
"""


class SlurmTerm(slurm_case.SlurmCase):
    settings = {"ESPALIER_CLUSTER_PREEMPTS_BY": "TERM"}
    expected = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "site.toml").write_text(SITE)

    def submit(self, epochs, *words):
        study = self.folder / f"study-{epochs}.toml"
        if epochs not in self.expected:
            study.write_text(launches.STUDY.format(epochs=epochs))
            self.expected[epochs] = slurm_case.run_here(study, self.folder / f"here-{epochs}")
        done = self.espalier("submit", study, "--out", self.out, "--site", self.folder / "site.toml", "--nodes", 2, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout.split()[2].rstrip("."))

    @slurm.long
    def test_preempted_without_a_warning(self):
        job = self.submit(24, "--", "--exclusive")
        self.wait_for_work()
        other = self.cluster.submit("true", "--partition=high", "-N2", "--exclusive")
        self.cluster.wait_for(other, "COMPLETED")
        self.assertIn("Stopped and saved", self.said())
        self.cluster.wait_for_restart(job, 1)
        self.finish_with(job, self.expected[24])
        self.assertEqual(self.ended(), f"job {job}, start 0: preempted")

    @slurm.long
    def test_at_the_time_limit_without_a_warning(self):
        job = self.submit(150, "--time", "1", "--", "--signal=B:URG@10")    # the last one counts, and the shell ignores it
        self.cluster.wait_for(job, "RUNNING")
        self.cluster.wait_for_restart(job, 1, 200)
        self.assertIn("Stopped and saved", self.said())
        self.cluster.scontrol("update", f"JobId={job}", "TimeLimit=10")
        self.finish_with(job, self.expected[150])
        self.assertEqual(self.ended(), f"job {job}, start 0: time limit")


if __name__ == "__main__":
    slurm.main()
