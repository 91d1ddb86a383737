"""mnist4 as src/network/small_networks.cpp defines it, in units of which each is frozen, tuned, or scaled and shifted."""
import re

import torch
import torch.nn.functional as F
from torch import nn

import flex_study
from flex_study import DEPTH

CLASSES = 10


class HalfDropout(nn.Module):
    """Dropout of one half, its masks from random bytes: nn.Dropout's draw a number for each element, at ten times the cost."""

    def forward(self, inputs):
        if not self.training:
            return inputs
        words = torch.empty((inputs.numel() + 7) // 8, dtype=torch.int64).random_()
        kept = (words.view(torch.uint8)[:inputs.numel()] & 1).view(inputs.shape)
        return inputs * kept.float().mul_(2)


def conv(inputs, outputs):
    """ReLU behind pooling gives what ReLU in front of it gives, from a quarter of the numbers."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(True))


def new_units(seed):
    """Drawn by the network's rules: He normal by fan-in, biases zero."""
    units = nn.ModuleList([
        conv(3, 32), conv(32, 64),
        nn.Sequential(nn.Flatten(), HalfDropout(), nn.Linear(64 * 7 * 7, 256), nn.ReLU(True)),
        nn.Sequential(nn.Linear(256, CLASSES))])
    torch.manual_seed(seed)
    for parameter in units.parameters():
        if parameter.dim() > 1:
            nn.init.kaiming_normal_(parameter, mode="fan_in", nonlinearity="relu")
        else:
            nn.init.zeros_(parameter)
    return units.to(memory_format=torch.channels_last)


def copied_units(states):
    """With the state of each unit."""
    units = new_units(0)
    for unit, state in zip(units, states):
        unit.load_state_dict(state)
    return units


def states_of(units):
    return [{name: value.detach().clone() for name, value in unit.state_dict().items()} for unit in units]


def uses_of(word):
    """"all", a unit's number, or a word such as "F(1-2)T(3-4)", as a letter for each unit: "FFTT"."""
    if word == flex_study.ALL:
        return "T" * DEPTH
    if word in flex_study.SINGLE:
        return "".join("T" if word == unit else "F" for unit in flex_study.SINGLE)
    parts = re.findall(r"([FTS])\((\d+)(?:-(\d+))?\)", word)
    return "".join(letter * (int(last or first) - int(first) + 1) for letter, first, last in parts)


def lowest_trained(uses):
    """How many units are frozen from the bottom up."""
    return len(uses) - len(uses.lstrip("F"))


class Scaled(nn.Module):
    """A layer whose weight stays as it is but for a factor per kernel (of linear layers: per output); its bias is the shift."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.is_conv = layer, isinstance(layer, nn.Conv2d)
        layer.weight.requires_grad_(False)
        shape = [*layer.weight.shape[:2], 1, 1] if self.is_conv else [len(layer.weight), 1]
        self.change = nn.Parameter(torch.zeros(shape))

    def forward(self, inputs):
        weight, bias = self.layer.weight * (1 + self.change), self.layer.bias
        return F.conv2d(inputs, weight, bias, padding=self.layer.padding) if self.is_conv else F.linear(inputs, weight, bias)


def make_trainable(units, uses):
    """What is frozen gets no gradient; units that are scaled get factors."""
    for unit, use in zip(units, uses):
        unit.requires_grad_(use != "F")
        for place, layer in enumerate(unit if use == "S" else []):
            if isinstance(layer, (nn.Conv2d, nn.Linear)):
                unit[place] = Scaled(layer)
    return units


def set_modes(units, uses, training):
    """Dropout of frozen units is off."""
    for unit, use in zip(units, uses):
        unit.train(training and use != "F")
