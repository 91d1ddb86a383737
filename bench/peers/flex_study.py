"""What does a study in the form of jobs/flex-digits.toml ask for? Its scenarios, and how long each may train."""
import tomllib
from dataclasses import dataclass
from pathlib import Path

DEPTH = 4                                       # units of mnist4
SINGLE = [str(number) for number in range(1, DEPTH + 1)]
ALL = "all"


@dataclass(frozen=True)
class Scenario:
    """One draw of training images: what each method is run on, and judged by."""
    split: int
    target: str
    per_class: int
    replicate: int
    epochs: int


@dataclass(frozen=True)
class Settings:
    """How something is trained. `every` 0: nothing ends it early."""
    batch: int
    rate: float
    every: int
    patience: int


def read(path):
    return tomllib.loads(Path(path).read_text())


def experiment(study, name):
    return next(one for one in study["experiment"] if one["name"] == name)


def by_size(value, size):
    """A value that may depend on the size."""
    return value[str(size)] if isinstance(value, dict) else value


def splits_of(study):
    return range(1, study["split"]["count"] + 1)


def scenarios(study):
    axes, found = experiment(study, "tune-all")["axes"], []
    for size in axes["per_class"]:
        lengths = by_size(axes.get("train", {}).get("epochs", study["train"]["epochs"]), size)
        length = lengths[0] if isinstance(lengths, list) else lengths
        found += [Scenario(split, target, size, draw, length) for split in splits_of(study) for target in study["target"]
                  for draw in range(1, by_size(axes["replicate"], size) + 1)]
    return found


def settings_of(study, table, stops):
    """Of a source's table, or of the targets with an empty one."""
    train = {**study["train"], **table}
    if train["optimiser"] != "adam" or len(train["rates"]) != 1:
        raise ValueError("the peers train by Adam at one rate alone")
    rule = {"every": 0, "patience": 0} if train["stop"] == "none" or not stops else train["stop"]
    if rule.get("metric", "valid.top1") != "valid.top1" or set(rule) - {"metric", "every", "patience"}:
        raise ValueError("the peers stop by valid.top1 alone")
    return Settings(train["batch"], train["rates"][0]["start"], rule["every"], rule["patience"])


def baselines(study):
    """Words such as "F(1-2)T(3-4)"."""
    return experiment(study, "baselines")["axes"]["units"]


def one_a_target(scenarios):
    """One scenario of each target and split: for what does not hang on training images."""
    return list({(scenario.split, scenario.target): scenario for scenario in scenarios}.values())
