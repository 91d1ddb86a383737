"""How long is a training step of a group of two beside one of a single worker, and what does the exchange cost?

Each network trains one task on images made up, once with one worker and once with a group of two, by turns; a step's
time is what the task worked, evaluations apart, by its steps. Prints one JSON object. ESPALIER_BIN: folder of programs."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

BIN = Path(os.environ.get("ESPALIER_BIN", Path(__file__).parents[1] / "build" / "bin"))
REPEATS = 3
STUDY = """
[study]
name = "group-step"
seed = 1

[data.toy]
format = "made"
classes = 8
per_class = {per_class}
height = {side}
width = {side}
test = {{ per_class = 1 }}

[split]
kind = "random"
count = 1
source = 4
target = 4

[source.half]
data = "toy"
classes = "split.source"

[target.other]
data = "toy"
classes = "split.target"

[network]
name = "{network}"
width = {width}

[train]
batch = {batch}
epochs = {epochs}
momentum = 0.9
evaluate = {{ every = 0 }}
rates = [{{ units = "rest", start = 0.001 }}]

[[experiment]]
name = "scratch"
axes = {{ transferred = [0], per_class = ["all"] }}
"""
GROUP = """
[[resources]]
workers = 2
"""
CASES = [
    {"network": "mnist4", "width": 1, "side": 28, "batch": 20, "epochs": 10, "per_class": 101},
    {"network": "cifar7", "width": 1, "side": 28, "batch": 20, "epochs": 4, "per_class": 101},
    {"network": "cifar7", "width": 2, "side": 32, "batch": 64, "epochs": 1, "per_class": 321},
    {"network": "resnet18", "width": 0.25, "side": 64, "batch": 32, "epochs": 1, "per_class": 161},
    {"network": "alexnet", "width": 0.5, "side": 96, "batch": 32, "epochs": 1, "per_class": 161},
]


def step_ms(case, workers, folder):
    study = Path(folder) / "study.toml"
    study.write_text(STUDY.format(**case) + (GROUP if workers == 2 else ""))
    out = Path(folder) / "out"
    subprocess.run([BIN / "espalier", "run", study, "--out", out, "--workers", str(workers)], check=True,
                   capture_output=True, env={**os.environ, "ESPALIER_CACHE": str(Path(folder) / "cache")})
    with h5py.File(out / "results.h5") as view:
        task = view["tasks"][0]
    assert task["workers"] == workers, task
    images = 4 * (case["per_class"] - 1)
    return 1000 * float(task["seconds"]) / (case["epochs"] * -(-images // case["batch"]))


def measure(case):
    times = {1: [], 2: []}
    for _ in range(REPEATS):
        for workers in times:
            with tempfile.TemporaryDirectory() as folder:
                times[workers].append(step_ms(case, workers, folder))
    single, group = (statistics.median(times[workers]) for workers in (1, 2))
    return {**case, "single_ms": single, "group_of_2_ms": group, "ratio": group / single,
            "exchange_and_waiting_ms": group - single / 2, "all_single_ms": times[1], "all_group_ms": times[2]}


if __name__ == "__main__":
    json.dump({"bench": "groups", "cases": [measure(case) for case in CASES]}, sys.stdout, indent=1)
    print()
