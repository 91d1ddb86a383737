"""Seconds of `espalier status` where there are 100,000 runs.

    ESPALIER_BIN=build/bin python3 bench/status.py [--runs 100000] [--repeats 5]

The directory is made by a real run of no-op tasks, one a run; status reads its journal as it does any other. JSON."""
import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path


def timed(command):
    """Wall and processor seconds of a command, and what it printed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    program = Path(os.environ["ESPALIER_BIN"]) / "espalier"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "run", "--noop-tasks", str(options.runs), "--out", folder, "--workers", "2"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        out = Path(folder) / "noop"
        measured = [timed([program, "status", out]) for _ in range(options.repeats)]
        journal_bytes = sum(file.stat().st_size for file in (out / "journal").iterdir())
    assert f"{options.runs}" in measured[0][2].replace(",", ""), measured[0][2]
    print(json.dumps({"bench": "status", "runs": options.runs, "journal_bytes": journal_bytes, "goal_s": 1,
                      "wall_s": [round(wall, 3) for wall, _, _ in measured],
                      "median_wall_s": round(statistics.median(wall for wall, _, _ in measured), 3),
                      "median_processor_s": round(statistics.median(cpu for _, cpu, _ in measured), 3)}, indent=2))


if __name__ == "__main__":
    main()
