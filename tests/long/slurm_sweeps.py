"""Twenty studies on a real Slurm of two nodes, each interrupted at a random moment in a random way, then gone on with until done.
Prints one JSON object; fails where one does not end, or ends in other numbers than an undisturbed run."""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import launches
import slurm
import slurm_case

ESPALIER = launches.BIN / "espalier"
SITE = """
[slurm]
partition = "low"
time = "10"
lead = "0:40"
launcher = "{launcher}"
[nodes]
most = 2
"""
PATIENCE_S = 240
ENDED = {"COMPLETED", "FAILED", "TIMEOUT", "CANCELLED"}


class Sweep:
    """One study in one OUT, and the jobs that have worked on it."""

    def __init__(self, cluster, folder, number, launcher):
        self.cluster, self.out = cluster, folder / f"out-{number}"
        self.study, self.site = folder / "study.toml", folder / f"{launcher}.toml"
        (self.site).write_text(SITE.format(launcher=launcher))
        self.jobs, self.spared = [], set()
        self.submit()

    def submit(self):
        done = subprocess.run([ESPALIER, "submit", self.study, "--out", self.out, "--site", self.site, "--nodes", "2", "--",
                               "--exclusive"], capture_output=True, text=True, env=self.cluster.environment)
        assert done.returncode == 0, done.stderr
        self.jobs.append(int(done.stdout.split()[2].rstrip(".")))

    @property
    def job(self):
        return self.jobs[-1]

    def starts(self):
        """How often Slurm has started a job for it."""
        return sum(1 + int(self.cluster.job(job)["Restarts"]) for job in self.jobs)

    def spare_the_delay(self):
        """A job that was put back would wait for two minutes, each time."""
        known = self.cluster.job(self.job)
        start = (self.job, known["Restarts"])
        if known["JobState"] == "PENDING" and int(known["Restarts"]) > 0 and start not in self.spared:
            self.cluster.scontrol("update", f"JobId={self.job}", "StartTime=now+4")
            self.spared.add(start)

    def finish(self):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            state = self.cluster.state(self.job)
            if state == "COMPLETED":
                return
            if state in ENDED:
                self.submit()
            self.spare_the_delay()
            time.sleep(0.5)
        raise AssertionError(f"job {self.job} does not end: {self.cluster.job(self.job)}")


def requeue(sweep):
    sweep.cluster.scontrol("requeue", sweep.job)


def cancel(sweep):
    sweep.cluster.call("scancel", sweep.job)


def warn(sweep):
    sweep.cluster.call("scancel", "--signal=USR2", "--batch", sweep.job)


def preempt(sweep):
    other = sweep.cluster.submit("true", "--partition=high", "-N2", "--exclusive")
    sweep.cluster.wait_for(other, "COMPLETED", PATIENCE_S)


def cut(sweep):
    node = random.choice(sweep.cluster.nodes)
    sweep.cluster.cut(node)
    sweep.cluster.wait_for_node(node, {"down", "down*"}, 90)
    sweep.cluster.restart(node)
    sweep.cluster.wait_for_node(node, {"idle", "mixed", "allocated"}, 90)


def restart_slurmctld(sweep):
    sweep.cluster.restart("head")


def stop(sweep):
    subprocess.run([ESPALIER, "stop", sweep.out], check=True, capture_output=True, env=sweep.cluster.environment)


WAYS = (requeue, cancel, warn, preempt, cut, restart_slurmctld, stop)


def interrupted(cluster, folder, number, longest_s, way):
    """How a sweep was interrupted in that way, and its numbers. `took_effect`: a job ran before, and another start has gone on (after
    slurmctld's restart, the same)."""
    sweep = Sweep(cluster, folder, number, random.choice(("srun", "mpirun")))
    cluster.wait_for(sweep.job, {"RUNNING"} | ENDED, PATIENCE_S)
    after_s = random.uniform(0, longest_s)
    time.sleep(after_s)
    ran = cluster.state(sweep.job) == "RUNNING"
    if ran:
        try:
            way(sweep)
        except (AssertionError, subprocess.CalledProcessError):
            if cluster.state(sweep.job) not in ENDED:  # it was done a moment before
                raise
    still_runs = cluster.state(sweep.job) == "RUNNING"
    sweep.finish()
    took_effect = ran and (still_runs if way is restart_slurmctld else sweep.starts() > 1)
    return {"way": way.__name__, "launcher": sweep.site.stem, "after_s": round(after_s, 1),
            "took_effect": took_effect}, slurm_case.numbers(sweep.out)


def drawn_ways():
    """Ways without end: all of them in an order of chance, then all of them in another."""
    while True:
        yield from random.sample(WAYS, len(WAYS))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sweeps", type=int, default=20)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    options = parser.parse_args()
    random.seed(options.seed)
    begun, sweeps, too_late, ways = time.monotonic(), [], 0, drawn_ways()
    with tempfile.TemporaryDirectory() as name, slurm.Cluster(2) as cluster:
        folder = Path(name)
        (folder / "study.toml").write_text(launches.STUDY.format(epochs=12))
        before = time.monotonic()
        expected = slurm_case.run_here(folder / "study.toml", folder / "here")
        longest_s = time.monotonic() - before
        way = next(ways)
        while len(sweeps) < options.sweeps and too_late <= options.sweeps:
            told, found = interrupted(cluster, folder, len(sweeps) + too_late, longest_s, way)
            told["same"] = found == expected
            print(f"{len(sweeps) + 1}: {told}", file=sys.stderr, flush=True)
            if not told["same"] or told["took_effect"]:
                sweeps.append(told)
                way = next(ways)
            else:
                too_late += 1    # the study was done before: that says nothing of interruptions
    finished = sum(one["same"] for one in sweeps)
    print(json.dumps({"interrupted": len(sweeps), "too_late": too_late, "finished_with_the_same_numbers": finished, "seed": options.seed,
                      "sweeps": sweeps, "seconds": round(time.monotonic() - begun)}))
    return 0 if finished == len(sweeps) == options.sweeps else 1


if __name__ == "__main__":
    sys.exit(main())
