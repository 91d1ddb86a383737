"""What do early stopping, shared steps, shared features and shared swaps save a Flex study, and how fast are PyTorch loops at it?

    compare_flex.py jobs/flex-digits.toml --data-root DIR --out FILE.json [--splits 1] [--targets blurred fixed-affine]
                    [--sizes 3 30] [--draws 1] [--repeats 3] [--only espalier careful_flex ...]

All take turns on one study file, cut to the part asked for; each round has its own seed, as how long a training lasts hangs on its draws. A
time is from a process's start to its end, and CPU seconds are those of all its processes; espalier starts without packed images each time, as
the loops do."""
import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from pathlib import Path

import cut_study
from compare import HERE, attempt
from flex_contenders import ESPALIER, LOOPS, USUAL, contenders

PART = ("splits", "targets", "sizes", "draws", "source_epochs")


def part_of(options, folder, number):
    """The study of a round."""
    text = Path(options.study).read_text()
    seed = cut_study.tomllib.loads(text)["study"]["seed"] + number
    study = Path(folder) / Path(options.study).name
    study.write_text(cut_study.cut(text, options.splits, options.targets, options.sizes, options.draws, options.source_epochs, seed))
    return study


def rounds(options):
    """{name: what was measured in each round}"""
    runs = contenders(options)
    measured = {name: [] for name in runs}
    for number in range(options.repeats):
        with tempfile.TemporaryDirectory() as folder:
            study = part_of(options, folder, number)
            for name, run in runs.items():
                if not any("not_run" in one for one in measured[name]):
                    measured[name].append(attempt(name, lambda own: run(study, own)))
    return measured


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def summary(measured, base):
    failed = [one["not_run"] for one in measured if "not_run" in one]
    if failed:
        return {"not run": failed[0]}
    times = [one["wall_s"] for one in measured]
    result = {"median_s": statistics.median(times), "wall_s": times, "cpu_s": [one["cpu_s"] for one in measured], "runs": measured[0]["runs"],
              "epochs": [one["epochs"] for one in measured], "epoch_images": [one["epoch_images"] for one in measured],
              "test_top1": {method: statistics.mean(value for one in measured for value in one["test_top1"][method].values())
                            for method in measured[0]["test_top1"]},
              "rounds": measured}
    if len(base) == len(times):
        result |= {f"times_espalier_{key}": spread([one[key] / other[key] for one, other in zip(measured, base)])
                   for key in ("wall_s", "cpu_s")}
    return result


def compare(options):
    measured = rounds(options)
    base = [one for one in measured.get("espalier", []) if "wall_s" in one]
    results = {name: summary(of, base) for name, of in measured.items()}
    return {"study": Path(options.study).stem, "part": {key: getattr(options, key) for key in PART}, "workers": options.workers,
            "repeats": options.repeats, "cores": os.cpu_count(), "machine": platform.processor() or platform.machine(),
            "results": results}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study")
    parser.add_argument("--data-root", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--espalier", default=HERE.parents[1] / "build" / "bin" / "espalier")
    parser.add_argument("--python", default=sys.executable, help="of an environment with torch, NumPy and SciPy")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--splits", type=int, help="the first so many")
    parser.add_argument("--targets", nargs="+")
    parser.add_argument("--sizes", nargs="+", type=int, help="images a digit")
    parser.add_argument("--draws", type=int, help="redraws of a size, at most")
    parser.add_argument("--source-epochs", type=int, help="for trials alone: sources that are worth little")
    names = [*ESPALIER, *LOOPS]
    parser.add_argument("--only", nargs="+", choices=names, default=USUAL, metavar="NAME", help=", ".join(names))
    return parser.parse_args()


def main():
    options = arguments()
    Path(options.out).write_text(json.dumps(compare(options), indent=1) + "\n")


if __name__ == "__main__":
    main()
