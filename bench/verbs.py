"""Seconds of `espalier plan` on a study of 103,488 runs, and of `espalier status` where 100,000 runs were done.

    ESPALIER_BIN=build/bin python3 bench/verbs.py [--runs 100000] [--repeats 5]

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

STUDY = """
study.name = "large"
data.toy = { format = "made", classes = 20, per_class = 20, valid = { per_class = 4 }, test = { per_class = 4 } }
split = { kind = "random", count = 6, source = 10, target = 10 }
source.half = { data = "toy", classes = "split.source" }
target.other = { data = "toy", classes = "split.target" }
network.name = "cifar7"

[train]
batch = 10
epochs = 30
rates = [{ units = "top", start = 0.01, factor = 0.1, first = 30 }, { units = "rest", start = 0.001, factor = 0.1, first = 30 }]

[[experiment]]
name = "grid"
axes = { transferred = [0, 1, 2, 3, 4, 5, 6], frozen = [0, 1, 2, 3, 4, 5, 6], high_units = [1, 2, 3, 4, 5, 6, 7], decay_epoch = [%s], per_class = [1, 2, 4, 8] }
exclude = [{ name = "frozen beyond transferred", when = "frozen > transferred" }]
""" % ", ".join(str(epoch) for epoch in range(22))


def timed(command):
    """Wall and CPU seconds of a command, and what it printed."""
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
        study = Path(folder) / "large.toml"
        study.write_text(STUDY)
        plans = [timed([program, "plan", study, "--json"]) for _ in range(options.repeats)]
        subprocess.run([program, "run", "--noop-tasks", str(options.runs), "--out", folder, "--workers", "2"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        out = Path(folder) / "noop"
        statuses = [timed([program, "status", out, "--json"]) for _ in range(options.repeats)]
        journal_bytes = sum(file.stat().st_size for file in (out / "journal").iterdir())
    planned = json.loads(plans[0][2])["runs"]
    assert json.loads(statuses[0][2])["runs"]["done"] == options.runs
    print(json.dumps({"bench": "verbs", "plan": {"runs": planned, "goal_s": 5, **summary(plans)},
                      "status": {"runs": options.runs, "journal_bytes": journal_bytes, "goal_s": 1,
                                 **summary(statuses)}}, indent=2))


def summary(measured):
    return {"wall_s": [round(wall, 3) for wall, _, _ in measured],
            "median_wall_s": round(statistics.median(wall for wall, _, _ in measured), 3),
            "median_cpu_s": round(statistics.median(cpu for _, cpu, _ in measured), 3)}


if __name__ == "__main__":
    main()
