"""espalier submit on a real Slurm of two nodes: to the end, requeued, at its time limit, cancelled, with a node lost or cut off, with
slurmctld restarted. Each time the numbers are those of an undisturbed run on this machine."""
import json
import time

import journal
import launches
import slurm
import slurm_case

PATIENCE_S = 180
LOST = 10    # a record's type, docs/journal.md
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
        (cls.folder / "long.toml").write_text(launches.STUDY.format(epochs=150))
        cls.expected = {study: slurm_case.run_here(cls.folder / f"{study}.toml", cls.folder / f"{study}-here")
                        for study in ("study", "long")}

    def submit(self, *words, study="study", nodes=2):
        done = self.espalier("submit", self.folder / f"{study}.toml", "--out", self.out, "--site", self.folder / "site.toml",
                             "--nodes", nodes, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return int(done.stdout.split()[2].rstrip("."))

    def status(self):
        done = self.espalier("status", self.out, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else {"tasks": {"done": 0}}

    def wait_for_work(self, tasks=3):
        """Until so many tasks are done and something is being trained."""
        self.cluster.wait(lambda: self.status()["tasks"]["done"] >= tasks, f"{tasks} tasks", PATIENCE_S, self.said)

    def ended(self):
        """Why each start of the job was ended, as status tells it."""
        shown = self.espalier("status", self.out).stdout
        return next((line.split(None, 1)[1] for line in shown.splitlines() if line.startswith("ended ")), "")

    def wait_until_saved(self):
        """SIGTERM came to every process of the job at once; srun waits for those that save."""
        self.cluster.wait(lambda: "Stopped and saved" in self.said(), "everything to be saved", 30, self.said)

    def ours_on(self, node):
        """Supervisors and trainers; an agent whose rank 0 has failed waits for it for a quarter of an hour."""
        return [command for command in self.cluster.processes(node).values()
                if "espalier run" in command or "espalier-trainer" in command]

    def said(self):
        return "\n".join(file.read_text(errors="replace")[-3000:] for file in (self.out / "logs").glob("job-*.out"))

    def finish(self, job, study="study"):
        state = self.cluster.wait_for(job, {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"}, PATIENCE_S)
        self.assertEqual(state, "COMPLETED", self.said())
        self.assertEqual(slurm_case.numbers(self.out), self.expected[study])
        self.assertEqual(self.charged(), [], "an end that Slurm caused is no run's fault")
        self.assertEqual(self.espalier("wait", self.out).returncode, 0)

    def charged(self):
        """The records of lost workers that count against their tasks."""
        lost = [journal.fields(payload) for file in (self.out / "journal").glob("*.log")
                for kind, payload in journal.records(file.read_bytes()) if kind == LOST]
        return [record for record in lost if record.get(8, [0]) != [0]]

    def test_to_the_end_over_both_nodes_and_once(self):
        job = self.submit()
        again = self.espalier("submit", self.folder / "study.toml", "--out", self.out, "--site", self.folder / "site.toml")
        self.assertEqual(again.returncode, 2)
        self.assertIn(f"job {job} for", again.stderr)
        self.wait_for_work()
        shown = self.espalier("status", self.out).stdout
        self.assertRegex(shown, rf"job {job}\s+RUNNING since")
        self.finish(job)
        self.assertEqual(self.status()["workers"], 2)

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
        self.assertIn(f"job {job}, start 0: time limit", self.ended())

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
