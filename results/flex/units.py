"""Which units single-unit tuning, its cheap variants and the test images prefer, and how often they agree, from `espalier export OUT`.

    units.py RUNS.csv

A trial is one (target, size, split, replicate). Shares are means over the trials of a split, then over splits; intervals are Student's at 95 % over
splits."""
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from scipy import stats

TRIAL = ("target", "per_class", "split", "replicate")


def trials_of(rows):
    """{trial: {experiment: {unit: row}}}"""
    trials = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if row["experiment"] in ("tune-one", "tune-all", "tune-named", "faster-flex"):
            trials[tuple(row[axis] for axis in TRIAL)][row["experiment"]][row["tuned_unit"]] = row
    return trials


def best(units, column):
    """The unit with the highest accuracy; of equal ones the one of lower loss, then the lower number."""
    subset = column.split(".")[0]
    return min(units, key=lambda unit: (-float(units[unit][column]), float(units[unit][f"{subset}.loss"]), int(unit)))


def over_splits(shares):
    """"0.62 [0.51, 0.73]" of {split: [0 or 1, ...]}; of one split its mean alone."""
    means = np.array([np.mean(values) for values in shares.values()])
    if len(means) == 1:
        return f"{means[0]:.2f}"
    half = stats.t.ppf(0.975, len(means) - 1) * means.std(ddof=1) / len(means) ** 0.5
    return f"{means.mean():.2f} [{means.mean() - half:.2f}, {means.mean() + half:.2f}]"


def main():
    with Path(sys.argv[1]).open() as file:
        trials = trials_of(csv.DictReader(file))
    agree = {name: defaultdict(list) for name in ("tune-named names flex's unit", "faster-flex names flex's unit",
                                                  "both cheap ones agree", "flex's unit is the best on test images")}
    chosen, on_test = defaultdict(Counter), defaultdict(Counter)
    for (target, size, split, _), found in trials.items():
        if not {"tune-one", "tune-named", "faster-flex"} <= set(found):
            continue
        flex, test = best(found["tune-one"], "valid.top1"), best(found["tune-one"], "test.top1")
        (named,), (quick,) = found["tune-named"], found["faster-flex"]
        for name, is_so in zip(agree, (named == flex, quick == flex, named == quick, flex == test)):
            agree[name][split].append(is_so)
        chosen[target, size][flex] += 1
        on_test[target, size][test] += 1
    for name, shares in agree.items():
        print(f"{name}: {over_splits(shares)} of {sum(map(len, shares.values()))} trials")
    print("\ntarget, images a class: the unit that is best on validation, and on test images, in how many trials")
    for (target, size), counts in chosen.items():
        text = [", ".join(f"{unit}: {count}" for unit, count in sorted(one.items())) for one in (counts, on_test[target, size])]
        print(f"{target}, {size}: {text[0]} | {text[1]}")


if __name__ == "__main__":
    main()
