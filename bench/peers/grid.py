"""Which runs does an experiment of a study file come to? The part of espalier's language that the studies here use."""
import itertools
from collections import defaultdict
from dataclasses import asdict, dataclass, fields

DEPTH = 7                                       # units of cifar7
DEFAULTS = {"transferred": DEPTH - 1, "frozen": 0, "high_units": DEPTH}


@dataclass(frozen=True)
class Run:
    experiment: str
    split: int
    transferred: int
    frozen: int
    high_units: int
    decay_epoch: int
    per_class: int
    case: str = ""

    def labels(self):
        return asdict(self)


def splits_of(study):
    return range(1, len(study["split"]["listed"]) + 1)


LABELS = [field.name for field in fields(Run)]


def expand(study, experiment, results):
    """The runs of one experiment; what it takes is chosen among the results of experiments before it."""
    axes = {"split": splits_of(study), **experiment["axes"]}
    runs = []
    for values in itertools.product(*axes.values()):
        cell = {**DEFAULTS, **experiment.get("fixed", {}), **dict(zip(axes, values))}
        case = experiment.get("case", {}).get(cell.get("case"), {})
        cell.update({name: value for name, value in case.items() if name != "take"})
        for take in experiment.get("take", []) + case.get("take", []):
            cell.update(choose(take, cell, results))
        if cell["high_units"] == "all":
            cell["high_units"] = DEPTH
        if not any(eval(rule["when"], {}, cell) for rule in experiment.get("exclude", [])):
            runs.append(Run(experiment["name"], **cell))
    return runs


def choose(take, cell, results):
    """The best setting by mean validation top-1 over splits; ties: lower loss, fewer trained units, first listed."""
    settings = defaultdict(dict)
    for result in results:
        if result["experiment"] in take["from"] and all(result[axis] == cell[axis] for axis in take["per"]):
            settings[tuple(result[axis] for axis in take["values"])][result["split"]] = result

    def rank(setting):
        rows = settings[setting].values()
        return (-sum(row["valid_top1"] for row in rows) / len(rows), sum(row["valid_loss"] for row in rows) / len(rows),
                max(DEPTH - row["frozen"] for row in rows))

    return dict(zip(take["values"], min(settings, key=rank)))
