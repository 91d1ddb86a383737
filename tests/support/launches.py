"""Runs of the real program for end-to-end tests: start, watch, kill, compare. Processes are found by a mark in their
environment, so that nothing of ours can hide."""
import json
import os
import signal
import subprocess
import time
import uuid
from pathlib import Path

import h5py

import journal

BIN = Path(os.environ["ESPALIER_BIN"])
PATIENCE_S = 240

STUDY = """
[study]
name = "fault-test"
seed = 3

[data.toy]
format = "made"
classes = 8
per_class = 14
height = 20
width = 20
valid = {{ per_class = 3 }}
test = {{ per_class = 3 }}

[split]
kind = "random"
count = 2
source = 4
target = 4

[source.half]
data = "toy"
classes = "split.source"
train = {{ epochs = {epochs} }}

[target.other]
data = "toy"
classes = "split.target"

[network]
name = "mnist4"

[train]
batch = 4
epochs = {epochs}
momentum = 0.9
rates = [{{ units = "top", start = 0.002, factor = 0.1, first = 4 }}, {{ units = "rest", start = 0.002, factor = 0.1, first = 4 }}]

[[experiment]]
name = "transferred"
axes = {{ transferred = [0, 1, 3], per_class = [2, 8] }}

[[experiment]]
name = "frozen"
axes = {{ frozen = [0, 1], per_class = [2, 8] }}
take = [{{ values = ["transferred"], from = ["transferred"], best = "valid.top1", mean_over = ["split"], per = ["per_class"] }}]
exclude = [{{ name = "frozen beyond transferred", when = "frozen > transferred" }}]

[[experiment]]
name = "falls"
axes = {{ decay_epoch = [2, 4], frozen = [0, 2], per_class = [2, 8] }}
fixed = {{ transferred = 2 }}
"""


class Launch:
    """One `espalier run` on a study of made images."""

    def __init__(self, folder, name, epochs=6, workers=2, more=(), environment=None, checkpoint_s=0):
        self.out = Path(folder) / name
        self.study = Path(folder) / f"{name}.toml"
        self.output = Path(folder) / f"{name}.said"
        self.study.write_text(STUDY.format(epochs=epochs))
        self.mark = uuid.uuid4().hex
        self.environment = {**os.environ, "ESPALIER_TEST_MARK": self.mark,
                            "ESPALIER_CACHE": str(Path(folder) / "cache"), **(environment or {})}
        self.command = [BIN / "espalier", "run", self.study, "--out", self.out, "--workers", str(workers),
                        "--checkpoint-s", str(checkpoint_s), *more]
        self.process = None

    def start(self, *more):
        with self.output.open("wb") as output:
            self.process = subprocess.Popen([*self.command, *more], env=self.environment, stdout=output,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        return self

    def finish(self, *more):
        """Runs to the end and returns the exit code."""
        return self.start(*more).wait()

    def wait(self, patience_s=PATIENCE_S):
        code = self.process.wait(patience_s)
        assert self.gone_within(10), f"left behind: {self.processes()}"
        return code

    def ask(self, verb, *words):
        """What a looking verb prints on standard output."""
        return subprocess.run([BIN / "espalier", verb, self.out, *words], check=True, capture_output=True, text=True,
                              env=self.environment).stdout

    def status(self):
        return json.loads(self.ask("status", "--json"))

    def said(self):
        return self.output.read_text(errors="replace")

    def processes(self):
        """{pid: command line} of everything that carries our mark, but zombies."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                environment = (entry / "environ").read_bytes()
                command = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if self.mark.encode() in environment and command[0]:
                found[int(entry.name)] = b" ".join(command).decode()
        return found

    def gone_within(self, seconds):
        end = time.monotonic() + seconds
        while self.processes():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    def find(self, kind):
        """Process ids of a kind: supervisor, mpirun, rank0, agent, trainer, view (the writer of results.h5)."""
        found = []
        for pid, command in self.processes().items():
            is_rank = "espalier rank" in command and "mpirun" not in command
            if kind == "supervisor" and pid == self.process.pid:
                found.append(pid)
            elif kind == "mpirun" and command.startswith("mpirun") and "--version" not in command:  # which is asked first
                found.append(pid)
            elif kind == "trainer" and "espalier-trainer --socket" in command:
                found.append(pid)
            elif kind == "view" and "espalier view" in command:
                found.append(pid)
            elif kind in ("rank0", "agent") and is_rank:
                environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
                if (b"OMPI_COMM_WORLD_RANK=0" in environment) == (kind == "rank0"):
                    found.append(pid)
        return sorted(found)

    def wait_for(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain for {what}: {self.said()}"
            assert self.process.poll() is None, f"ended before {what}: {self.said()}"
            time.sleep(0.02)

    def wait_for_rows(self, count):
        self.wait_for(lambda: len(self.records(7)) >= count, f"{count} records of rows")

    def kill(self, kind, number=signal.SIGKILL):
        self.wait_for(lambda: self.find(kind), f"a {kind}")
        pid = self.find(kind)[0]
        os.kill(pid, number)
        return pid

    def records(self, kind, segment=None):
        """Fields by number of each record of one type; of one segment if given."""
        found = []
        for file in sorted((self.out / "journal").glob("*.log")):
            if segment is not None and int(file.stem) != segment:
                continue
            found += [journal.fields(payload) for type_, payload in journal.records(file.read_bytes()) if type_ == kind]
        return found

    def segments(self):
        return sorted(int(file.stem) for file in (self.out / "journal").glob("*.log"))

    def attempts(self, segment):
        """Task ids that began an attempt in a segment."""
        return [task_of(payload) for payload in self.records(6, segment)]

    def trained(self, segment):
        """Those of them that a worker began: what rank 0 takes back from results.h5 is an attempt by worker 0."""
        return [task_of(payload) for payload in self.records(6, segment) if journal.signed(payload[3][0]) != 0]

    def done(self, segment):
        """Task ids that were done in a segment."""
        return [task_of(payload) for payload in self.records(9, segment) if payload[3] == [3]]

    def metrics(self):
        """Every current row, to the bit."""
        with h5py.File(self.out / "results.h5") as view:
            table = view["metrics"][:]
        names = [name for name in table.dtype.names if name not in ("attempt", "segment", "worker")]
        return sorted(tuple(row[name].tobytes() for name in names) for row in table)

    def selections(self):
        """What was taken, by key."""
        with h5py.File(self.out / "results.h5") as view:
            return sorted((row["key"], row["chosen"]) for row in view["selections"][:])

    def check_nothing_done_twice(self):
        finished = set()
        for segment in self.segments():
            again = finished & set(self.attempts(segment))
            assert not again, f"done again in segment {segment}: {again}"
            finished |= set(self.done(segment))


def moment_of(record):
    """(epoch, step) that an attempt record says it went on from, or at which a checkpoint record was made."""
    moment = journal.fields(record[4][0])
    return journal.signed(moment[1][0]), journal.signed(moment[2][0])


def resumed_epoch(attempt):
    """Epoch that an attempt record says it went on from."""
    return moment_of(attempt)[0]


def task_of(record):
    """The task's id, which attempt and ended records have in one place."""
    return record[2][0].decode()
