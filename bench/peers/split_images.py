"""Divides the images of a study in the form of jobs/flex-digits.toml: halves of each digit, and of these what trains, validates and tests."""
import functools
from pathlib import Path

import numpy as np
import torch

import images
from shifted_images import Part, shifted


class Images:
    """All images of a study. Random draws are other ones than espalier's, by the same rules."""

    def __init__(self, study, root):
        self.study, self.root = study, Path(root)
        (self.plain,) = (name for name, table in study["data"].items() if table.get("format") == "idx")
        spec = study["data"][self.plain]
        self.grey, self.labels = images.read_idx(self.root / spec["images"]), images.read_idx(self.root / spec["labels"])

    @functools.cache
    def photos(self, name):
        return images.read_cifar100(self.root / self.study["data"][name]["images"])[0]

    @functools.cache
    def pixels(self, data):
        """uint8 [n, 28, 28], or with 3 channels behind."""
        table = self.study["data"][data]
        return shifted(self.grey, table["transform"], self.photos, self.study["study"]["seed"]) if "from" in table else self.grey

    @functools.cache
    def rows(self, split, part):
        """Which images a part of a split has to train, validate and test on."""
        held, seed, divided = self.study["data"][self.plain], self.study["study"]["seed"], ([], [], [])
        for digit in np.unique(self.labels):
            order = np.random.default_rng((seed, split, int(digit))).permutation(np.flatnonzero(self.labels == digit))
            own = self.share(order, part)
            test = len(own) - held["test"]["per_class"]
            for rows, piece in zip(divided, np.split(own, [test - held["valid"]["per_class"], test])):
                rows.append(piece)
        return [np.concatenate(rows) for rows in divided]

    def share(self, order, part):
        shares = self.study["split"]["parts"]
        bounds = np.floor(np.cumsum([0, *shares.values()]) * len(order) + 0.5).astype(int)
        place = list(shares).index(part)
        return order[bounds[place]:bounds[place + 1]]

    def part(self, split, table):
        """What a source's or a target's table names, normalised and packed as training.py wants it."""
        data = self.study["data"][table["data"]]
        return Part(*((self.normalised(rows, table["data"], data), torch.from_numpy(self.labels[rows].astype(np.int64)))
                      for rows in self.rows(split, table["images"].removeprefix("split."))))

    def normalised(self, rows, name, data):
        pixels = torch.from_numpy(self.pixels(name)[rows]).float().div_(255)
        pixels = pixels if pixels.dim() == 4 else pixels[..., None].expand(-1, -1, -1, 3)
        return ((pixels - torch.tensor(data["mean"])) / torch.tensor(data["std"])).contiguous()

    def sample(self, split, replicate, count, of):
        """Places of so many of a part's training images, drawn over all digits; larger samples of one draw contain smaller ones."""
        order = np.random.default_rng((self.study["study"]["seed"], split, replicate, 1)).permutation(of)
        return torch.from_numpy(order[:count])
