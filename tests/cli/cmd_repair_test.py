"""verify and repair on a small finished directory: exit codes, what they say, what comes back of a damaged journal."""
import fcntl
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

import journal

STUDY = """
[study]
name = "small"
[data.d]
format = "made"
classes = 3
test = { per_class = 5 }
[target.t]
data = "d"
[network]
name = "cifar7"
[train]
epochs = 1
[[experiment]]
name = "a"
axes = { per_class = [5] }
fixed = { transferred = 0 }
"""


def program(name, *arguments, **more):
    path = Path(os.environ["ESPALIER_BIN"]) / name
    return subprocess.run([path, *arguments], capture_output=True, text=True, **more)


def check_verify_and_repair(out):
    assert program("espalier", "verify", out).returncode == 0
    (out / "results.h5").write_bytes(b"not what it was")
    found = program("espalier", "verify", out, "--json")
    assert found.returncode == 1 and json.loads(found.stdout)["findings"][0]["kind"] == "problem", found.stdout
    assert "4 runs" in program("espalier", "repair", out).stdout
    again = program("espalier", "view", out)
    assert again.returncode == 0 and "4 runs" in again.stdout and again.stderr == "", again
    assert json.loads(program("espalier", "verify", out, "--json").stdout)["findings"] == []


def frames(data):
    """Where each record of a segment ends."""
    at = 0
    while at < len(data):
        at += journal.HEADER.size + journal.HEADER.unpack_from(data, at)[5]
        yield at


def rows_of(out):
    """Task, moment, image set and values of every row, to the bit; of one experiment's runs their final results."""
    with h5py.File(out / "results.h5") as view:
        tables = {name: view[name][:] for name in ("metrics", "final", "tasks")}
    names = [name for name in tables["metrics"].dtype.names if name != "attempt"]
    metrics = sorted(tuple(row[name].tobytes() for name in names) for row in tables["metrics"])
    return metrics, sorted(row.tobytes() for row in tables["final"]), sorted(tables["tasks"]["finished"].tolist())


def content(out):
    return {file: file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file() and file.name != "lock"}


def check_said_by_all(out):
    """Every verb that looks says on standard error that records are gone."""
    study = Path(str(out) + ".toml")
    study.write_text(STUDY)
    run = run_of(out)
    for verb in (["aggregate", out, "--by", "transferred", "--over", "per_class,case"], ["status", out], ["stop", out],
                 ["export", out, "--format", "csv"], ["explain", out, run], ["logs", out, run],
                 ["compare", out, "transferred=0", "transferred=2", "--by", "per_class"], ["report", out],
                 ["plan", study, "--out", out], ["show", study, "a", "--out", out], ["retry", out, "--failed"], ["cancel", out, run]):
        told = program("espalier", *verb)
        assert "espalier: warning" in told.stderr and "verify" in told.stderr and "repair" in told.stderr, (verb, told)


def run_of(out):
    """The id of some run, from results.h5."""
    with h5py.File(out / "results.h5") as view:
        return view["runs"]["run"][0].decode()


def check_cut_off(out):
    """The journal ends behind its plan: all that finished tasks measured comes back from results.h5 and artifacts."""
    segment = out / "journal" / "000001.log"
    whole = segment.read_bytes()
    before = content(out)
    metrics, final, networks = rows_of(out)
    segment.write_bytes(whole[:list(frames(whole))[3]])
    check_said_by_all(out)
    told = program("espalier", "repair", out)
    assert told.returncode == 1, told
    assert "recovered: 24 rows and 1 files of 4 finished tasks" in told.stdout, told.stdout
    assert "its finished network" in told.stdout and "1 of 4 runs are not done" in told.stdout, told.stdout
    now = rows_of(out)
    assert set(now[0]) < set(metrics) and len(now[0]) == 24, "the failed task's rows are not among them"
    assert now[1:] == (final, networks)
    kept = list(out.glob("results-of-*-records.h5"))
    assert len(kept) == 1 and kept[0].read_bytes() == before[out / "results.h5"]
    assert program("espalier", "verify", out).returncode == 0
    check_idempotent(out)
    for file in (out / "journal").iterdir():
        file.unlink()
    for file, data in before.items():
        file.write_bytes(data)
    kept[0].unlink()


def check_idempotent(out):
    once = content(out)
    again = program("espalier", "repair", out)
    assert again.returncode == 0 and "recovered: " not in again.stdout, again
    assert content(out) == once


def check_lost_plan(out):
    """The tasks themselves are gone: `run` still refuses, and says with what it takes them back (cmd_run_test.py does)."""
    segment = out / "journal" / "000001.log"
    whole = segment.read_bytes()
    segment.write_bytes(whole[:list(frames(whole))[1]])
    view = (out / "results.h5").read_bytes()
    for _ in range(2):
        told = program("espalier", "repair", out)
        assert told.returncode == 1 and "4 finished tasks are in no record any more" in told.stdout, told
        assert "'run' refuses it without --accept-loss, with which it" in told.stdout, told.stdout
        assert (out / "results.h5").read_bytes() == view
        kept = list(out.glob("results-of-*-records.h5"))
        assert len(kept) == 1 and kept[0].read_bytes() == view
        assert len(list((out / "journal").iterdir())) == 1
    kept[0].unlink()
    segment.write_bytes(whole)


def check_headless(out):
    segment = out / "journal" / "000001.log"
    whole = segment.read_bytes()
    segment.write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:].ljust(5000, b"x"))
    for verb in ("status", "repair", "stop"):
        refused = program("espalier", verb, out)
        assert refused.returncode == 77 and "has no first record" in refused.stderr, refused
    segment.unlink()
    for verb in ("status", "repair", "stop"):
        refused = program("espalier", verb, out)
        assert refused.returncode == 77 and "results.h5 was made from" in refused.stderr, refused
    assert program("espalier", "verify", out).returncode == 1
    segment.write_bytes(whole)
    assert program("espalier", "repair", out).returncode == 0


def check_held(out):
    """While a launch holds the folder, nothing is repaired."""
    with (out / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("host=here process=1 restart=0 job=\n")
        lock.flush()
        refused = program("espalier", "repair", out)
    assert refused.returncode == 2 and "in use" in refused.stderr, refused


def main():
    with tempfile.TemporaryDirectory() as folder:
        for verb in ("verify", "repair"):
            refused = program("espalier", verb, folder)
            assert refused.returncode == 2 and "journal" in refused.stderr, refused
        sample = program("test_store", "[.sample]", env=dict(os.environ, ESPALIER_SAMPLE=folder))
        assert sample.returncode == 0, sample.stdout
        check_verify_and_repair(Path(folder))
        for check in (check_cut_off, check_lost_plan, check_headless, check_held):
            check(Path(folder))


if __name__ == "__main__":
    sys.exit(main())
