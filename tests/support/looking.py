"""For tests of the verbs that look at a folder: folders made without training, what their journals hold, requests left."""
import collections
import contextlib
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import unittest

import journal

BIN = pathlib.Path(os.environ["ESPALIER_BIN"])
GOLDEN = pathlib.Path(os.environ["ESPALIER_SOURCE"], "tests/store/golden/format-2/journal")
WEIGHTS = b"weights"  # the one artifact of the golden journal
STATES = ("waiting", "ready", "running", "done", "failed", "quarantined", "cancelled", "aborted")
SUBSETS = ("train", "valid", "test", "train_eval")

Run = collections.namedtuple("Run", "id experiment labels task")
Attempt = collections.namedtuple("Attempt", "fence task worker started")
Row = collections.namedtuple("Row", "epoch subset count loss top1 top5")


def frame_ends(data):
    """Where each record of a segment ends."""
    at = 0
    while at < len(data):
        at += journal.HEADER.size + journal.HEADER.unpack_from(data, at)[5]
        yield at


def text(values):
    return values[0].decode() if values else ""


def fence(payload):
    found = journal.fields(payload)
    return f"{found[1][0]}.{found[2][0]}"


class Facts:
    """What the journal of a folder holds, as docs/journal.proto says; without requests, losses and what was given back."""

    def __init__(self, out):
        self.runs, self.inputs, self.ends, self.attempts, self.rows = [], {}, {}, [], collections.defaultdict(list)
        self.records, self.sets, self.images, self.seconds, self.workers = 0, {}, 0, 0.0, 0
        for segment in sorted(pathlib.Path(out, "journal").iterdir()):
            for kind, payload in journal.records(segment.read_bytes()):
                self.records += 1
                read = getattr(self, f"_{kind}", None)
                if read:
                    read(journal.fields(payload))

    def _2(self, record):
        self.workers = journal.signed(record[4][0])

    def _4(self, record):
        for payload in record[2]:
            run = journal.fields(payload)
            labels = [journal.fields(label) for label in run.get(3, [])]
            self.runs.append(Run(text(run[1]), text(run[2]), {text(one[1]): text(one[2]) for one in labels}, text(run.get(4))))

    def _5(self, record):
        for payload in record[1]:
            task = journal.fields(payload)
            self.inputs[text(task[1])] = [text(journal.fields(one)[1]) for one in task.get(6, [])]

    def _6(self, record):
        self.attempts.append(Attempt(fence(record[1][0]), text(record[2]), journal.signed(record[3][0]), record[5][0]))

    def _7(self, record):
        for payload in record[4]:
            row = journal.fields(payload)
            values = struct.unpack("<3d", row[5][0])
            count = journal.signed(row[4][0])
            self.rows[text(record[2])].append(Row(journal.signed(row[1][0]), self.sets[row[3][0]], count, values[0],
                                                  values[1] / count, values[2] / count))

    def _9(self, record):
        self.ends[text(record[2])] = STATES[record[3][0]], text(record[4])
        self.images += journal.signed(record.get(6, [0])[0])
        self.seconds += record.get(5, [0.0])[0]

    def _17(self, record):
        for payload in record[1]:
            one = journal.fields(payload)
            self.sets[one[1][0]] = SUBSETS[one[2][0]]

    def state(self, task):
        """Of a task that nobody has in hand."""
        if task in self.ends:
            return self.ends[task][0]
        return "ready" if all(self.state(one) == "done" for one in self.inputs[task]) else "waiting"

    def run(self, **labels):
        found, = [run for run in self.runs if labels.items() <= run.labels.items()]
        return found

    def last(self, task, subset):
        return [row for row in self.rows[task] if row.subset == subset][-1]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def message(fields):
    """Numbers below 64 (signed where the field is), and texts or messages below 128 bytes."""
    data = b""
    for number, value in fields.items():
        data += bytes([number << 3, value]) if isinstance(value, int) else bytes([number << 3 | 2, len(value)]) + value
    return data


def append(out, kind, fields):
    """Writes a record behind the first segment's last one."""
    segment = out / "journal/000001.log"
    data = segment.read_bytes()
    magic, form, _, version, _, _, _, _ = journal.HEADER.unpack_from(data, 0)
    payload = message(fields)
    header = journal.HEADER.pack(magic, form, kind, version, 0, len(payload), len(data), 0)[:-4]
    segment.write_bytes(data + header + struct.pack("<I", crc32c(header + payload)) + payload)


def requests(out):
    """Verb and targets of each request in the folder, oldest first."""
    found = []
    for file in sorted(pathlib.Path(out).glob("requests/*.request")):
        first, *lines = file.read_text().splitlines()
        assert first == "espalier request 1", first
        values = [line.split("=", 1) for line in lines]
        found.append((dict(values)["verb"], [value for key, value in values if key == "target"]))
    return found


@contextlib.contextmanager
def held(out):
    """As if a launch had the folder."""
    with open(out / "lock", "w") as lock:
        lock.write("host=here process=7 restart=0 job=\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Looking(unittest.TestCase):
    """A test with a folder `out` that it may change."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = pathlib.Path(folder.name, "out")

    def golden(self, records=None):
        """The golden journal of four trainings from one source, of which the last diverged, and a probe. With `records`
        only so many of its first segment: the source ends with the tenth, the first training with the sixteenth."""
        (self.out / "artifacts").mkdir(parents=True)
        shutil.copytree(GOLDEN, self.out / "journal")
        name = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c.safetensors"
        if records is None or records > 10:
            (self.out / "artifacts" / name).write_bytes(WEIGHTS)
        if records:
            first = self.out / "journal/000001.log"
            first.write_bytes(first.read_bytes()[:list(frame_ends(first.read_bytes()))[records - 1]])
            (self.out / "journal/000002.log").unlink()
        return Facts(self.out)

    def given_up(self):
        """The golden journal when the source had been given up after its first attempt, and all that needs it aborted."""
        facts = self.golden(7)
        attempt, = facts.attempts
        append(self.out, 9, {1: message({1: 1, 2: 10}), 2: attempt.task.encode(), 3: STATES.index("quarantined"), 4: b"hung"})
        for run in facts.runs:
            append(self.out, 9, {1: message({1: 1, 2: 0}), 2: run.task.encode(), 3: STATES.index("aborted"), 4: b"no source"})
        return Facts(self.out)

    def made(self):
        """tests/report/report_fixture.hpp as a journal: 27 runs over three splits, of which one diverged, and one that
        waits for a selection."""
        done = subprocess.run([BIN / "test_report", "fixture: a journal is written where REPORT_FIXTURE_OUT says"],
                              env={**os.environ, "REPORT_FIXTURE_OUT": str(self.out)}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        return Facts(self.out)

    def call(self, *words):
        return subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True)

    def said(self, *words, code=0):
        done = self.call(*words)
        self.assertEqual(done.returncode, code, (words, done))
        return done.stdout

    def assert_refused(self, *words, because):
        done = self.call(*words)
        self.assertEqual((done.returncode, done.stdout), (2, ""), (words, done))
        self.assertIn(because, done.stderr)
