"""An earlier build against this one, in turns, so that a drifting machine is fair to both.

    python3 bench/old_new.py OLD_BIN NEW_BIN [--rounds 3]

Dispatch of no-op tasks, durable rows (per evaluation: one moment and image set), planning and the training step, each in turn
old, new, old, new, ... Prints JSON: medians and the ratio new / old of times, or old / new of rates: below 1 is faster.
"""
import argparse
import json
import pathlib
import re
import statistics
import subprocess
import tempfile
import time

import verbs

TASKS = 100_000


def run(*command):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout


def dispatch_s(bin_dir):
    """Seconds that TASKS no-op tasks take beyond a launch of ten."""
    def launch(tasks):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            run(bin_dir / "espalier", "run", "--noop-tasks", tasks, "--out", folder, "--workers", 2)
            return time.monotonic() - begun
    return launch(TASKS) - launch(10)


def plan_verb_s(bin_dir):
    """CPU seconds of `espalier plan` on the study of verbs.py, 103,488 runs."""
    with tempfile.TemporaryDirectory() as folder:
        study = pathlib.Path(folder) / "large.toml"
        study.write_text(verbs.STUDY)
        return verbs.timed([bin_dir / "espalier", "plan", study, "--json"])[1]


def numbers(value, path=""):
    """Every number of a JSON value by its path."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from numbers(part, f"{path}/{key}")
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from numbers(part, f"{path}/{place}")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


def figures(bin_dir, names):
    found = {}
    if "dispatch" in names:
        found["dispatch/seconds_s"] = dispatch_s(bin_dir)
    if "plan_verb" in names:
        found["plan_verb/cpu_s"] = plan_verb_s(bin_dir)
    for name in ("journal", "plan_100k", "train_step"):
        if name in names:
            found.update((name + path, value) for path, value in numbers(json.loads(run(bin_dir / f"bench_{name}"))))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=["dispatch", "journal", "plan_100k", "plan_verb", "train_step"])
    arguments = parser.parse_args()
    rounds = [(figures(arguments.old, arguments.only), figures(arguments.new, arguments.only))
              for _ in range(arguments.rounds)]
    table = {}
    for name in rounds[0][0].keys() & rounds[0][1].keys():
        old = statistics.median(one[0][name] for one in rounds)
        new = statistics.median(one[1][name] for one in rounds)
        is_rate = re.search(r"_per_s", name) is not None
        if old and new:
            table[name] = {"old": old, "new": new, "ratio": round(old / new if is_rate else new / old, 3)}
    print(json.dumps({"rounds": arguments.rounds, "figures": dict(sorted(table.items()))}, indent=2))


if __name__ == "__main__":
    main()
