"""Which images does a split train, validate and test on? Reads IDX and CIFAR files."""
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

CIFAR100_RECORD = 2 + 3 * 32 * 32


@dataclass
class Half:
    """One half of a split's classes. Images are packed: float32, [..., height, width, channels], normalised."""
    train: torch.Tensor                         # [classes, images a class, ...] so that the first x a class are a slice
    valid: tuple                                # (images [n, ...], labels [n])
    test: tuple

    def subset(self, per_class):
        return labelled(self.train[:, :per_class])


def labelled(by_class):
    """(images, labels) of images that lie class by class."""
    classes, per_class = by_class.shape[:2]
    return by_class.flatten(0, 1).contiguous(), torch.arange(classes).repeat_interleave(per_class)


def read_idx(path):
    data = gzip.decompress(Path(path).read_bytes())
    kind = {0x08: ">u1", 0x0B: ">i2"}[data[2]]
    shape = np.frombuffer(data, ">i4", count=data[3], offset=4)
    return np.frombuffer(data, kind, offset=4 + 4 * data[3]).reshape(shape)


def read_cifar100(path):
    """uint8 images [n, 32, 32, 3] and fine labels [n]."""
    records = np.frombuffer(gzip.decompress(Path(path).read_bytes()), np.uint8).reshape(-1, CIFAR100_RECORD)
    return records[:, 2:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), records[:, 1]


def read(spec, root):
    """uint8 images [n, height, width, channels] and labels [n] of one data table of a study."""
    if spec["format"] == "idx":
        return read_idx(Path(root) / spec["images"])[..., None], read_idx(Path(root) / spec["labels"])
    parts = [read_cifar100(Path(root) / name) for name in spec["images"]]
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def halves(study):
    """{(role, split): classes}; splits count from 1. Random halves would be other ones than espalier draws."""
    if study["split"]["kind"] != "listed":
        raise ValueError("the peers train on listed halves alone")
    return {(role, number): np.array(listed[role]) for role in ("source", "target")
            for number, listed in enumerate(study["split"]["listed"], 1)}


def pick(images, labels, spec, classes):
    """A half: of each class, in the order of the file, training images from the front, test images at the end."""
    if spec.get("order") != "file":
        raise ValueError("the peers take images in the order of the file alone")
    rows = np.stack([np.flatnonzero(labels == c) for c in classes])
    pixels = torch.from_numpy(images[rows]).float().div_(255)
    pixels = (pixels - torch.tensor(spec["mean"])) / torch.tensor(spec["std"])
    test = rows.shape[1] - spec["test"]["per_class"]
    valid = test - spec["valid"]["per_class"]
    return Half(pixels[:, :valid].contiguous(), labelled(pixels[:, valid:test]), labelled(pixels[:, test:]))


class Images:
    """All images of a study with one data set, and the halves that its splits draw from them."""

    def __init__(self, study, root):
        (self.spec,) = study["data"].values()
        self.images, self.labels = read(self.spec, root)
        self.classes = halves(study)

    def half(self, role, split):
        return pick(self.images, self.labels, self.spec, self.classes[role, split])
