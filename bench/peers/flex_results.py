"""The rows of a Flex study, and how its algorithms choose among them: as `take` and `[[pick]]` of docs/study.md do."""
from dataclasses import asdict

import mnist4

def row_of(experiment, scenario, unit, valid, test, epochs=0, best_epoch=0):
    """One run's result. `unit`: what was tuned or swapped."""
    return {"experiment": experiment, **asdict(scenario), "unit": unit, "valid_top1": valid["top1"], "valid_loss": valid["loss"],
            "test_top1": test["top1"], "trained_epochs": epochs, "best_epoch": best_epoch}


def taken(rows):
    """The unit that `take` names: the best on validation images, then the lower loss, then the first."""
    return min(rows, key=lambda row: (-row["valid_top1"], row["valid_loss"]))["unit"]


def picked(name, rows):
    """The row that a pick chooses: the best, then fewest trained units, then the lower loss, then the first."""
    def rank(row):
        uses = mnist4.uses_of(row["unit"])
        return -row["valid_top1"], len(uses) - uses.count("F"), row["valid_loss"]
    best = min(rows, key=rank)
    return {**best, "experiment": name, "chosen": best["experiment"]}


def key_of(row):
    return row["experiment"], row["unit"], *(row[name] for name in ("split", "target", "per_class", "replicate"))


def unique(rows):
    """What was trained by two methods is one row."""
    return list({key_of(row): row for row in rows}.values())


def choices_of(rows):
    """The rows with those of the algorithms: what they name was trained as one of `tune-one`."""
    scenarios = {}
    for row in rows:
        if row["experiment"] not in ("untuned", "baselines"):
            scenarios.setdefault(key_of(row)[2:], []).append(row)
    return rows + [row for own in scenarios.values() for row in choices_in(own)]


def choices_in(rows):
    def of(experiment):
        return sorted((row for row in rows if row["experiment"] == experiment), key=lambda row: row["unit"])
    single, together = {row["unit"]: row for row in of("tune-one")}, of("tune-all")
    named = {**single[taken(of("swaps"))], "experiment": "tune-named"}
    briefly = {**single[taken(of("brief-swaps"))], "experiment": "faster-flex"}
    return [named, briefly, picked("flex", [*single.values(), *together]), picked("fast-flex", [named, *together])]
