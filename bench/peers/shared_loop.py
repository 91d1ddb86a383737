"""How fast is a careful loop that shares by hand what these grids have in common? The features of a frozen prefix are
computed once a split and a prefix, and runs that differ in decay_epoch alone are forked where they part."""
import copy
import functools
import itertools
from dataclasses import dataclass

import torch

import peer
import protocol
from careful_loop import forked_workers
from images import labelled
from training import EVALUATION_BATCH, autocast, packed, unpacked

NEVER = float("inf")


@dataclass(frozen=True)
class Piece:
    """Runs of one split and one frozen prefix, and the largest size whose features they need."""
    runs: tuple
    per_class: int


def pieces_of(runs):
    """Longest first: little frozen costs most. Each prefix comes once a split, in pieces of about equal length."""
    def prefix(run):
        return run.frozen, run.split
    largest = max(run.per_class for run in runs)
    return [Piece(tuple(group), largest) for _, group in itertools.groupby(sorted(runs, key=prefix), prefix)]


def chains_of(runs):
    """Runs that differ in decay_epoch alone, those that fall first in front."""
    def protocol_of(run):
        return run.per_class, run.transferred, run.high_units
    ordered = sorted(runs, key=lambda run: (protocol_of(run), run.decay_epoch))
    return [list(group) for _, group in itertools.groupby(ordered, protocol_of)]


@torch.no_grad()
def through(units, rows, bf16):
    with autocast(bf16):
        return torch.cat([packed(units(unpacked(part))) for part in rows.split(EVALUATION_BATCH)])


class Features:
    """Of one split in one process: all images behind the deepest prefixes asked for so far."""

    def __init__(self, context, split, per_class):
        half = protocol.half_of(context, "target", split)
        train = half.train[:, :per_class]
        self.bf16, self.shape, self.labels = context.bf16, train.shape[:2], (half.valid[1], half.test[1])
        self.at = {0: (train.flatten(0, 1), half.valid[0], half.test[0])}

    def behind(self, units, frozen):
        if frozen not in self.at:
            nearest = max(depth for depth in self.at if depth < frozen)
            prefix = torch.nn.Sequential(*units[nearest:frozen]).eval()
            self.at[frozen] = tuple(through(prefix, rows, self.bf16) for rows in self.at[nearest])
        return self.at[frozen]

    def data(self, units, frozen, per_class):
        """What a training with so many images a class sees behind the prefix."""
        train, valid, test = self.behind(units, frozen)
        by_class = train.unflatten(0, self.shape)[:, :per_class]
        return labelled(by_class), (valid, self.labels[0]), (test, self.labels[1])


features_of = functools.lru_cache(Features)


def train_chain(context, chain, data, units):
    """The trunk trains at the high rate; at each fall a copy of it, momentum and all, goes its own way."""
    trunk = protocol.training_of(context, chain[0], units, 0)
    trunk.fall_after(NEVER)
    results, epoch_images = [], 0
    for run in chain:
        trunk.advance(data, run.decay_epoch)
        common = trunk.epoch_images
        branch = trunk if run is chain[-1] else copy.deepcopy(trunk)
        branch.fall_after(run.decay_epoch)
        branch.advance(data, branch.epochs)
        results.append(protocol.result_of(run, branch))
        epoch_images += branch.epoch_images - (0 if branch is trunk else common)
    return results, epoch_images


def train_piece(context, piece):
    torch.set_num_threads(protocol.THREADS)
    split, frozen = piece.runs[0].split, piece.runs[0].frozen
    features, results, epoch_images = features_of(context, split, piece.per_class), [], 0
    for chain in chains_of(piece.runs):
        units = protocol.units_of(context, chain[0])
        data = features.data(units, frozen, chain[0].per_class)
        done, images = train_chain(context, chain, data, units[frozen:])
        results, epoch_images = results + done, epoch_images + images
    return {"results": results, "epoch_images": epoch_images}


if __name__ == "__main__":
    peer.main("shared_loop", __doc__, forked_workers, train_piece, pieces_of)
