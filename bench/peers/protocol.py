"""What is one run of a study, and what does it give? Shared by all peers, which differ only in how they spread the runs
over processes and in what these share."""
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch

import images
from grid import DEPTH
from training import Training, cifar7, seed_of

THREADS = 1


@dataclass(frozen=True)
class Context:
    """What a process must know to do a job."""
    study_file: str
    data_root: str
    folder: str                                 # for the networks of sources
    bf16: bool = False

    def source_file(self, split):
        return Path(self.folder) / f"source-{split}.pt"


@functools.lru_cache
def study_of(context):
    return tomllib.loads(Path(context.study_file).read_text())


@functools.lru_cache
def images_of(context):
    """Read once a process."""
    return images.Images(study_of(context), context.data_root)


@functools.lru_cache
def half_of(context, role, split):
    return images_of(context).half(role, split)


def load_all(context):
    """For processes that do many runs: all halves into memory."""
    torch.set_num_threads(THREADS)
    for role, split in images_of(context).classes:
        half_of(context, role, split)


def values_of(context, role):
    """[train], and what the study's one source or target says otherwise."""
    study = study_of(context)
    (table,) = study[role].values()
    return {**study["train"], **table.get("train", {})}


def new_units(context, role, split):
    half = half_of(context, role, split)
    classes, _, side, _, channels = half.train.shape
    return cifar7(channels, side, classes, seed_of(study_of(context)["study"]["seed"], "init", role, split))


def units_of(context, run):
    """The first units copied from the split's source, the others drawn."""
    units = new_units(context, "target", run.split)
    source = torch.load(context.source_file(run.split))
    for number in range(run.transferred):
        units[number].load_state_dict(source[number])
    return units


def stream_of(context, role, split, per_class):
    """Runs of one split and size see the same batches and masks, as they do in espalier."""
    return seed_of(study_of(context)["study"]["seed"], "order", role, split, per_class)


def training_of(context, run, units, frozen):
    return Training(units, values_of(context, "target"), frozen, run.high_units, run.decay_epoch,
                    stream_of(context, "target", run.split, run.per_class), context.bf16)


def result_of(run, training):
    last = {key: value for key, value in training.rows[-1].items() if key != "epoch"}
    return {**run.labels(), **last, "rows": training.rows}


def pretrain(context, split):
    """Trains the source network of a split and leaves it in a file."""
    torch.set_num_threads(THREADS)
    half, values = half_of(context, "source", split), values_of(context, "source")
    units = new_units(context, "source", split)
    first = {group["units"]: group for group in values["rates"]}["top"]["first"]
    training = Training(units, values, 0, DEPTH, first, stream_of(context, "source", split, 0), context.bf16)
    training.advance((half.subset(None), half.valid, half.test), training.epochs)
    torch.save([unit.state_dict() for unit in units], context.source_file(split))
    return {"results": [{"split": split, **training.rows[-1]}], "epoch_images": training.epoch_images}


def train_run(context, run):
    """Trains one run from its source network to its end."""
    torch.set_num_threads(THREADS)
    half = half_of(context, "target", run.split)
    training = training_of(context, run, units_of(context, run), run.frozen)
    training.advance((half.subset(run.per_class), half.valid, half.test), training.epochs)
    return {"results": [result_of(run, training)], "epoch_images": training.epoch_images}
