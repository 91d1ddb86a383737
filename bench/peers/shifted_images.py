"""Which images does a scenario train, validate and test on? MNIST's, divided by image, and its shifts as docs/data.md defines them, a
whole array at a time (tests/support/shifts.py does one image at a time; check_flex.py compares them)."""
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage


@dataclass
class Part:
    """(images [n, 28, 28, 3], labels [n]) of one part of a split; `train` is what sizes are drawn from."""
    train: tuple
    valid: tuple
    test: tuple


def ends(value):
    return value if isinstance(value, list) else [value, value]


def blur(grey, draws, sigma):
    return ndimage.gaussian_filter(grey, (0, sigma, sigma), mode="reflect", truncate=4.0)


def occlude(grey, draws, height, width):
    count, rows, columns = grey.shape
    top, left = draws.integers(rows - height + 1, size=count), draws.integers(columns - width + 1, size=count)
    y, x = np.arange(rows)[None, :, None] - top[:, None, None], np.arange(columns)[None, None] - left[:, None, None]
    return np.where((0 <= y) & (y < height) & (0 <= x) & (x < width), 0, grey)


def blend(grey, draws, photos):
    """|part of a photograph - image|; of three channels, [n, 28, 28, 3]."""
    count, rows, columns = grey.shape
    which = draws.integers(len(photos), size=count)
    top, left = (draws.integers(most - side + 1, size=count) for most, side in zip(photos.shape[1:3], (rows, columns)))
    y, x = top[:, None, None] + np.arange(rows)[None, :, None], left[:, None, None] + np.arange(columns)[None, None]
    return np.abs(photos[which[:, None, None], y, x].astype(float) - grey[..., None])


def affine(grey, draws, rotation=0, scale=1, shear=0, shift_x=0, shift_y=0):
    """Bilinear, 0 outside. grid_sample asks where each new pixel comes from: the inverse map, in halves of the side between centres."""
    count, rows, columns = grey.shape
    turn, scale, lean, right, down = (draws.uniform(*ends(one), size=count) for one in (rotation, scale, shear, shift_x, shift_y))
    turn, lean, unit = np.radians(turn), np.tan(np.radians(lean)), np.ones(count)
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]).transpose(2, 0, 1)
    leaning = np.array([[unit, -lean], [0 * unit, unit]]).transpose(2, 0, 1)
    inverse = np.linalg.inv(scale[:, None, None] * turned @ leaning)
    moved = -inverse @ np.stack([right * columns, down * rows], 1)[..., None] * 2 / np.array([[columns - 1], [rows - 1]])
    where = F.affine_grid(torch.from_numpy(np.concatenate([inverse, moved], 2)), (count, 1, rows, columns), align_corners=True)
    pixels = torch.from_numpy(grey[:, None].astype(float))
    return F.grid_sample(pixels, where, "bilinear", "zeros", align_corners=True)[:, 0].numpy()


KINDS = {one.__name__: one for one in (blur, occlude, blend, affine)}


def rounded(pixels):
    return np.floor(np.clip(pixels, 0, 255) + 0.5).astype(np.uint8)


def shifted(grey, steps, photos_of, seed=0):
    """uint8 images after the steps of a study's `transform`."""
    pixels = grey
    for place, step in enumerate(steps):
        numbers = {key: value for key, value in step.items() if key not in ("kind", "with")}
        if "with" in step:
            numbers["photos"] = photos_of(step["with"])
        pixels = rounded(KINDS[step["kind"]](pixels.astype(float), np.random.default_rng((seed, place)), **numbers))
    return pixels
