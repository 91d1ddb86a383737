#!/usr/bin/env python3
"""Makes images with several labels: mosaics of 2 x 2 photographs of CIFAR-100, each shrunk to 16 x 16, labelled by the coarse
classes of the four. Writes OUT-images.gz (IDX, N x 3 x 32 x 32 bytes) and OUT-labels.gz (IDX, N x 20 bytes, 1 where one of the
four is of that coarse class), which [data.NAME] with format = "idx" and multi_label = true reads. Equal arguments give equal bytes.

    scripts/make_mosaics.py --records train_0.bin.gz train_1.bin.gz --fine 4,30,55 --count 2000 --seed 1 --out mosaics/train
"""
import argparse
import gzip
import os
import struct
import sys

import numpy as np

RECORD, SIDE, COARSE, FINE = 3074, 32, 20, 100  # bytes: coarse label, fine label, 3 x 1024 pixels


def fail(problem, why, remedy):
    print(f"make_mosaics: {problem} ({why}). {remedy}", file=sys.stderr)
    sys.exit(2)


def read_records(files):
    """Returns coarse labels [N], fine labels [N] and pixels [N, 3, 32, 32], all uint8."""
    parts = []
    for name in files:
        opened = gzip.open if name.endswith(".gz") else open
        try:
            with opened(name, "rb") as file:
                data = file.read()
        except OSError as error:
            fail(f"'{name}' cannot be read", str(error), "Name record files of CIFAR-100.")
        if not data or len(data) % RECORD:
            fail(f"'{name}' holds no records of CIFAR-100", f"{len(data)} bytes are no multiple of {RECORD}", "Name its binary version.")
        parts.append(np.frombuffer(data, np.uint8).reshape(-1, RECORD))
    records = np.concatenate(parts)
    return records[:, 0], records[:, 1], records[:, 2:].reshape(-1, 3, SIDE, SIDE)


def shrunk(pixels):
    """Means of 2 x 2 pixels, halves upwards: [N, 3, 32, 32] -> [N, 3, 16, 16]."""
    blocks = pixels.reshape(len(pixels), 3, SIDE // 2, 2, SIDE // 2, 2).astype(np.uint16)
    return ((blocks.sum(axis=(3, 5)) + 2) // 4).astype(np.uint8)


def mosaics(coarse, pixels, count, seed):
    """Each of four different images, drawn anew: images [count, 3, 32, 32] and labels [count, 20]."""
    draws = np.random.Generator(np.random.PCG64(seed))
    chosen = np.stack([draws.choice(len(pixels), 4, replace=False) for _ in range(count)])
    small = shrunk(pixels)[chosen]  # [count, 4, 3, 16, 16]: top left, top right, bottom left, bottom right
    rows = [np.concatenate([small[:, row], small[:, row + 1]], axis=3) for row in (0, 2)]
    labels = np.zeros((count, COARSE), np.uint8)
    labels[np.arange(count)[:, None], coarse[chosen]] = 1
    return np.concatenate(rows, axis=2), labels


def write_idx(file, array):
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(f">{array.ndim}I", *array.shape)
    with open(file, "wb") as out, gzip.GzipFile(filename="", fileobj=out, mode="wb", mtime=0) as packed:
        packed.write(head + array.tobytes())


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--records", nargs="+", required=True, help="record files of CIFAR-100, gzip or plain")
    parser.add_argument("--fine", default="", help="fine classes whose images are used, 3,17,...; all where it is left out")
    parser.add_argument("--count", type=int, required=True, help="mosaics")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True, help="beginning of the two files' names")
    return parser.parse_args()


def main():
    asked = parse()
    coarse, fine, pixels = read_records(asked.records)
    if asked.fine:
        try:
            classes = [int(word) for word in asked.fine.split(",")]
        except ValueError:
            fail(f"--fine {asked.fine}", "fine classes are numbers with commas between", "Write --fine 3,17.")
        strange = [one for one in classes if not 0 <= one < FINE]
        if strange:
            fail(f"there is no fine class {strange[0]}", f"they count from 0 to {FINE - 1}", "Correct --fine.")
        used = np.isin(fine, classes)
        coarse, pixels = coarse[used], pixels[used]
    if len(pixels) < 4 or asked.count < 1:
        fail(f"{asked.count} mosaics of {len(pixels)} images", "a mosaic is made of four", "Name more records or classes.")
    images, labels = mosaics(coarse, pixels, asked.count, asked.seed)
    positives = labels.sum(axis=0)
    if not positives.all():
        missing = ", ".join(str(one) for one in np.flatnonzero(positives == 0))
        fail(f"coarse classes {missing} are in no mosaic", "a label that no image has cannot be learnt",
             "Name records and fine classes of all twenty, or make more mosaics.")
    os.makedirs(os.path.dirname(asked.out) or ".", exist_ok=True)
    write_idx(asked.out + "-images.gz", images)
    write_idx(asked.out + "-labels.gz", labels)
    print(f"{asked.count} mosaics of {len(pixels)} images; {positives.min()} to {positives.max()} of a label, {labels.sum(1).mean():.2f} labels an image")


if __name__ == "__main__":
    main()
