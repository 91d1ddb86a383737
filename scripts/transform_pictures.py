"""Makes docs/transforms.png: each transform of derived data sets on two drawn characters and a coloured pattern, by the program itself.

    .venv/bin/python scripts/transform_pictures.py [--out docs/transforms.png]

A row is a transform, in the order of docs/data.md. The characters are those of Omniglot in jobs/data, the patterns `made` images, so that
nothing is needed whose licence forbids to show it. The programs are looked for in build/bin, or in $ESPALIER_BIN.
"""
import argparse
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from safetensors.numpy import load_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
TRAINER = pathlib.Path(os.environ.get("ESPALIER_BIN", ROOT / "build" / "bin")) / "espalier-trainer"
CELL, GAP = 32, 2
SHOWN = {"characters": (3, 44), "patterns": (44,)}
OMNIGLOT = "jobs/data/omniglot/background-"

TRANSFORMS = [
    None,
    {"kind": "blur", "sigma": 1.5},
    {"kind": "noise", "sigma": 40},
    {"kind": "occlude", "height": 14, "width": 14},
    {"kind": "occlude", "height": 8},
    {"kind": "affine", "rotation": [-30, 30], "scale": [0.7, 1.2], "shear": [-15, 15], "shift_x": [-0.15, 0.15],
     "shift_y": [-0.15, 0.15]},
    {"kind": "affine", "rotation": [30, 30], "scale": [0.8, 0.8], "shift_x": [0.1, 0.1]},
    {"kind": "rotate", "angle": [45, 45]},
    *[{"kind": "scale", "factor": 0.5, "pad": pad} for pad in ("symmetric", "stretch", "zero")],
    *[{"kind": "colour", "to": to} for to in ("yuv", "hsv", "grey", "invert")],
    {"kind": "blend", "with": "patterns"},
    {"kind": "resize", "size": 12},
]


def as_request(transform):
    numbers, words = {}, {}
    for key, value in transform.items():
        if isinstance(value, list):
            numbers[key + ".least"], numbers[key + ".most"] = value
        elif key != "kind":
            (words if isinstance(value, str) else numbers)[key] = value
    return {"kind": transform["kind"], "numbers": numbers, "words": words}


def sets_of(transform, number):
    """The data sets that a row shows: one derived from the characters, one from the patterns."""
    if transform is None:
        return []
    spread = [] if transform["kind"] == "blend" else [{"kind": "grey_to_rgb", "numbers": {}, "words": {}}]
    return [{"name": f"{origin}-{number}", "from": origin,
             "transforms": (spread if origin == "characters" else []) + [as_request(transform)]}
            for origin in ("characters", "patterns")]


def resolved(cache):
    sets = [{"name": "characters", "format": "idx",
             "files": {"images": [OMNIGLOT + "images-28x28-idx3-ubyte.gz"], "labels": OMNIGLOT + "labels-idx1-int16.gz"}},
            {"name": "patterns", "format": "made", "files": {},
             "made": {"classes": 5, "per_class": 10, "channels": 3, "height": 32, "width": 32, "noise": 8, "seed": 2}}]
    for number, transform in enumerate(TRANSFORMS):
        sets += sets_of(transform, number)
    request = {"root": str(ROOT), "cache": cache, "data": sets}
    done = subprocess.run([TRAINER, "data", "resolve"], input=json.dumps(request), capture_output=True, text=True)
    answer = json.loads(done.stdout) if done.returncode == 0 else {"errors": [done.stderr]}
    if answer["errors"]:
        sys.exit(f"the images cannot be made: {answer['errors']}")
    return {name: load_file(facts["pack_path"])["images"] for name, facts in answer["data"].items()}


def cell(image):
    """One image in the middle of a cell, [CELL, CELL, 3]."""
    image = np.broadcast_to(image, (3, *image.shape[1:]))
    whole = np.full((3, CELL, CELL), 255, np.uint8)
    top, left = [(CELL - side) // 2 for side in image.shape[1:]]
    whole[:, top:top + image.shape[1], left:left + image.shape[2]] = image
    return whole.transpose(1, 2, 0)


def picture(packs):
    rows = []
    for number, transform in enumerate(TRANSFORMS):
        suffix = "" if transform is None else f"-{number}"
        cells = [cell(packs[origin + suffix][row]) for origin, chosen in SHOWN.items() for row in chosen]
        rows.append(np.concatenate([np.pad(one, ((GAP, GAP), (GAP, GAP), (0, 0)), constant_values=255) for one in cells], 1))
    return np.concatenate(rows)


def png(pixels):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "docs" / "transforms.png")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        pixels = picture(resolved(cache))
    arguments.out.write_bytes(png(np.kron(pixels, np.ones((2, 2, 1), np.uint8))))
    print(f"{arguments.out}: {len(TRANSFORMS)} rows")


if __name__ == "__main__":
    main()
