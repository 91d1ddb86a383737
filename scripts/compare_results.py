"""Compares the final metrics of two results.h5 by experiment and labels: are they equal to the bit?

    python3 scripts/compare_results.py OUT_A OUT_B

Ids may differ (a task's id changes with its identity version), numbers may not. Exit code 0: equal; 1: not; prints what differs.
"""
import pathlib
import sys

import h5py
import numpy as np

NOT_LABELS = {"run", "task", "experiment", "epoch"}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def finals(out):
    """(experiment, labels) -> metric -> bytes, of every run that is done."""
    with h5py.File(pathlib.Path(out) / "results.h5") as view:
        table = view["final"][:]
    names = table.dtype.names
    metrics = [name for name in names if "." in name]
    labels = [name for name in names if name not in NOT_LABELS and name not in metrics and not name.endswith("_number")]
    found = {}
    for row in table:
        key = (text(row["experiment"]), *(f"{name}={text(row[name])}" for name in sorted(labels)))
        found[key] = {name: np.asarray(row[name]).tobytes() for name in metrics}
    return found


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    left, right = finals(sys.argv[1]), finals(sys.argv[2])
    differences = [f"only in {sys.argv[1]}: {key}" for key in left.keys() - right.keys()]
    differences += [f"only in {sys.argv[2]}: {key}" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        for metric in left[key].keys() & right[key].keys():
            if left[key][metric] != right[key][metric]:
                differences.append(f"{metric} differs: {key}")
        for metric in left[key].keys() ^ right[key].keys():
            differences.append(f"{metric} is in one of them: {key}")
    print(*sorted(differences)[:40], sep="\n", end="\n" if differences else "")
    print(f"{len(left.keys() & right.keys())} runs in both, {len(differences)} differences")
    return 1 if differences or not left else 0


if __name__ == "__main__":
    sys.exit(main())
