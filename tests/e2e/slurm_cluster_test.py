"""The Slurm that other tests use, by itself: nodes with names of their own, a requeue without its delay, preemption,
lost nodes, and that nothing is left of it."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import slurm

# A script that ends when its step does has ended by itself for Slurm, with its exit code, and is not started again: the
# step hears of a preemption or a lost node before the script does.
SLEEPER = """
echo "start ${SLURM_RESTART_COUNT:-0}"
srun sleep 987
sleep 986
"""


class SlurmCluster(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = slurm.Cluster(2).start()
        cls.addClassCleanup(cls.cluster.stop)

    def setUp(self):
        self.addCleanup(self.tidy)

    def tidy(self):
        self.cluster.call("scancel", "--user=root")
        self.cluster.wait(lambda: set(self.cluster.node_states().values()) == {"idle"}, "idle nodes",
                          explain=self.cluster.node_states)

    def sleeper(self, *options):
        """A job on both nodes, whose step runs."""
        job = self.cluster.submit(SLEEPER, "--requeue", "--open-mode=append", "-N2", "-n2", *options)
        self.wait_for_steps(2)
        return job

    def steps(self):
        return [pid for pid, command in self.cluster.processes().items() if command.endswith("/sleep 987 ")]

    def wait_for_steps(self, count):
        self.cluster.wait(lambda: len(self.steps()) == count, f"{count} steps", explain=self.cluster.processes)

    def test_each_node_has_a_name_and_processes_of_its_own(self):
        self.assertEqual(sorted(self.cluster.srun("-N2", "hostname").split()), ["n1", "n2"])

        self.sleeper()
        seen = [self.cluster.tell("on", node, "ps", "-e", "-o", "args").splitlines() for node in self.cluster.nodes]

        counts = [sum(command.endswith("/sleep 987") for command in commands) for commands in seen]
        self.assertEqual(counts, [1, 1], seen)

    def test_what_nodes_keep_to_themselves(self):
        self.cluster.srun("-N1", "-wn1", "sh", "-c", "touch $TMPDIR/mine /dev/shm/mine")

        seen = self.cluster.srun("-N2", "-l", "sh", "-c", "ls $TMPDIR /dev/shm | grep -c mine || true")

        self.assertEqual(sorted(seen.splitlines()), ["0: 2", "1: 0"])

    def test_a_requeued_job_starts_without_the_delay(self):
        job = self.sleeper()

        self.cluster.scontrol("requeue", job)
        self.cluster.wait_for_restart(job, 1, timeout_s=30)

        self.cluster.wait(lambda: "start 1" in self.cluster.said(job), "the second start")
        self.assertIn("start 0", self.cluster.said(job))

    def test_a_job_of_the_partition_high_takes_the_place_of_one_of_low(self):
        job = self.sleeper("--partition=low", "--exclusive")

        other = self.cluster.submit("true", "--partition=high", "-N2", "--exclusive")

        self.cluster.wait_for(other, "COMPLETED")
        self.cluster.wait_for_restart(job, 1)

    def test_slurmctld_ends_in_order_and_comes_back(self):
        job = self.sleeper()

        self.cluster.restart("head")

        self.cluster.wait(lambda: "Slurmctld(primary) at head is UP" in self.cluster.scontrol("ping"), "slurmctld")
        self.assertEqual(self.cluster.state(job), "RUNNING")

    @slurm.long
    def test_a_power_cut_and_a_pause_are_noticed_and_jobs_go_on_when_the_nodes_are_back(self):
        on_cut, on_paused = (self.cluster.submit(SLEEPER, "--requeue", f"-w{node}") for node in self.cluster.nodes)
        self.wait_for_steps(2)

        self.cluster.cut("n1")
        self.cluster.pause("n2")

        self.assertEqual(len(self.steps()), 1)
        for node in self.cluster.nodes:
            self.cluster.wait_for_node(node, {"down", "down*"}, timeout_s=60)
        self.cluster.wait_for(on_paused, "PENDING", timeout_s=30)
        self.assertEqual(len(self.steps()), 1, "the step of the paused node has ended")
        self.cluster.restart("n1")
        self.cluster.resume("n2")
        for job in (on_cut, on_paused):
            self.cluster.wait_for_restart(job, 1)
        self.wait_for_steps(2)


class SlurmClusterEnds(unittest.TestCase):
    def start(self):
        cluster = slurm.Cluster(1)
        self.addCleanup(cluster.stop)
        return cluster.start()

    @slurm.long
    def test_two_at_once_do_not_meet(self):
        first, second = self.start(), self.start()

        self.assertNotEqual(first.scontrol("show", "config"), second.scontrol("show", "config"))
        self.assertEqual((first.srun("hostname"), second.srun("hostname")), ("n1\n", "n1\n"))

    def test_nothing_of_it_is_left_not_even_what_leaves_its_job(self):
        cluster = self.start()
        cluster.submit("setsid sleep 986 & wait")
        cluster.wait(lambda: "sleep 986 " in cluster.processes().values(), "the job")
        munge = int((cluster.folder / "pids" / "munge").read_text().split()[0])

        cluster.stop()

        self.assertEqual(cluster.processes(), {})
        self.assertFalse(Path(f"/proc/{munge}/exe").exists() and os.readlink(f"/proc/{munge}/exe").endswith("munged"))

    @slurm.long
    def test_a_folder_in_use_is_refused_and_one_that_was_killed_is_taken_again(self):
        cluster = self.start()
        again = [slurm.SCRIPT, "1", cluster.folder]

        refused = subprocess.run(again, capture_output=True, text=True)
        for host in ("n1", "head", "munge"):  # as by a machine that goes down: the list of processes is left
            os.kill(int((cluster.folder / "pids" / host).read_text().split()[0]), 9)
        cluster.wait(lambda: not cluster.processes(), "the end of all hosts")
        taken = subprocess.run(again, capture_output=True, text=True)

        self.assertEqual(refused.returncode, 2, refused)
        self.assertIn("A cluster runs in", refused.stderr)
        self.assertEqual(taken.returncode, 0, taken)
        self.assertEqual(cluster.srun("hostname"), "n1\n")

    @slurm.long
    def test_it_comes_down_when_the_test_is_killed(self):
        program = "import os, slurm; cluster = slurm.Cluster(1).start(); print(cluster.folder); os.kill(os.getpid(), 9)"
        folder = Path(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout.strip())
        watch = slurm.Cluster(0)
        self.addCleanup(watch.stop)

        watch.wait(lambda: not list((folder / "pids").iterdir()), "the end of its hosts")

        subprocess.run(["rm", "-r", folder], check=True)

    def test_a_folder_of_others_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "spool").write_text("mine")

            refused = subprocess.run([slurm.SCRIPT, "1", folder], capture_output=True, text=True)

            self.assertEqual((refused.returncode, Path(folder, "spool").read_text()), (2, "mine"), refused)

    def test_a_user_who_is_not_root_is_told(self):
        nobody = ["setpriv", "--reuid=65534", "--clear-groups", "bash", "-s", "1"]

        done = subprocess.run(nobody, input=slurm.SCRIPT.read_text(), capture_output=True, text=True)

        self.assertEqual(done.returncode, 77, done)
        self.assertRegex(done.stderr, r"^test_cluster.sh: This needs root \(.*\)\. .*\.\n$")


if __name__ == "__main__":
    slurm.main()
