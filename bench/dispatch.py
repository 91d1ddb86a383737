"""No-op tasks a second through the real scheduler, agents and journal, at 1, 2 and 4 workers.

    ESPALIER_BIN=build/bin python3 bench/dispatch.py [--tasks 100000]

Rates are taken from the journal itself: tasks between the first attempt's time and the last end's. JSON on stdout."""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))
import journal as journal_format

ATTEMPT, ENDED = 6, 9


def times(journal):
    """Seconds of every attempt (field 5) and end (field 8)."""
    began, ended = [], []
    for file in sorted(journal.glob("*.log")):
        for kind, payload in journal_format.records(file.read_bytes()):
            if kind == ATTEMPT:
                began.append(journal_format.fields(payload)[5][0])
            if kind == ENDED:
                ended.append(journal_format.fields(payload)[8][0])
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
