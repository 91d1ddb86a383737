"""What a process of either loop knows: the study, images in memory, the source of a split, a scenario's data, and how to train on it."""
import functools
from dataclasses import dataclass
from pathlib import Path

import torch

import flex_study
import mnist4
from flex_results import row_of
from shifted_images import Part
from split_images import Images
from stopped_training import Training, score
from training import seed_of

THREADS = 1


@dataclass(frozen=True)
class Context:
    """What a process must know to do a job."""
    study_file: str
    data_root: str
    folder: str                                 # for the networks of sources
    stops: bool = True

    def source_file(self, split):
        return Path(self.folder) / f"source-{split}.pt"


@functools.lru_cache
def study_of(context):
    return flex_study.read(context.study_file)


@functools.lru_cache
def images_of(context):
    return Images(study_of(context), context.data_root)


@functools.lru_cache(maxsize=None)
def part_of(context, role, name, split):
    """Of a source or a target: read, shifted and normalised once, before processes part."""
    return images_of(context).part(split, study_of(context)[role][name])


def source_name(context):
    (name,) = study_of(context)["source"]
    return name


def load_all(context):
    torch.set_num_threads(THREADS)
    study = study_of(context)
    for split in flex_study.splits_of(study):
        part_of(context, "source", source_name(context), split)
        for target in study["target"]:
            part_of(context, "target", target, split)


def sample_of(context, scenario):
    """Places of the scenario's training images among its part's."""
    pool = part_of(context, "target", scenario.target, scenario.split).train[1]
    return images_of(context).sample(scenario.split, scenario.replicate, scenario.per_class * mnist4.CLASSES, len(pool))


def data_of(context, scenario):
    part, rows = part_of(context, "target", scenario.target, scenario.split), sample_of(context, scenario)
    return Part((part.train[0][rows], part.train[1][rows]), part.valid, part.test)


@functools.lru_cache(maxsize=None)
def source_states(context, split):
    return torch.load(context.source_file(split))


def source_units(context, split):
    return mnist4.copied_units(source_states(context, split))


def pretrain(context, split):
    """Trains the source network of a split and leaves it in a file."""
    name, seed = source_name(context), study_of(context)["study"]["seed"]
    part, train = part_of(context, "source", name, split), study_of(context)["source"][name]["train"]
    units = mnist4.new_units(seed_of(seed, "init", split))
    training = Training(units, mnist4.uses_of(flex_study.ALL), flex_study.settings_of(study_of(context), train, True),
                        seed_of(seed, "source order", split))
    fit = training.fit(part, train["epochs"])
    torch.save(mnist4.states_of(units), context.source_file(split))
    return {"split": split, "valid_top1": fit.valid["top1"], "test_top1": training.score(*part.test)["top1"],
            "epoch_images": fit.epoch_images}


def fit(context, scenario, units, uses, data, epochs=None, stops=True, keep_first=False):
    """Trainings of a scenario see the same minibatches and masks, as they do in espalier."""
    settings = flex_study.settings_of(study_of(context), {}, stops and context.stops)
    seed = seed_of(study_of(context)["study"]["seed"], "order", scenario.split, scenario.per_class, scenario.replicate)
    return Training(units, uses, settings, seed).fit(data, epochs or scenario.epochs, keep_first)


def fit_row(experiment, scenario, unit, done, data):
    """The row of a training, whose result alone sees the test images, as in espalier."""
    return row_of(experiment, scenario, unit, done.valid, score(done.units, *data.test), done.epochs, done.best_epoch)
