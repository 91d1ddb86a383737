"""Runs the recipe of docs/store.md as it stands there, and reads every table of the view with h5py."""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy


def recipe():
    text = (Path(os.environ["ESPALIER_SOURCE"]) / "docs" / "store.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.S).group(1)
    assert len(code.strip().splitlines()) < 5, "the recipe promises under five lines"
    return code


def make_sample(folder):
    program = Path(os.environ["ESPALIER_BIN"]) / "test_store"
    environment = dict(os.environ, ESPALIER_SAMPLE=folder)
    subprocess.run([program, "[.sample]"], env=environment, check=True, stdout=subprocess.DEVNULL)


def check_recipe(folder):
    names = {}
    previous = os.getcwd()
    os.chdir(folder)
    try:
        exec(recipe(), names)
    finally:
        os.chdir(previous)
    final = names["final"]
    assert len(final) == 3, final
    assert list(final["case"]) == ["scratch", "optimal", "optimal"], final
    assert list(final["per_class_number"]) == [8, float("inf"), 8], final
    assert list(final["test.top1"]) == [0.0, 0.1, 0.2], final
    assert final["run"].str.len().eq(32).all()


def check_letters(folder):
    """The recipe on names outside ASCII, in a file as the view writes it."""
    text = h5py.string_dtype("utf-8", 24)
    rows = numpy.array([("grün".encode(), 0.5), ("日本".encode(), 0.25)], numpy.dtype([("case", text), ("test.top1", "f8")]))
    with h5py.File(Path(folder) / "results.h5", "w") as view:
        view["final"] = rows
    names, previous = {}, os.getcwd()
    os.chdir(folder)
    try:
        exec(recipe(), names)
    finally:
        os.chdir(previous)
    assert list(names["final"]["case"]) == ["grün", "日本"], names["final"]


def check_tables(folder):
    with h5py.File(Path(folder) / "results.h5") as view:
        assert set(view) == {"runs", "final", "metrics", "tasks", "selections", "candidates", "provenance", "study", "overrides"}
        metrics = view["metrics"][:]
        assert len(metrics) == 5 * 3 * 2 and set(metrics["subset"]) == {b"train", b"test"}
        assert metrics.dtype["loss"] == numpy.float64 and set(metrics["attempt"]) == {1}
        one = metrics[(metrics["epoch"] == 2) & (metrics["subset"] == b"train")]
        assert numpy.allclose(one["loss"], 0.5) and numpy.allclose(one["top5"], 0.8)
        assert view["study"][()].decode().endswith('name = "sample, ä"\n')
        assert view["provenance"].attrs["schema"] == 2
        assert view["selections"][0]["chosen"] == b"transferred=2" and len(view["candidates"]) == 2
        for name in ("runs", "final", "metrics", "tasks", "selections"):
            assert view[name].fletcher32, name
            assert not any(h5py.check_string_dtype(t) and h5py.check_string_dtype(t).length is None
                           for t, _ in view[name].dtype.fields.values()), name


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_sample(folder)
        check_recipe(folder)
        check_tables(folder)
    with tempfile.TemporaryDirectory() as folder:
        check_letters(folder)


if __name__ == "__main__":
    sys.exit(main())
