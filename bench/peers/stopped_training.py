"""How is one network trained until it stops getting better? Adam, channels-last, as fast as plain PyTorch goes; shared by both loops."""
from dataclasses import dataclass, field

import torch
import torch.nn.functional as F

import mnist4
from training import unpacked

EVALUATION_BATCH = 256                          # 64 to 256 are equally fast on a core, 1000 and more are slower: caches


@torch.no_grad()
def score(units, images, labels):
    """{top1, loss} of units that are in evaluation mode."""
    outputs = torch.cat([through(units, part) for part in images.split(EVALUATION_BATCH)])
    return {"top1": (outputs.argmax(1) == labels).sum().item() / len(labels), "loss": F.cross_entropy(outputs, labels).item()}


def through(units, rows):
    outputs = unpacked(rows)
    for unit in units:
        outputs = unit(outputs)
    return outputs


@dataclass
class Fit:
    """A training's result: the units of its best evaluation, how they validate, and what they cost."""
    units: torch.nn.ModuleList
    valid: dict
    epochs: int = 0
    best_epoch: int = 0
    epoch_images: int = 0
    first_states: list = field(default_factory=list)   # of the units after one epoch, where asked for


class Training:
    """Of the units that `uses` says, on inputs of the first of them."""

    def __init__(self, units, uses, settings, seed):
        self.units, self.uses, self.settings = mnist4.make_trainable(units, uses), uses, settings
        torch.manual_seed(seed)
        trained = [parameter for parameter in units.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.Adam(trained, settings.rate, fused=True)

    def epoch(self, images, labels):
        mnist4.set_modes(self.units, self.uses, True)
        for rows in torch.randperm(len(labels)).split(self.settings.batch):
            loss = F.cross_entropy(through(self.units, images[rows]), labels[rows])
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()

    def score(self, images, labels):
        mnist4.set_modes(self.units, self.uses, False)
        return score(self.units, images, labels)

    def trained_state(self):
        return {name: value.detach().clone() for name, value in self.units.named_parameters() if value.requires_grad}

    def fit(self, data, epochs, keep_first=False):
        """Till no evaluation in `patience` was strictly better, and back to the best one; with `every` 0 to the end."""
        every, best, best_state, worse, first = self.settings.every or epochs, None, None, 0, []
        for epoch in range(1, epochs + 1):
            self.epoch(*data.train)
            if keep_first and epoch == 1:
                first = mnist4.states_of(self.units)
            if epoch % every and epoch != epochs:
                continue
            valid = self.score(*data.valid)
            if best is None or valid["top1"] > best.valid["top1"]:
                best, best_state, worse = Fit(self.units, valid, best_epoch=epoch), self.trained_state(), 0
            else:
                worse += 1
            if self.settings.every and worse >= self.settings.patience:
                break
        self.units.load_state_dict(best_state, strict=False)
        mnist4.set_modes(self.units, self.uses, False)
        best.epochs, best.epoch_images, best.first_states = epoch, epoch * len(data.train[1]), first
        return best
