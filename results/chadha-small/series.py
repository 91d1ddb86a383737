"""How often an image of Grocery Store has its nearest neighbour, by pixels, in its own class: among the other training images, and from test to
training images. If training images come in series, the first share is far above the second.

    python3 series.py DATA            (wants NumPy; DATA as in `espalier run --data-root`)"""
import gzip
import struct
import sys
from pathlib import Path

import numpy

TYPES = {8: "u1", 11: ">i2", 12: ">i4"}


def read_idx(file):
    content = gzip.open(file).read()
    sizes = struct.unpack(f">{content[3]}I", content[4:4 + 4 * content[3]])
    return numpy.frombuffer(content, TYPES[content[2]], offset=4 + 4 * content[3]).reshape(sizes)


def images_and_labels(folder, part):
    images = read_idx(folder / f"{part}-images-3x32x32-idx4-ubyte.gz").astype("float32")
    return images.reshape(len(images), -1), read_idx(folder / f"{part}-fine-labels-idx1-ubyte.gz")


def squared_distances(a, b):
    return (a ** 2).sum(1)[:, None] + (b ** 2).sum(1) - 2 * a @ b.T


folder = Path(sys.argv[1]) / "grocery"
seen, labels = images_and_labels(folder, "train")
tested, tested_labels = images_and_labels(folder, "test")
among = squared_distances(seen, seen)
numpy.fill_diagonal(among, numpy.inf)
print(f"training images: {(labels[among.argmin(1)] == labels).mean():.1%}")
print(f"test images:     {(labels[squared_distances(tested, seen).argmin(1)] == tested_labels).mean():.1%}")
