"""espalier submit on a real Slurm of two nodes: to the end, requeued, at its time limit, cancelled, with a node lost or cut off, with
slurmctld restarted. Each time the numbers are those of an undisturbed run on this machine."""
import time

import launches
import slurm
import slurm_case

PATIENCE_S = 180
SITE = """
[slurm]
partition = "low"
time = "10"
lead = "0:40"    # Slurm's warning comes up to a minute early
[nodes]
most = 2
devices = 1
"""


class SlurmSubmit(slurm_case.SlurmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "site.toml").write_text(SITE)
        (cls.folder / "study.toml").write_text(launches.STUDY.format(epochs=24))
        (cls.folder / "long.toml").write_text(launches.STUDY.format(epochs=260))
        cls.expected = {study: slurm_case.run_here(cls.folder / f"{study}.toml", cls.folder / f"{study}-here")
                        for study in ("study", "long")}

    def submit(self, *words, study="study", nodes=2):
        done = self.espalier("submit", self.folder / f"{study}.toml", "--out", self.out, "--site", self.folder / "site.toml",
                             "--nodes", nodes, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout.split()[2].rstrip("."))

    def ours_on(self, node):
        """Supervisors and trainers; an agent whose rank 0 has failed waits for it for a quarter of an hour."""
        return [command for command in self.cluster.processes(node).values()
                if "espalier run" in command or "espalier-trainer" in command]

    def finish(self, job, study="study"):
        self.finish_with(job, self.expected[study])

    def test_to_the_end_over_both_nodes_and_once(self):
        job = self.submit()
        again = self.espalier("submit", self.folder / "study.toml", "--out", self.out, "--site", self.folder / "site.toml")
        self.assertEqual(again.returncode, 2)
        self.assertIn(f"job {job} for", again.stderr)
        self.wait_for_work()
        shown = self.espalier("status", self.out).stdout
        self.assertRegex(shown, rf"job {job}\s+RUNNING for \d")
        self.finish(job)
        self.assertEqual(self.status()["workers"], 2)

    def test_heartbeats_come_through_srun(self):
        """A launch without them is killed for its silence, here after 8 s, and else after two minutes."""
        said = self.folder / "heartbeats.out"
        self.cluster.call("sbatch", "--wait", "--partition=low", "--nodes=2", "--ntasks-per-node=1", f"--output={said}",
                          f"--wrap=exec {slurm_case.ESPALIER} run {self.folder / 'study.toml'} --out {self.out} --workers 2 --threads 1"
                          " --launcher srun --mpi pmix --first-heartbeat-s 8 --silence-s 8")
        self.assertNotIn("no heartbeat", said.read_text())
        self.assertEqual(len(list((self.out / "journal").glob("*.log"))), 1, "it was launched once")
        self.assertEqual(slurm_case.numbers(self.out), self.expected["study"])

    def test_requeued_in_the_middle(self):
        job = self.submit()
        self.wait_for_work()
        self.cluster.scontrol("requeue", job)
        self.wait_until_saved()
        self.cluster.wait_for_restart(job, 1)
        self.finish(job)
        self.assertEqual(self.ended(), f"job {job}, start 0: requeued")

    def test_a_time_limit_shorter_than_the_study(self):
        job = self.submit("--time", "1", study="long")
        self.cluster.wait_for(job, "RUNNING")
        restarts = 0
        while self.cluster.wait_for(job, {"PENDING", "COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"}, PATIENCE_S) == "PENDING":
            restarts += 1
            self.cluster.wait_for_restart(job, restarts, PATIENCE_S)
        self.assertGreaterEqual(restarts, 2, self.said())
        self.assertIn("Stopped", self.said())
        self.finish(job, "long")
        self.assertRegex(self.ended(), rf"job {job}, start \d+: time limit")  # the last starts are told

    def test_cancelled_and_submitted_again(self):
        job = self.submit()
        self.wait_for_work()
        self.cluster.call("scancel", job)
        self.cluster.wait_for(job, "CANCELLED")
        time.sleep(1)
        self.assertEqual(self.cluster.state(job), "CANCELLED", "it has come back")
        self.wait_until_saved()
        self.finish(self.submit())
        self.assertEqual(self.ended(), f"job {job}, start 0: cancelled")

    @slurm.long
    def test_a_job_that_waits_is_taken_back_by_a_stop(self):
        other = self.cluster.submit("sleep 600", "-N2", "--exclusive")
        self.cluster.wait_for(other, "RUNNING")
        job = self.submit("--", "--exclusive")
        stopped = self.espalier("stop", self.out)
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertIn(f"Took job {job} back", stopped.stdout)
        self.cluster.wait_for(job, "CANCELLED")
        self.cluster.call("scancel", other)
        self.assertTrue((self.out / "logs" / "stopped").exists())
        job = self.submit()
        self.assertFalse((self.out / "logs" / "stopped").exists(), "the new job could not come back")
        self.finish(job)

    @slurm.long
    def test_a_stop_and_a_warning_at_once_end_the_job(self):
        job = self.submit(study="long")
        self.wait_for_work()
        self.assertEqual(self.espalier("stop", self.out).returncode, 0)
        self.cluster.call("scancel", "--signal=USR2", "--batch", job)
        self.cluster.wait_for(job, {"FAILED"})
        self.assertEqual(self.cluster.job(job)["Restarts"], "0")

    def test_stopped_by_a_request(self):
        job = self.submit()
        self.wait_for_work()
        self.assertEqual(self.espalier("stop", self.out).returncode, 0)
        self.cluster.wait_for(job, "FAILED")  # 75: saved, and not asked to come back
        self.assertEqual(self.cluster.job(job)["ExitCode"], "75:0")
        self.assertEqual(self.cluster.job(job)["Restarts"], "0")
        self.finish(self.submit())

    def test_a_warning_to_the_steps_of_the_job_alone(self):
        """As `scancel --signal` sends it unless it is told --batch or --full: the script hears of it by its study."""
        job = self.submit()
        self.wait_for_work()
        self.cluster.call("scancel", "--signal=USR1", job)
        self.wait_until_saved()
        self.cluster.wait_for_restart(job, 1)
        self.finish(job)
        self.assertEqual(self.ended(), f"job {job}, start 0: signal")

    @slurm.long
    def test_a_warning_to_every_process_of_the_job(self):
        for number, name in enumerate(("USR2", "USR1")):
            with self.subTest(name):
                self.out = self.folder / f"all-{name}"
                job = self.submit()
                self.wait_for_work()
                self.cluster.call("scancel", "--full", f"--signal={name}", job)
                self.wait_until_saved()
                self.cluster.wait_for_restart(job, 1)
                self.finish(job)

    @slurm.long
    def test_a_warned_job_that_is_cancelled_stays_so(self):
        job = self.submit()
        self.wait_for_work()
        self.cluster.call("scancel", "--signal=USR2", "--batch", job)
        self.cluster.call("scancel", job)
        self.cluster.wait_for(job, "CANCELLED")
        time.sleep(3)
        self.assertEqual(self.cluster.state(job), "CANCELLED", "it has come back")
        self.finish(self.submit())

    @slurm.long
    def test_a_stopped_job_that_slurm_puts_back_does_nothing(self):
        job = self.submit()
        self.wait_for_work()
        self.assertEqual(self.espalier("stop", self.out).returncode, 0)
        self.cluster.wait_for(job, "FAILED")
        launches_before = self.status()["launches"]
        self.cluster.scontrol("requeue", job)
        self.cluster.wait(lambda: self.cluster.state(job) == "PENDING", "the job to be put back")
        self.cluster.scontrol("update", f"JobId={job}", "StartTime=now+4")
        self.cluster.wait(lambda: "'espalier stop' has ended this job" in self.said(), "its second start", 60, self.said)
        self.cluster.wait_for(job, "FAILED")
        self.assertEqual(self.status()["launches"], launches_before)
        self.finish(self.submit())

    @slurm.long
    def test_the_node_of_rank_0_is_lost(self):
        job = self.submit()
        self.wait_for_work()
        self.cluster.cut("n1")
        self.cluster.wait_for_node("n1", {"down", "down*"}, 60)
        self.cluster.restart("n1")
        self.cluster.wait_for_restart(job, 1, PATIENCE_S)
        self.finish(job)
        self.assertEqual(self.ended(), f"job {job}, start 0: node lost")

    @slurm.long
    def test_preempted_by_the_higher_partition(self):
        job = self.submit("--", "--exclusive")
        self.wait_for_work()
        other = self.cluster.submit("true", "--partition=high", "-N2", "--exclusive")
        self.cluster.wait_for(other, "COMPLETED")
        self.assertIn("Stopped", self.said())
        self.cluster.wait_for_restart(job, 1, PATIENCE_S)
        self.finish(job)
        self.assertEqual(self.ended(), f"job {job}, start 0: preempted")

    @slurm.long
    def test_a_node_that_seems_lost_works_on_while_its_job_starts_on_another(self):
        job = self.submit(nodes=1, study="long")
        self.wait_for_work()
        node = self.cluster.job(job)["NodeList"]
        self.cluster.pause(node)
        try:
            self.cluster.wait_for_restart(job, 1, PATIENCE_S)
            self.finish(job, "long")
            self.cluster.wait(lambda: not self.ours_on(node), "the launch that was thought dead to end itself", 60,
                              lambda: str(self.ours_on(node)))
        finally:
            self.cluster.resume(node)
            self.cluster.wait_for_node(node, "idle", 60)
        self.assertEqual(slurm_case.numbers(self.out), self.expected["long"])

    @slurm.long
    def test_slurmctld_is_restarted(self):
        job = self.submit()
        self.wait_for_work()
        self.cluster.restart("head")
        self.finish(job)


if __name__ == "__main__":
    slurm.main()
