"""The transforms of derived data sets as docs/data.md defines them, by NumPy and SciPy: one function for each kind, from one image
[C, H, W] of numbers to another. `rounded` makes bytes of it."""
import colorsys
import math

import numpy as np
from scipy import ndimage

from draws import Stream, seed_of


def rounded(image):
    return np.floor(np.clip(image, 0, 255) + 0.5).astype(np.uint8)


def ends(value):
    return value if isinstance(value, list) else [value, value]


def drawn(stream, value):
    least, most = ends(value)
    return least + (most - least) * stream.uniform()


def blur(image, stream, sigma):
    return np.stack([ndimage.gaussian_filter(plane, sigma, mode="reflect", truncate=4.0) for plane in image])


def noise(image, stream, sigma, seed=0):
    flat = []
    while len(flat) < image.size:
        radius = sigma * math.sqrt(-2 * math.log(1 - stream.uniform()))
        angle = 2 * math.pi * stream.uniform()
        flat += [radius * math.cos(angle), radius * math.sin(angle)]
    return image + np.array(flat[:image.size]).reshape(image.shape)


def occlude(image, stream, height=None, width=None, top=None, left=None, value=0, seed=0):
    _, rows, columns = image.shape
    height, width = height or rows, width or columns
    drawn_top, drawn_left = stream.below(rows - height + 1), stream.below(columns - width + 1)
    top, left = drawn_top if top is None else top, drawn_left if left is None else left
    result = image.copy()
    result[:, top:top + height, left:left + width] = value
    return result


def warped(image, matrix, shift, fill):
    """`matrix` maps (x, y) about the centre to (x, y), before it is moved by `shift`."""
    flip = np.array([[0, 1], [1, 0]])
    inverse = flip @ np.linalg.inv(matrix) @ flip  # of (y, x)
    centre = (np.array(image.shape[1:]) - 1) / 2
    offset = centre - inverse @ (centre + np.array(shift[::-1]))
    return np.stack([ndimage.affine_transform(plane, inverse, offset, order=1, mode="grid-constant", cval=fill) for plane in image])


def turned(degrees):
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[c, s], [-s, c]])


def affine(image, stream, rotation=0, scale=1, shear=0, shift_x=0, shift_y=0, fill=0, seed=0):
    rotation, scale, shear, shift_x, shift_y = [drawn(stream, one) for one in (rotation, scale, shear, shift_x, shift_y)]
    matrix = scale * turned(rotation) @ np.array([[1, -math.tan(math.radians(shear))], [0, 1]])
    return warped(image, matrix, (shift_x * image.shape[2], shift_y * image.shape[1]), fill)


def rotate(image, stream, angle, fill=0, seed=0):
    return warped(image, turned(drawn(stream, angle)), (0, 0), fill)


def weights(before, after):
    """[after, before]: a triangle about each new pixel, wider where there are fewer of them."""
    ratio = before / after
    centres = (np.arange(after)[:, None] + 0.5) * ratio
    triangle = np.maximum(0, 1 - np.abs(np.arange(before)[None] + 0.5 - centres) / max(1, ratio))
    return triangle / triangle.sum(1, keepdims=True)


def resampled(image, height, width):
    return weights(image.shape[1], height) @ image @ weights(image.shape[2], width).T


def resize(image, stream, size):
    return resampled(image, size, size)


def scale(image, stream, factor, pad):
    _, rows, columns = image.shape
    small = resampled(image, *[max(1, math.floor(side * factor + 0.5)) for side in (rows, columns)])
    mode = {"symmetric": "symmetric", "stretch": "edge", "zero": "constant"}[pad]
    for axis, side in ((1, rows), (2, columns)):
        begin = (side - small.shape[axis]) // 2
        behind = side - small.shape[axis] - begin
        if begin < 0 or behind < 0:  # cut out of a larger one
            small = np.take(small, range(-begin, -begin + side), axis)
        else:
            widths = [(0, 0)] * 3
            widths[axis] = (begin, behind)
            small = np.pad(small, widths, mode=mode)
    return small


def luma(image):
    return 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]


def colour(image, stream, to):
    if to == "invert":
        return 255 - image
    if to == "grey":
        return np.stack([luma(image)] * 3)
    if to == "yuv":
        y = luma(image)
        return np.stack([y, (image[2] - y) / 1.772 + 128, (image[0] - y) / 1.402 + 128])
    pixels = image.reshape(3, -1).T / 255
    return 255 * np.array([colorsys.rgb_to_hsv(*pixel) for pixel in pixels]).T.reshape(image.shape)


def blend(image, stream, photos, images=None, seed=0):
    _, rows, columns = image.shape
    photo = photos[stream.below(images or len(photos))].astype(float)
    top, left = stream.below(photo.shape[1] - rows + 1), stream.below(photo.shape[2] - columns + 1)
    return np.abs(photo[:, top:top + rows, left:left + columns] - image)


def grey_to_rgb(image, stream):
    return np.concatenate([image] * 3)


KINDS = {one.__name__: one for one in
         (blur, noise, occlude, affine, rotate, scale, colour, blend, resize, grey_to_rgb)}


def derived(images, digest, transforms, others=None):
    """All images [N, C, H, W] of the pack with this digest. A transform is a table as in a study file; `others` holds the images
    of other data sets by name."""
    for place, transform in enumerate(transforms):
        parameters = {key: value for key, value in transform.items() if key not in ("kind", "with")}
        if transform["kind"] == "blend":
            parameters["photos"] = others[transform["with"]]
        results = []
        for row, image in enumerate(images):
            stream = Stream(seed_of(transform.get("seed", 0), "transform", digest, place, row))
            results.append(rounded(KINDS[transform["kind"]](image.astype(float), stream, **parameters)))
        images = np.stack(results)
    return images


def request(transform):
    """A transform of a study file as `data resolve` is asked for it."""
    numbers, words = {}, {}
    for key, value in transform.items():
        if key == "kind":
            continue
        if isinstance(value, str):
            words[key] = value
        elif (transform["kind"], key) in RANGES:
            numbers[key + ".least"], numbers[key + ".most"] = ends(value)
        else:
            numbers[key] = value
    return {"kind": transform["kind"], "numbers": numbers, "words": words}


RANGES = {("rotate", "angle"), *[("affine", key) for key in ("rotation", "scale", "shear", "shift_x", "shift_y")]}
