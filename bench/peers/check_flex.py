"""Are the loops for Flex studies right? Shifts against tests/support/shifts.py, the rule to stop against docs/study.md, and both loops
against each other on the smallest part of a study, in about a minute.

    check_flex.py jobs/flex-digits.toml --data-root DIR"""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

import cut_study
import flex_study
import mnist4
import shifted_images
from compare import HERE
from flex_results import key_of
from split_images import Images
from stopped_training import Training

sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))
import shifts  # noqa: E402

IMAGES = 300


def reference(kind, grey, photos, numbers):
    """One image at a time, as docs/data.md defines them."""
    if kind == "blend":
        numbers = {**numbers, "photos": photos.transpose(0, 3, 1, 2)}
    streams = (shifts.Stream(shifts.seed_of(0, row)) for row in range(len(grey)))
    every = [shifts.rounded(shifts.KINDS[kind](image[None].astype(float), stream, **numbers)) for image, stream in zip(grey, streams)]
    return np.stack(every).transpose(0, 2, 3, 1)


def check_shifts(study, data_root):
    """Equal bytes where nothing is drawn; else equal means and deviations, and an affine with one of its draws."""
    images = Images(study, data_root)
    grey = images.grey[:IMAGES]
    for name, table in study["data"].items():
        for step in table.get("transform", []):
            numbers = {key: value for key, value in step.items() if key not in ("kind", "with")}
            photos = images.photos(step["with"]) if "with" in step else None
            ours = shifted_images.shifted(grey, [step], images.photos)
            theirs = reference(step["kind"], grey, photos, numbers)
            ours = ours if ours.ndim == 4 else ours[..., None]
            if step["kind"] == "blur" or step["kind"] == "affine" and not any(isinstance(one, list) for one in numbers.values()):
                assert np.abs(ours.astype(int) - theirs).max() <= 1, f"{name}: other pixels"
            for of in (np.mean, np.std):
                assert abs(of(ours) / of(theirs) - 1) < 0.03, f"{name}: {of.__name__} {of(ours)} and {of(theirs)}"
    moved = {"rotation": 20, "scale": 0.9, "shear": -10, "shift_x": 0.1, "shift_y": -0.05}
    ours = shifted_images.shifted(grey, [{"kind": "affine", **moved}], images.photos)
    assert np.abs(ours.astype(int) - reference("affine", grey, None, moved)[..., 0]).max() <= 1, "affine: other pixels"


def check_stops():
    """Evaluations 0.5, 0.6, 0.6, 0.4 with patience 2: ends at the fourth, with the state of the second."""
    training = Training(mnist4.new_units(1), "TTTT", flex_study.Settings(batch=2, rate=0.001, every=5, patience=2), 1)
    values, states, steps = iter([0.5, 0.6, 0.6, 0.4]), [], []
    training.epoch = lambda *data: steps.append(training.units[3][0].bias.data.add_(1))
    training.score = lambda *data: states.append(training.units[3][0].bias.detach().clone()) or {"top1": next(values), "loss": 0}
    done = training.fit(SimpleNamespace(train=(None, [0]), valid=()), 60)
    assert (done.epochs, done.best_epoch) == (20, 10) and torch.equal(done.units[3][0].bias, states[1]), "the rule to stop"


def results(name, study, data_root, folder):
    out = folder / f"{name}.json"
    subprocess.run([sys.executable, HERE / f"{name}.py", study, "--data-root", data_root, "--out", out], check=True)
    return {key_of(row): row for row in json.loads(out.read_text())["runs"]}


def check_loops(text, data_root):
    """The same rows, with accuracies that differ by rounding alone."""
    with tempfile.TemporaryDirectory() as folder:
        study = Path(folder) / "part.toml"
        study.write_text(cut_study.cut(text, 1, [next(iter(cut_study.tomllib.loads(text)["target"]))], [3], 1, 1))
        naive, careful = (results(name, study, data_root, Path(folder)) for name in ("naive_flex", "careful_flex"))
    assert naive.keys() == careful.keys(), naive.keys() ^ careful.keys()
    for key, row in naive.items():
        assert abs(row["test_top1"] - careful[key]["test_top1"]) < 0.01, (row, careful[key])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study")
    parser.add_argument("--data-root", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    assert [mnist4.uses_of(word) for word in ("all", "2", "F(1-2)T(3-4)", "S(1-3)T(4)")] == ["TTTT", "FTFF", "FFTT", "SSST"]
    check_stops()
    check_shifts(flex_study.read(options.study), options.data_root)
    check_loops(Path(options.study).read_text(), options.data_root)
    print("shifts, rule and loops agree")


if __name__ == "__main__":
    main()
