"""Which of Plested and Gedeon's five findings appear in runs.csv beside this file, as Markdown.

    espalier export DIR --format csv > runs.csv
    python3 findings.py            (wants pandas)

Every number is a mean over splits; every interval is Student's at 95 % over the splits' paired differences. The splits
draw their classes from one pool and overlap, so the intervals are narrower than over independent class sets."""
from pathlib import Path

import pandas as pd

STUDENT_975 = {2: 4.302653, 3: 3.182446, 4: 2.776445, 5: 2.570582, 7: 2.364624}  # by degrees of freedom
RUNS = pd.read_csv(Path(__file__).parent / "runs.csv", dtype={"per_class": str})
SIZES = sorted(RUNS.per_class.unique(), key=lambda size: float("inf") if size == "all" else float(size))


def cells(experiment, value, by, scale=100):
    """Table of `value` with a row for each split and a column for each combination of `by`."""
    runs = RUNS[RUNS.experiment == experiment]
    return scale * runs.pivot_table(index="split", columns=by, values=value, aggfunc="mean")


def interval(differences):
    """'mean [low, high]' over splits."""
    n, mean = len(differences), differences.mean()
    half = STUDENT_975[n - 1] * differences.std(ddof=1) / n ** 0.5
    return f"{mean:+.1f} [{mean - half:+.1f}, {mean + half:+.1f}]"


def row(*words):
    print("| " + " | ".join(str(word) for word in words) + " |")


def head(*words):
    row(*words)
    row(*["---"] * len(words))


def numbers(experiment, axis):
    return sorted(RUNS[RUNS.experiment == experiment][f"{axis}_number"].unique())


def best(table, size, values, pick):
    """The value with the best mean over splits, in a table with columns (size, value)."""
    return max(values, key=lambda value: pick * table[size, value].mean())


def units_against_decay():
    print("\n### (a) The best number of units depends on the decay epoch\n")
    name, by = "transferred-by-decay", ["per_class", "decay_epoch_number", "transferred_number"]
    valid, test = cells(name, "valid.top1", by), cells(name, "test.top1", by)
    units, (early, late) = numbers(name, "transferred"), numbers(name, "decay_epoch")
    low, high = units[0], units[-1]
    head("per class", f"best n at e = {early:g}", f"best n at e = {late:g}",
         f"n = {high:g} over n = {low:g} at e = {early:g}", f"the same at e = {late:g}", "difference of the two")
    for size in SIZES:
        gain = {e: test[size, e, high] - test[size, e, low] for e in (early, late)}
        chosen = [max(units, key=lambda n, e=e: valid[size, e, n].mean()) for e in (early, late)]
        row(size, *[f"{n:g}" for n in chosen], interval(gain[early]), interval(gain[late]),
            interval(gain[early] - gain[late]))


def high_units():
    print("\n### (b) Accuracy falls as more units learn at the high rate\n")
    test = cells("high-units", "test.top1", ["per_class", "high_units_number"])
    values = numbers("high-units", "high_units")
    head("per class", *[f"h = {h:g}" for h in values], f"h = {values[-1]:g} against h = 2", "h = 1 against h = 2")
    for size in SIZES:
        row(size, *[f"{test[size, h].mean():.1f}" for h in values], interval(test[size, values[-1]] - test[size, 2]),
            interval(test[size, 1] - test[size, 2]))


def decay_epoch():
    print("\n### (c) The best decay epoch falls from the smallest to the medium sizes and is largest at full size\n")
    by = ["per_class", "decay_epoch_number"]
    valid, test = cells("decay-epoch", "valid.top1", by), cells("decay-epoch", "test.top1", by)
    values = numbers("decay-epoch", "decay_epoch")
    head("per class", *[f"e = {e:g}" for e in values], "best e (validation)", f"e = 2 against e = {values[-1]:g}")
    for size in SIZES:
        row(size, *[f"{test[size, e].mean():.1f}" for e in values], f"{best(valid, size, values, 1):g}",
            interval(test[size, 2] - test[size, values[-1]]))


def frozen():
    print("\n### (d) Freezing helps only at the smallest sizes\n")
    by = ["per_class", "frozen_number"]
    valid, test = cells("frozen", "valid.top1", by), cells("frozen", "test.top1", by)
    values = numbers("frozen", "frozen")
    head("per class", *[f"k = {k:g}" for k in values], "best k (validation)", "k = 3 against k = 0", "k = 6 against k = 0")
    for size in SIZES:
        there = [k for k in values if (size, k) in test and test[size, k].notna().all()]
        row(size, *[f"{test[size, k].mean():.1f}" if k in there else "" for k in values],
            f"{best(valid, size, there, 1):g}",
            *[interval(test[size, k] - test[size, 0]) if k in there else "" for k in (3, 6)])


def overfitting():
    print("\n### (e) The gap between training and validation loss grows with n at small sizes\n")
    by = ["per_class", "transferred_number"]
    gap = cells("transferred", "valid.loss", by, 1) - cells("transferred", "train.loss", by, 1)
    values = [n for n in numbers("transferred", "transferred") if n > 0]
    head("per class", *[f"n = {n:g}" for n in values], f"n = {values[-1]:g} against n = {values[0]:g}")
    for size in SIZES:
        means = [f"{gap[size, n].mean():.2f}" for n in values]
        n, d = len(gap), gap[size, values[-1]] - gap[size, values[0]]
        half = STUDENT_975[n - 1] * d.std(ddof=1) / n ** 0.5
        row(size, *means, f"{d.mean():+.2f} [{d.mean() - half:+.2f}, {d.mean() + half:+.2f}]")


def optimum():
    print("\n### The optimum against common practice and training from scratch\n")
    test = cells("optimum", "test.top1", ["per_class", "case"])
    head("per class", "optimal", "common", "from scratch", "optimal over common", "optimal over scratch")
    for size in SIZES:
        row(size, *[f"{test[size, case].mean():.1f}" for case in ("optimal", "common", "scratch")],
            interval(test[size, "optimal"] - test[size, "common"]),
            interval(test[size, "optimal"] - test[size, "scratch"]))


if __name__ == "__main__":
    for part in (units_against_decay, high_units, decay_epoch, frozen, overfitting, optimum):
        part()
