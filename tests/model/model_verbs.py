"""Calls of `espalier-trainer model` and comparisons of its outputs, for the tests beside this file."""
import os
import pathlib
import subprocess

from safetensors.torch import load_file, save_file

TRAINER = pathlib.Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"
SOURCE = pathlib.Path(os.environ["ESPALIER_SOURCE"])
SHARED = pathlib.Path(os.environ.get("ESPALIER_SHARED_DATA", SOURCE.parent / "shared" / "data"))


def model(*arguments):
    done = subprocess.run([TRAINER, "model", *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout


def features(folder, checkpoint, unit, images, *more):
    save_file({"images": images}, folder / "images.safetensors")
    model("features", "--checkpoint", checkpoint, "--unit", unit, "--images", folder / "images.safetensors",
          "--out", folder / "features.safetensors", *more)
    return load_file(folder / "features.safetensors")["features"]


def difference(ours, theirs):
    """Largest difference, relative to the largest value."""
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()
