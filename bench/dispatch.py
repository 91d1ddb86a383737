"""No-op tasks a second through the real scheduler, agents and journal, at 1, 2 and 4 workers.

    ESPALIER_BIN=build/bin python3 bench/dispatch.py [--tasks 100000]

Rates are taken from the journal itself: tasks between the first attempt's time and the last end's. JSON on stdout."""
import argparse
import json
import os
import struct
import subprocess
import tempfile
import time
from pathlib import Path

ATTEMPT, ENDED = 6, 9


def times(journal):
    """Seconds of every attempt and end; the time is the last field of both records."""
    began, ended = [], []
    for file in sorted(journal.glob("*.log")):
        data, at = file.read_bytes(), 0
        while at + 20 <= len(data):
            _, _, kind, size, _ = struct.unpack_from("<4sHHQI", data, at)
            at += 20 + size
            if kind in (ATTEMPT, ENDED):
                (began if kind == ATTEMPT else ended).append(struct.unpack_from("<d", data, at - 8)[0])
    return began, ended


def measure(program, tasks, workers):
    with tempfile.TemporaryDirectory() as folder:
        start = time.time()
        subprocess.run([program, "run", "--noop-tasks", str(tasks), "--out", folder, "--workers", str(workers)],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        whole = time.time() - start
        began, ended = times(Path(folder) / "noop" / "journal")
    assert len(ended) == tasks, f"{len(ended)} of {tasks} tasks ended"
    return {"workers": workers, "tasks_per_s": round(tasks / (max(ended) - min(began))), "whole_s": round(whole, 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    program = Path(os.environ["ESPALIER_BIN"]) / "espalier"
    results = [measure(program, options.tasks, workers) for workers in options.workers]
    print(json.dumps({"bench": "dispatch", "tasks": options.tasks, "goal_tasks_per_s": 20_000,
                      "cores": os.cpu_count(), "results": results}, indent=2))


if __name__ == "__main__":
    main()
