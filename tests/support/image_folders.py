"""Folders of small images, written by struct and zlib: a pattern for each class, and noise."""
import pathlib
import struct
import zlib

import numpy


def write_png(path, pixels):
    """[H, W] or [H, W, 3] of uint8."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 0 if pixels.ndim == 2 else 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_folder(folder, counts, side=32, grey=False, seed=0):
    """A folder of images for each class: `counts` by name; `side` in pixels, or (height, width) of an image by its number."""
    random = numpy.random.default_rng(seed)
    size_of = side if callable(side) else lambda i: (side, side)
    for number, (name, count) in enumerate(counts.items()):
        place = pathlib.Path(folder, name)
        place.mkdir(parents=True)
        for i in range(count):
            height, width = size_of(i)
            rows, columns = numpy.mgrid[0:height, 0:width]
            wave = 127 + 100 * numpy.sin((rows * (number + 1) + columns * (2 * number + seed % 3)) / 5)
            noisy = wave[..., None] + random.normal(0, 20, (height, width, 1 if grey else 3))
            pixels = numpy.clip(noisy, 0, 255).astype("uint8")
            write_png(place / f"{i:04}.png", pixels[..., 0].copy() if grey else pixels)
    return pathlib.Path(folder)
