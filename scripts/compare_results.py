"""Compares the final metrics of two results by experiment and labels: are they equal to the bit?

    python3 scripts/compare_results.py A B            each a folder of results, or a CSV file that --write made
    python3 scripts/compare_results.py --write CSV A  keeps the final metrics of A as text, exactly

Ids may differ (a task's id changes with its identity version), numbers may not. Exit code 0: equal; 1: not; prints what differs.
"""
import csv
import pathlib
import sys

import h5py

NOT_LABELS = {"run", "task", "experiment", "epoch", "device"}


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def rows_of_view(file):
    """Of every run that is done: a dictionary of texts; floats in hexadecimal, so that no bit is lost."""
    with h5py.File(file) as view:
        table = view["final"][:]
        devices = {text(row["task"]): text(row["device"]) for row in view["tasks"][:]}
    names = [name for name in table.dtype.names if not name.endswith("_number")]
    return [{"device": devices[text(row["task"])],
             **{name: float(row[name]).hex() if "." in name else text(row[name]) for name in names}} for row in table]


def rows_of(results):
    path = pathlib.Path(results)
    if path.is_dir():
        return rows_of_view(path / "results.h5")
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def devices_of(results):
    """What computed them: on another kind of CPU the last bits may differ (docs/running.md)."""
    return {row["device"] for row in rows_of(results)}


def finals(results):
    """(experiment, labels) -> metric -> text, of every run that is done."""
    found = {}
    for row in rows_of(results):
        labels = sorted(f"{name}={value}" for name, value in row.items() if name not in NOT_LABELS and "." not in name)
        found[(row["experiment"], *labels)] = {name: value for name, value in row.items() if "." in name}
    return found


def write(file, results):
    rows = [{name: value for name, value in row.items() if name not in {"run", "task"}} for row in rows_of(results)]
    with open(file, "w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: list(row.values())))


def compare(a, b):
    """(number of runs in both, a line for each difference)"""
    left, right = finals(a), finals(b)
    differences = [f"only in {a}: {key}" for key in left.keys() - right.keys()]
    differences += [f"only in {b}: {key}" for key in right.keys() - left.keys()]
    for key in left.keys() & right.keys():
        for metric in left[key].keys() & right[key].keys():
            if left[key][metric] != right[key][metric]:
                differences.append(f"{metric} differs: {key}")
        for metric in left[key].keys() ^ right[key].keys():
            differences.append(f"{metric} is in one of them: {key}")
    return len(left.keys() & right.keys()), sorted(differences)


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--write":
        return write(sys.argv[2], sys.argv[3])
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    both, differences = compare(sys.argv[1], sys.argv[2])
    print(*differences[:40], sep="\n", end="\n" if differences else "")
    print(f"{both} runs in both, {len(differences)} differences")
    return 1 if differences or not both else 0


if __name__ == "__main__":
    sys.exit(main())
