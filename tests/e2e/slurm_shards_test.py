"""espalier submit --shards on a real Slurm of three nodes: to the end, with a shard that fails at first, with jobs that are requeued
and reach their time limit. Each time the numbers are those of an undisturbed run on this machine."""
import re

import launches
import slurm
import slurm_case

PATIENCE_S = 240
SITE = """
[slurm]
partition = "low"
time = "10"
lead = "0:40"    # Slurm's warning comes up to a minute early
[nodes]
most = 1
devices = 1
"""


class SlurmShards(slurm_case.SlurmCase):
    nodes = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.folder / "site.toml").write_text(SITE)
        study = launches.STUDY.format(epochs=24)
        (cls.folder / "study.toml").write_text(study.replace("count = 2", "count = 1"))    # one source: all shards need it
        cls.expected = slurm_case.run_here(cls.folder / "study.toml", cls.folder / "here")

    def submit(self, *words):
        """The ids of the three jobs."""
        done = self.espalier("submit", self.folder / "study.toml", "--out", self.out, "--site", self.folder / "site.toml",
                             "--shards", 3, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [int(job) for job in re.match(r"Submitted jobs (\d+), (\d+), (\d+)\.", done.stdout).groups()]

    def shards(self):
        return self.status().get("shards", [])

    def finish(self, last):
        self.finish_with(last, self.expected)

    def wait_for_shard(self, shard, tasks=1):
        self.cluster.wait(lambda: len(self.shards()) > shard and self.shards()[shard]["done"] >= tasks
                          and self.shards()[shard]["launch"].startswith("running"), f"shard {shard} at work", PATIENCE_S, self.said)

    def test_three_shards_to_the_end_and_once(self):
        first, array, last = self.submit()
        again = self.espalier("submit", self.folder / "study.toml", "--out", self.out, "--site", self.folder / "site.toml")
        self.assertEqual(again.returncode, 2)
        self.assertRegex(again.stderr, rf"job ({first}|{array}_\[1-3\]|{last}) for")
        shown = self.espalier("status", self.out).stdout
        for job in (first, last):
            self.assertRegex(shown, rf"job {job}\s")
        self.assertIn("(Dependency)", shown)
        self.finish(last)
        for shard in (1, 2, 3):
            self.assertEqual(self.cluster.state(f"{array}_{shard}"), "COMPLETED")

    def test_a_shard_that_fails_at_first_and_comes_back(self):
        _, array, last = self.submit()
        blocked = self.out / "shards" / "2" / "lock"
        blocked.parent.mkdir(parents=True)
        blocked.mkdir()    # merge and run refuse it: the job fails at once
        self.cluster.wait_for(f"{array}_2", "FAILED", PATIENCE_S)
        blocked.rmdir()
        self.cluster.scontrol("requeue", f"{array}_2")
        self.cluster.wait_for_restart(f"{array}_2", 1, PATIENCE_S)
        self.finish(last)
        self.assertEqual(self.cluster.state(f"{array}_2"), "COMPLETED")

    @slurm.long
    def test_a_shard_that_stays_lost_is_done_by_the_last_job(self):
        _, array, last = self.submit()
        blocked = self.out / "shards" / "2" / "lock"
        blocked.parent.mkdir(parents=True)
        blocked.mkdir()
        self.finish(last)
        self.assertEqual(self.cluster.state(f"{array}_2"), "FAILED")
        self.assertIn("shard 2 is not done", self.said())

    @slurm.long
    def test_an_element_that_is_warned_comes_back_alone_and_the_last_job_waits(self):
        _, array, last = self.submit()
        self.wait_for_shard(1)
        self.cluster.call("scancel", "--signal=USR2", "--batch", f"{array}_1")
        self.cluster.wait_for_restart(f"{array}_1", 1, PATIENCE_S)
        self.assertEqual(self.cluster.job(last)["JobState"], "PENDING")
        self.assertEqual(self.cluster.job(f"{array}_2")["Restarts"], "0")
        self.finish(last)

    @slurm.long
    def test_a_first_job_that_is_warned_before_its_run_comes_back_and_the_others_wait(self):
        first, array, last = self.submit()
        self.cluster.wait(lambda: any("espalier calibrate" in command for command in self.cluster.processes().values()),
                          "a calibration", PATIENCE_S, self.said)
        self.cluster.call("scancel", "--signal=USR2", "--batch", first)
        self.cluster.wait_for_restart(first, 1, PATIENCE_S)
        self.assertEqual(self.cluster.job(last)["JobState"], "PENDING")
        self.finish(last)
        self.assertEqual(self.cluster.job(first)["Restarts"], "1")

    @slurm.long
    def test_a_first_job_that_is_cancelled_is_told_by_the_others(self):
        first, array, last = self.submit()
        self.cluster.wait_for(first, "RUNNING")
        self.cluster.call("scancel", first)
        for job in (f"{array}_1", f"{array}_3", last):
            self.assertEqual(self.cluster.wait_for(job, slurm_case.ENDED, PATIENCE_S), "FAILED")
        self.assertEqual(self.said().count("the first job, which trains what the shards need, is not done"), 4)
        self.finish(self.submit()[2])


if __name__ == "__main__":
    slurm.main()
