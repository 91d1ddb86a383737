"""How long does Flex-tuning take in a loop that a careful person writes? Each distinct training is done once, on features of the units below
the lowest trained one, which are computed once a process and kept; swapped networks begin at the swapped unit; all else as naive_flex.py."""
import functools

import torch

import flex_peer
import flex_study
import mnist4
from flex_results import choices_of, row_of
from flex_study import ALL, SINGLE
from flex_work import data_of, fit, fit_row, part_of, source_units
from shifted_images import Part
from stopped_training import EVALUATION_BATCH, score, through
from training import packed

TARGETS_KEPT, SAMPLES_KEPT = 2, 64              # items come target by target, so that few features are kept at a time


@torch.no_grad()
def beyond(unit, rows):
    """What comes out of a frozen unit, to be kept."""
    return torch.cat([packed(through([unit], part)) for part in rows.split(EVALUATION_BATCH)])


@functools.lru_cache(maxsize=TARGETS_KEPT * flex_study.DEPTH)
def measured_features(context, split, target, depth):
    """(validation, test) behind so many units of the source."""
    if depth == 0:
        part = part_of(context, "target", target, split)
        return part.valid[0], part.test[0]
    unit = frozen_source(context, split)[depth - 1]
    return tuple(beyond(unit, rows) for rows in measured_features(context, split, target, depth - 1))


@functools.lru_cache(maxsize=SAMPLES_KEPT)
def training_features(context, scenario, depth):
    if depth == 0:
        return data_of(context, scenario).train[0]
    return beyond(frozen_source(context, scenario.split)[depth - 1], training_features(context, scenario, depth - 1))


@functools.lru_cache(maxsize=None)
def frozen_source(context, split):
    return source_units(context, split).eval().requires_grad_(False)


def features_of(context, scenario, depth):
    """A scenario's data behind so many units of the source."""
    data, (valid, test) = data_of(context, scenario), measured_features(context, scenario.split, scenario.target, depth)
    return Part((training_features(context, scenario, depth), data.train[1]), (valid, data.valid[1]), (test, data.test[1]))


def tuned(context, scenario, unit, keep_first=False):
    """(what was trained, the data that it saw)"""
    uses = mnist4.uses_of(unit)
    below = mnist4.lowest_trained(uses)
    data, units = features_of(context, scenario, below), source_units(context, scenario.split)[below:]
    return fit(context, scenario, units, uses[below:], data, keep_first=keep_first), data


def measured(context, experiment, scenario, unit, units, depth):
    """The row of a network whose first units are the source's."""
    data = features_of(context, scenario, depth)
    return row_of(experiment, scenario, unit, score(units, *data.valid), score(units, *data.test))


def swaps(context, experiment, scenario, states):
    """Each unit of a tuned network in the source's place, from the features in front of it."""
    source, tuned_units = frozen_source(context, scenario.split), mnist4.copied_units(states).eval()
    return [measured(context, experiment, scenario, unit, [tuned_units[place], *source[place + 1:]], place)
            for place, unit in enumerate(SINGLE)]


def together(context, scenario):
    """All units tuned; the network after one epoch is on the way. Swaps of both."""
    done, data = tuned(context, scenario, ALL, keep_first=True)
    briefly = mnist4.copied_units(done.first_states).eval()
    rows = [fit_row("tune-all", scenario, ALL, done, data), measured(context, "tune-all-briefly", scenario, ALL, briefly, 0)]
    rows += swaps(context, "swaps", scenario, mnist4.states_of(done.units))
    return done, rows + swaps(context, "brief-swaps", scenario, done.first_states)


def alone(context, scenario, unit):
    done, data = tuned(context, scenario, unit)
    return done, [fit_row("tune-one" if unit in SINGLE else "baselines", scenario, unit, done, data)]


def work(context, item):
    unit, scenario = item
    if unit == "none":
        depth = flex_study.DEPTH - 1
        row = measured(context, "untuned", scenario, unit, frozen_source(context, scenario.split)[depth:], depth)
        return {"rows": [row], "epochs": 0, "epoch_images": 0}
    done, rows = together(context, scenario) if unit == ALL else alone(context, scenario, unit)
    return {"rows": rows, "epochs": done.epochs, "epoch_images": done.epoch_images}


def items(study):
    """(what is trained, scenario): target by target, longest first within each."""
    scenarios = flex_study.scenarios(study)
    every = [(unit, scenario) for unit in [ALL, *SINGLE, *flex_study.baselines(study)] for scenario in scenarios]
    every += [("none", scenario) for scenario in flex_study.one_a_target(scenarios)]
    return sorted(every, key=lambda item: (item[1].split, item[1].target, -cost_of(*item)))


def cost_of(unit, scenario):
    """In full steps, about: backward passes end at the lowest trained unit, and what is below it is kept."""
    share = (1, 0.7, 0.1, 0.03)[mnist4.lowest_trained(mnist4.uses_of(unit))] if unit != "none" else 0
    return share * scenario.per_class * scenario.epochs


if __name__ == "__main__":
    flex_peer.main("careful_flex", __doc__, work, items, choices_of)
