#!/usr/bin/env python3
"""Writes photographs of CIFAR-100 as two folders of PNG files: `big`, to pre-train on, and `mine`, seven other classes.

They stand for a stranger's own pictures (results/tonight). Needs numpy and Pillow.
"""
import argparse
import gzip
import pathlib

import numpy
from PIL import Image

MINE = ["apple", "bicycle", "bottle", "chair", "dolphin", "lion", "rose"]


def records(file: pathlib.Path) -> numpy.ndarray:
    """The records of one file, [images, 3074]: coarse label, fine label, pixels by channel."""
    return numpy.frombuffer(gzip.decompress(file.read_bytes()), numpy.uint8).reshape(-1, 3074)


def write(images: numpy.ndarray, folder: pathlib.Path) -> None:
    folder.mkdir(parents=True)
    for number, image in enumerate(images):
        Image.fromarray(image.reshape(3, 32, 32).transpose(1, 2, 0)).save(folder / f"{number:04}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cifar", type=pathlib.Path, help="folder with train_0.bin.gz ... and fine_label_names.txt")
    parser.add_argument("out", type=pathlib.Path, help="folder that is made, with big/ and mine/ in it")
    arguments = parser.parse_args()
    names = (arguments.cifar / "fine_label_names.txt").read_text().split()
    all_records = numpy.concatenate([records(arguments.cifar / f"train_{i}.bin.gz") for i in range(2)])
    for label, name in enumerate(names):
        images = all_records[all_records[:, 1] == label][:, 2:]
        is_mine = name in MINE
        if is_mine or label % 2 == 0:
            write(images[:160] if is_mine else images[:120], arguments.out / ("mine" if is_mine else "big") / name)


if __name__ == "__main__":
    main()
