"""A real Slurm of a few nodes on this machine for tests, by scripts/test_cluster.sh: start, submit, watch, cut.
A test class whose machine cannot run one is skipped with the script's reason."""
import os
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

SCRIPT = Path(os.environ["ESPALIER_SOURCE"]) / "scripts" / "test_cluster.sh"
PATIENCE_S = 120
# For cases that CI has no time for: scripts/test_long.sh runs them.
long = unittest.skipUnless(os.environ.get("ESPALIER_LONG"), "a part of scripts/test_long.sh (set ESPALIER_LONG=1)")


class Cluster:
    """`with Cluster(2) as cluster:`, or start() and stop(). Its nodes are n1, n2, ...; slurmctld's host is head. `settings`:
    variables of scripts/test_cluster.sh."""

    def __init__(self, nodes, settings=None):
        self.settings = settings or {}
        self.nodes = [f"n{number + 1}" for number in range(nodes)]
        self.temporary = tempfile.TemporaryDirectory(prefix="slurm-")
        self.folder = Path(self.temporary.name)
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}
        self.namespaces = set()
        self.reaper = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        done = subprocess.run([SCRIPT, "up", str(len(self.nodes)), self.folder], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env={**os.environ, **self.settings})
        if done.returncode == 77:
            self.temporary.cleanup()
            raise unittest.SkipTest(f"NOT RUN: {done.stderr.strip()}")
        assert done.returncode == 0, done.stderr
        # Takes the cluster down when our end of its input closes: in stop(), or whenever and however this process ends.
        self.reaper = subprocess.Popen(["sh", "-c", 'cat >/dev/null; exec "$0" down "$1"', SCRIPT, self.folder],
                                       stdin=subprocess.PIPE, start_new_session=True)
        for host in ("head", *self.nodes):
            self.note_namespace(host)
        return self

    def stop(self):
        if self.reaper is not None:
            self.reaper.stdin.close()
            code, self.reaper = self.reaper.wait(PATIENCE_S), None
            assert code == 0, f"the cluster does not come down: exit code {code}"
        self.temporary.cleanup()

    def tell(self, verb, *words):
        """Has the script carry out one of its verbs; returns what it prints."""
        return self.call(SCRIPT, verb, self.folder, *words)

    def call(self, *command):
        """What a command prints on standard output; it has to end with 0. Slurm's commands see this cluster."""
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=self.environment,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{command} ends with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def srun(self, *words):
        return self.tell("on", "head", "srun", *words)

    def scontrol(self, *words):
        return self.call("scontrol", *words)

    def submit(self, script, *options):
        """Submits the text of a batch script; one that names no log writes DIR/JOB.log. Returns the job's id."""
        file = self.folder / f"batch-{time.monotonic_ns()}.sh"
        file.write_text(script if script.startswith("#!") else f"#!/bin/bash\n{script}\n")
        return int(self.call("sbatch", "--parsable", f"--output={self.folder}/%j.log", *options, file))

    def said(self, job):
        log = self.folder / f"{job}.log"
        return log.read_text(errors="replace") if log.exists() else ""

    def job(self, job):
        """What slurmctld knows of a job, by its names: JobState, Restarts, Reason, ExitCode, ..."""
        words = self.scontrol("--oneliner", "show", "job", job).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def state(self, job):
        return self.job(job)["JobState"]

    def wait_for(self, job, states, timeout_s=PATIENCE_S):
        """Waits until the job has one of these states (a name or several), which is returned."""
        states = {states} if isinstance(states, str) else set(states)
        return self.wait(lambda: self.state(job) in states and self.state(job), f"job {job} to be {states}", timeout_s,
                         lambda: f"{self.job(job)}\n{self.said(job)}")

    def wait_for_restart(self, job, count, timeout_s=PATIENCE_S):
        """Waits until a job that Slurm has put back so many times runs again, without the two minutes' delay.
        Some seconds of it stay: a start that overtakes the end of the last one is given its exit code or lost nodes."""
        def is_back():
            known = self.job(job)
            return int(known["Restarts"]) >= count and known["JobState"] in ("PENDING", "RUNNING")
        explain = lambda: f"{self.job(job)}\n{self.said(job)}"
        self.wait(is_back, f"job {job} to be put back", timeout_s, explain)
        if self.state(job) == "PENDING":
            self.scontrol("update", f"JobId={job}", "StartTime=now+4")
        self.wait(lambda: self.state(job) == "RUNNING", f"job {job} to start again", timeout_s, explain)

    def node_states(self):
        """{node: state} as sinfo calls it: idle, mixed, down, ...; with * while the node does not answer. For all:
        of one by its name, slurmctld may say for minutes what it was before a restart."""
        lines = self.call("sinfo", "--noheader", "--Node", "--partition=low", "--format=%N %T").splitlines()
        return dict(line.split() for line in lines)

    def node_state(self, node):
        return self.node_states()[node]

    def wait_for_node(self, node, states, timeout_s=PATIENCE_S):
        states = {states} if isinstance(states, str) else set(states)
        self.wait(lambda: self.node_state(node) in states, f"node {node} to be {states}", timeout_s,
                  lambda: self.node_state(node))

    def wait(self, condition, what, timeout_s=PATIENCE_S, explain=lambda: ""):
        end = time.monotonic() + timeout_s
        while not (found := condition()):
            assert time.monotonic() < end, f"waited in vain for {what}: {explain()}"
            time.sleep(0.1)
        return found

    def cut(self, host):
        """Power cut. Slurm notices after a quarter of a minute."""
        self.tell("cut", host)

    def restart(self, host):
        self.tell("restart", host)
        self.note_namespace(host)

    def pause(self, node):
        """The node seems lost to Slurm, while what runs on it goes on."""
        self.tell("pause", node)

    def resume(self, node):
        self.tell("resume", node)

    def namespace(self, host):
        pid = (self.folder / "pids" / host).read_text().split()[0]
        return os.readlink(f"/proc/{pid}/ns/pid")

    def note_namespace(self, host):
        self.namespaces.add(self.namespace(host))

    def processes(self, host=None):
        """{pid: command line} of all that lives on hosts of this cluster, or on one; jobs cannot leave their host."""
        found, namespaces = {}, {self.namespace(host)} if host else self.namespaces
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    if os.readlink(entry / "ns" / "pid") in namespaces:
                        found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                except OSError:  # ended meanwhile
                    pass
        return found


def main():
    """unittest.main(), which ends with 77 where nothing ran, so that ctest lists the file as skipped."""
    result = unittest.main(exit=False).result
    skipped = sum(isinstance(test, unittest.TestCase) for test, _ in result.skipped)
    if result.wasSuccessful() and result.skipped and result.testsRun == skipped:
        print(*{f"*** {reason} ***" for _, reason in result.skipped}, sep="\n")
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
