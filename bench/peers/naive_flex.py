"""How long does Flex-tuning take where each method runs by itself and keeps nothing? What two methods need is trained by both; frozen units
are computed in every step and evaluation, and swapped networks whole. Kept: images in memory, and a split's source once trained."""
import flex_peer
import flex_study
import mnist4
from flex_results import picked, row_of, taken, unique
from flex_study import ALL, SINGLE
from flex_work import data_of, fit, fit_row, source_states, source_units, study_of
from stopped_training import score


class Alone:
    """One method on one scenario."""

    def __init__(self, context, scenario):
        self.context, self.scenario, self.data = context, scenario, data_of(context, scenario)
        self.rows, self.epochs, self.epoch_images = [], 0, 0

    def tuned(self, experiment, unit, **how):
        """Trains from the source, and adds a row; (the row, the training)."""
        units, uses = source_units(self.context, self.scenario.split), mnist4.uses_of(unit)
        done = fit(self.context, self.scenario, units, uses, self.data, **how)
        self.epochs, self.epoch_images = self.epochs + done.epochs, self.epoch_images + done.epoch_images
        self.rows.append(fit_row(experiment, self.scenario, unit, done, self.data))
        return self.rows[-1], done

    def named(self, experiment, tuned_units):
        """The unit that swaps of a tuned network's units into the source name, on validation images."""
        tuned, swaps = mnist4.states_of(tuned_units), []
        for place, unit in enumerate(SINGLE):
            states = list(source_states(self.context, self.scenario.split))
            states[place] = tuned[place]
            swaps.append(self.measured(experiment, unit, mnist4.copied_units(states).eval()))
        return taken(swaps)

    def measured(self, experiment, unit, units):
        row = row_of(experiment, self.scenario, unit, score(units, *self.data.valid), score(units, *self.data.test))
        self.rows.append(row)
        return row


def flex(one):
    singles = [one.tuned("tune-one", unit)[0] for unit in SINGLE]
    together, _ = one.tuned("tune-all", ALL)
    one.rows.append(picked("flex", [*singles, together]))


def fast_flex(one):
    together, done = one.tuned("tune-all", ALL)
    alone, _ = one.tuned("tune-named", one.named("swaps", done.units))
    one.rows.append(picked("fast-flex", [alone, together]))


def faster_flex(one):
    _, done = one.tuned("tune-all-briefly", ALL, epochs=1, stops=False)
    one.tuned("faster-flex", one.named("brief-swaps", done.units))


def tune_all(one):
    one.tuned("tune-all", ALL)


def baselines(one):
    for unit in flex_study.baselines(study_of(one.context)):
        one.tuned("baselines", unit)


def untuned(one):
    one.measured("untuned", "none", source_units(one.context, one.scenario.split).eval())


METHODS = {"flex": flex, "fast-flex": fast_flex, "faster-flex": faster_flex, "tune-all": tune_all, "baselines": baselines,
           "untuned": untuned}
TRAININGS = {"flex": 5, "fast-flex": 2, "baselines": 2, "faster-flex": 1, "tune-all": 1, "untuned": 0}


def items(study):
    """Longest first; the untuned network is measured once a target and split."""
    scenarios = flex_study.scenarios(study)
    every = [(name, scenario) for name in METHODS if name != "untuned" for scenario in scenarios]
    every += [("untuned", scenario) for scenario in flex_study.one_a_target(scenarios)]
    return sorted(every, key=lambda item: -TRAININGS[item[0]] * item[1].per_class * item[1].epochs)


def work(context, item):
    name, scenario = item
    one = Alone(context, scenario)
    METHODS[name](one)
    return {"rows": one.rows, "epochs": one.epochs, "epoch_images": one.epoch_images}


if __name__ == "__main__":
    flex_peer.main("naive_flex", __doc__, work, items, unique)
